// Every ATen operator by name, through the boxed dispatcher: autograd, autocast and devices come with it.
#include "engine.h"

#include <algorithm>

namespace engine {

namespace {

c10::OperatorHandle find(const std::string& text) {
  auto& dispatcher = c10::Dispatcher::singleton();
  const std::string qualified = text.find("::") == std::string::npos ? "aten::" + text : text;
  const auto dot = qualified.find('.');
  const std::string name = qualified.substr(0, dot);
  if (dot != std::string::npos) {
    if (auto found = dispatcher.findSchema({name, qualified.substr(dot + 1)})) return *found;
  } else {
    for (const char* overload : {"", "Tensor"}) {
      if (auto found = dispatcher.findSchema({name, overload})) return *found;
    }
  }
  std::vector<std::string> overloads;
  for (const auto& known : dispatcher.getAllOpNames()) {
    if (known.name == name) overloads.push_back(name.substr(name.find("::") + 2) + "." + known.overload_name);
  }
  if (overloads.empty()) invalid("There is no operator '" + text + "' in this libtorch.");
  if (dot == std::string::npos && overloads.size() == 1) {
    if (auto found = dispatcher.findSchema({name, overloads[0].substr(overloads[0].find('.') + 1)})) return *found;
  }
  std::sort(overloads.begin(), overloads.end());
  std::string choices;
  for (const auto& overload : overloads) choices += (choices.empty() ? "" : ", ") + overload;
  invalid("The operator '" + text + "' needs its overload named, one of: " + choices + ".");
}

// An in-place operator gives back the tensor it wrote to; which argument that is.
int writtenArgument(const c10::FunctionSchema& schema) {
  if (schema.returns().size() != 1) return -1;
  const auto* result = schema.returns()[0].alias_info();
  if (!result || !result->isWrite()) return -1;
  for (size_t i = 0; i < schema.arguments().size(); i++) {
    const auto* alias = schema.arguments()[i].alias_info();
    if (alias && alias->isWrite() && alias->beforeSets() == result->beforeSets()) return static_cast<int>(i);
  }
  return -1;
}

const char* kindOf(const c10::TypePtr& type) {
  if (type->kind() == c10::TypeKind::TensorType) return "tensor";
  if (auto list = type->cast<c10::ListType>()) {
    if (list->getElementType()->kind() == c10::TypeKind::TensorType) return "tensors";
  }
  return "value";
}

napi_value op(Call& call) {
  const std::string name = call.string(0);
  const auto known = call.state.operatorByName.find(name);
  if (known != call.state.operatorByName.end()) return toNumber(call.env, known->second);
  const auto handle = find(name);
  const int index = static_cast<int>(call.state.operators.size());
  call.state.operators.push_back({handle, writtenArgument(handle.schema())});
  call.state.operatorByName.emplace(name, index);
  return toNumber(call.env, index);
}

const Operator& operatorAt(Call& call) {
  const int64_t index = call.integer(0);
  if (index < 0 || index >= static_cast<int64_t>(call.state.operators.size())) invalid("no such operator");
  return call.state.operators[static_cast<size_t>(index)];
}

// { schema, self, results }: what TypeScript needs to wrap the results.
napi_value operatorInfo(Call& call) {
  const Operator& op = operatorAt(call);
  napi_value info, results;
  check(call.env, napi_create_object(call.env, &info));
  setProperty(call.env, info, "schema", toText(call.env, c10::toString(op.handle.schema())));
  setProperty(call.env, info, "self", toNumber(call.env, op.self));
  check(call.env, napi_create_array(call.env, &results));
  uint32_t index = 0;
  for (const auto& result : op.handle.schema().returns()) {
    check(call.env, napi_set_element(call.env, results, index++, toText(call.env, kindOf(result.type()))));
  }
  setProperty(call.env, info, "results", results);
  return info;
}

napi_value listOps(Call& call) {
  std::vector<std::string> names;
  for (const auto& name : c10::Dispatcher::singleton().getAllOpNames()) {
    if (name.name.rfind("aten::", 0) != 0) continue;
    names.push_back(name.name.substr(6) + (name.overload_name.empty() ? "" : "." + name.overload_name));
  }
  std::sort(names.begin(), names.end());
  napi_value array;
  check(call.env, napi_create_array_with_length(call.env, names.size(), &array));
  for (size_t i = 0; i < names.size(); i++) {
    check(call.env, napi_set_element(call.env, array, static_cast<uint32_t>(i), toText(call.env, names[i])));
  }
  return array;
}

// The result alone, or an array of several; nothing for an in-place operator, whose result is its argument.
napi_value callOperator(Call& call) {
  // A copy: reading an argument may run JavaScript, which may add operators and so move the table.
  const Operator op = operatorAt(call);
  const auto& schema = op.handle.schema();
  const auto& arguments = schema.arguments();
  if (call.count - 1 > arguments.size()) {
    invalid(schema.name().substr(6) + " takes at most " + std::to_string(arguments.size()) +
            " arguments: " + c10::toString(schema));
  }
  c10::Stack stack;
  stack.reserve(arguments.size());
  const auto named = [&schema](const std::string& message) {
    return schema.name().substr(schema.name().find("::") + 2) + ": " + message;
  };
  try {
    napi_value missing = toNothing(call.env);
    for (size_t i = 0; i < arguments.size(); i++) {
      stack.push_back(toIValue(call, i + 1 < call.count ? call.values[i + 1] : missing, arguments[i]));
    }
    op.handle.callBoxed(&stack);
  } catch (const Failure& failure) {
    throw Failure(failure.code, named(failure.message));
  } catch (const c10::Error& error) {
    throw Failure("ENGINE_FAILED", named(error.what_without_backtrace()));
  }
  if (op.self >= 0 || stack.empty()) return toNothing(call.env);
  if (stack.size() == 1) return fromIValue(call, stack[0]);
  napi_value results;
  check(call.env, napi_create_array_with_length(call.env, stack.size(), &results));
  for (size_t i = 0; i < stack.size(); i++) {
    check(call.env, napi_set_element(call.env, results, static_cast<uint32_t>(i), fromIValue(call, stack[i])));
  }
  return results;
}

}  // namespace

void defineDispatch(napi_env env, napi_value exports) {
  define(env, exports, "op", entry<op>);
  define(env, exports, "operatorInfo", entry<operatorInfo>);
  define(env, exports, "listOps", entry<listOps>);
  define(env, exports, "call", entry<callOperator>);
}

}  // namespace engine
