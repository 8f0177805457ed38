// Plain values to and from JavaScript, the table of tensors, and the making of errors.
#include "engine.h"

#include <cmath>

namespace engine {

namespace {

constexpr double kSlots = 67108864.0;  // 2^26

}  // namespace

void check(napi_env env, napi_status status) {
  if (status == napi_ok) return;
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (pending) throw Pending();
  const napi_extended_error_info* info = nullptr;
  napi_get_last_error_info(env, &info);
  invalid(info && info->error_message ? info->error_message : "a value of another kind is needed");
}

void fail(napi_env env, const Environment& state, const std::string& given, const std::string& message) {
  // Gloo's own exceptions come from collectives, inside backward() too: a peer is gone or silent.
  const std::string code = message.find("/gloo/") == std::string::npos ? given : "RANK_FAILED";
  napi_value factory = nullptr;
  if (state.errorFactory) napi_get_reference_value(env, state.errorFactory, &factory);
  if (!factory) {
    napi_throw_error(env, code.c_str(), message.c_str());
    return;
  }
  napi_value arguments[2], receiver, error;
  napi_create_string_utf8(env, code.c_str(), code.size(), &arguments[0]);
  napi_create_string_utf8(env, message.c_str(), message.size(), &arguments[1]);
  napi_get_undefined(env, &receiver);
  if (napi_call_function(env, receiver, factory, 2, arguments, &error) == napi_ok) napi_throw(env, error);
}

double Tensors::add(at::Tensor tensor) {
  uint32_t index;
  if (vacant_.empty()) {
    index = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    index = vacant_.back();
    vacant_.pop_back();
  }
  slots_[index].tensor = std::move(tensor);
  live_++;
  return slots_[index].generation * kSlots + index;
}

const at::Tensor& Tensors::get(double handle) const {
  const double generation = std::floor(handle / kSlots);
  const double index = handle - generation * kSlots;
  // NaN, of an infinite number, fails every comparison.
  if (!(handle > 0 && index < slots_.size())) throw Failure("DISPOSED", "This is no live tensor.");
  const Slot& slot = slots_[static_cast<size_t>(index)];
  if (slot.generation != generation || !slot.tensor.defined()) {
    throw Failure("DISPOSED", "The tensor was disposed of already. Keep it with keep(), or return it from tidy().");
  }
  return slot.tensor;
}

void Tensors::remove(double handle) {
  get(handle);
  const auto index = static_cast<uint32_t>(std::fmod(handle, kSlots));
  Slot& slot = slots_[index];
  // The slot is vacant before the tensor's deleter runs.
  at::Tensor dying = std::move(slot.tensor);
  slot.tensor = at::Tensor();
  slot.generation = slot.generation >= 0x7ffffff ? 1 : slot.generation + 1;
  vacant_.push_back(index);
  live_--;
}

Call::Call(napi_env env, napi_callback_info info)
    : env(env), state([env]() -> Environment& {
        Environment* state = nullptr;
        napi_get_instance_data(env, reinterpret_cast<void**>(&state));
        return *state;
      }()) {
  napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  if (count > kMost) invalid("too many arguments");
}

napi_valuetype Call::type(size_t index) const {
  napi_valuetype type = napi_undefined;
  if (index < count) napi_typeof(env, values[index], &type);
  return type;
}

bool Call::absent(size_t index) const {
  const auto kind = type(index);
  return kind == napi_undefined || kind == napi_null;
}

double Call::number(size_t index) const { return readNumber(env, values[index]); }
int64_t Call::integer(size_t index) const { return readInteger(env, values[index]); }
std::string Call::string(size_t index) const { return readString(env, values[index]); }

bool Call::boolean(size_t index) const {
  bool value = false;
  check(env, napi_get_value_bool(env, values[index], &value));
  return value;
}

const at::Tensor& Call::tensor(size_t index) const { return state.tensors.get(number(index)); }

std::vector<at::Tensor> Call::tensors(size_t index) const {
  std::vector<at::Tensor> result;
  const uint32_t length = lengthOf(env, values[index]);
  result.reserve(length);
  for (uint32_t i = 0; i < length; i++) {
    result.push_back(state.tensors.get(readNumber(env, elementOf(env, values[index], i))));
  }
  return result;
}

double readNumber(napi_env env, napi_value value) {
  double number = 0;
  check(env, napi_get_value_double(env, value, &number));
  return number;
}

int64_t readInteger(napi_env env, napi_value value) {
  napi_valuetype type;
  napi_typeof(env, value, &type);
  if (type == napi_bigint) {
    int64_t integer = 0;
    bool lossless = false;
    check(env, napi_get_value_bigint_int64(env, value, &integer, &lossless));
    if (!lossless) invalid("a bigint beyond 64 bits");
    return integer;
  }
  if (type != napi_number) invalid("a whole number is needed");
  const double number = readNumber(env, value);
  if (std::floor(number) != number || std::abs(number) > 9007199254740991.0) {
    invalid("a whole number is needed, not " + std::to_string(number));
  }
  return static_cast<int64_t>(number);
}

std::string readString(napi_env env, napi_value value) {
  size_t length = 0;
  check(env, napi_get_value_string_utf8(env, value, nullptr, 0, &length));
  std::string text(length, '\0');
  check(env, napi_get_value_string_utf8(env, value, text.data(), length + 1, &length));
  return text;
}

bool isArray(napi_env env, napi_value value) {
  bool result = false;
  napi_is_array(env, value, &result);
  return result;
}

uint32_t lengthOf(napi_env env, napi_value array) {
  uint32_t length = 0;
  check(env, napi_get_array_length(env, array, &length));
  return length;
}

napi_value elementOf(napi_env env, napi_value array, uint32_t index) {
  napi_value element;
  check(env, napi_get_element(env, array, index, &element));
  return element;
}

napi_value toNumber(napi_env env, double value) {
  napi_value result;
  check(env, napi_create_double(env, value, &result));
  return result;
}

napi_value toBoolean(napi_env env, bool value) {
  napi_value result;
  check(env, napi_get_boolean(env, value, &result));
  return result;
}

napi_value toText(napi_env env, const std::string& value) {
  napi_value result;
  check(env, napi_create_string_utf8(env, value.c_str(), value.size(), &result));
  return result;
}

napi_value toNothing(napi_env env) {
  napi_value result;
  check(env, napi_get_undefined(env, &result));
  return result;
}

napi_value newHandle(Call& call, const at::Tensor& tensor) {
  return toNumber(call.env, tensor.defined() ? call.state.tensors.add(tensor) : 0);
}

napi_value newHandles(Call& call, const std::vector<at::Tensor>& tensors) {
  napi_value array;
  check(call.env, napi_create_array_with_length(call.env, tensors.size(), &array));
  for (size_t i = 0; i < tensors.size(); i++) {
    check(call.env, napi_set_element(call.env, array, static_cast<uint32_t>(i), newHandle(call, tensors[i])));
  }
  return array;
}

void setProperty(napi_env env, napi_value object, const char* name, napi_value value) {
  check(env, napi_set_named_property(env, object, name, value));
}

void define(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}

}  // namespace engine
