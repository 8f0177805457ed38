// JavaScript values to and from the dispatcher's values, by the argument's type in the schema.
#include "engine.h"

#include <ATen/ScalarOps.h>
#include <ATen/core/jit_type.h>

#include <cmath>

namespace engine {

namespace {

c10::Scalar toScalar(Call& call, napi_value value) {
  napi_valuetype type;
  napi_typeof(call.env, value, &type);
  switch (type) {
    case napi_boolean: {
      bool flag = false;
      napi_get_value_bool(call.env, value, &flag);
      return c10::Scalar(flag);
    }
    case napi_bigint:
      return c10::Scalar(readInteger(call.env, value));
    case napi_number: {
      const double number = readNumber(call.env, value);
      const bool whole = std::floor(number) == number && std::abs(number) <= 9007199254740991.0;
      // Minus zero has no integer.
      if (whole && !(number == 0 && std::signbit(number))) return c10::Scalar(static_cast<int64_t>(number));
      return c10::Scalar(number);
    }
    default:
      invalid("a number is needed");
  }
}

// A number where a tensor is meant takes part in type promotion as a number, as in PyTorch.
at::Tensor wrappedNumber(const c10::Scalar& scalar) {
  at::Tensor tensor = c10::scalar_to_tensor(scalar);
  tensor.unsafeGetTensorImpl()->set_wrapped_number(true);
  return tensor;
}

at::Tensor toTensor(Call& call, napi_value value) {
  napi_valuetype type;
  napi_typeof(call.env, value, &type);
  if (type == napi_number || type == napi_bigint || type == napi_boolean) return wrappedNumber(toScalar(call, value));
  return tensorFromObject(call, value);
}

// Schemas declare types, layouts and memory formats as whole numbers; JavaScript gives their names.
int64_t toNamed(Call& call, napi_value value, c10::TypeKind kind) {
  const std::string name = readString(call.env, value);
  if (kind == c10::TypeKind::ScalarTypeType) return static_cast<int64_t>(dtypeOf(name));
  if (kind == c10::TypeKind::LayoutType) {
    if (name == "strided") return static_cast<int64_t>(c10::kStrided);
    invalid("'" + name + "' is no layout: strided");
  }
  if (name == "contiguous") return static_cast<int64_t>(c10::MemoryFormat::Contiguous);
  if (name == "preserve") return static_cast<int64_t>(c10::MemoryFormat::Preserve);
  if (name == "channels_last") return static_cast<int64_t>(c10::MemoryFormat::ChannelsLast);
  invalid("'" + name + "' is no memory format: contiguous, channels_last or preserve");
}

int64_t toInteger(Call& call, napi_value value, const c10::Argument& argument) {
  const c10::Type* real = argument.real_type().get();
  if (real->kind() == c10::TypeKind::OptionalType) real = real->expectRef<c10::OptionalType>().getElementType().get();
  const auto kind = real->kind();
  if (kind == c10::TypeKind::ScalarTypeType || kind == c10::TypeKind::LayoutType ||
      kind == c10::TypeKind::MemoryFormatType) {
    return toNamed(call, value, kind);
  }
  return readInteger(call.env, value);
}

c10::IValue convert(Call& call, napi_value value, const c10::TypePtr& type, const c10::Argument& argument);

c10::IValue toList(Call& call, napi_value value, const c10::TypePtr& element, const c10::Argument& argument) {
  if (!isArray(call.env, value)) {
    // One number for int[2] and the like means the same number for each place.
    napi_valuetype kind;
    napi_typeof(call.env, value, &kind);
    const auto places = argument.N();
    if (!places || (kind != napi_number && kind != napi_boolean && kind != napi_bigint)) invalid("an array is needed");
    c10::impl::GenericList list(element);
    for (int i = 0; i < *places; i++) list.push_back(convert(call, value, element, argument));
    return c10::IValue(std::move(list));
  }
  const uint32_t length = lengthOf(call.env, value);
  c10::impl::GenericList list(element);
  list.reserve(length);
  for (uint32_t i = 0; i < length; i++) {
    list.push_back(convert(call, elementOf(call.env, value, i), element, argument));
  }
  return c10::IValue(std::move(list));
}

c10::IValue convert(Call& call, napi_value value, const c10::TypePtr& type, const c10::Argument& argument) {
  switch (type->kind()) {
    case c10::TypeKind::TensorType:
      return c10::IValue(toTensor(call, value));
    case c10::TypeKind::NumberType:
      return c10::IValue(toScalar(call, value));
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
      return c10::IValue(toInteger(call, value, argument));
    case c10::TypeKind::FloatType:
      return c10::IValue(readNumber(call.env, value));
    case c10::TypeKind::BoolType: {
      bool flag = false;
      check(call.env, napi_get_value_bool(call.env, value, &flag));
      return c10::IValue(flag);
    }
    case c10::TypeKind::StringType:
      return c10::IValue(readString(call.env, value));
    case c10::TypeKind::DeviceObjType:
      return c10::IValue(c10::Device(readString(call.env, value)));
    case c10::TypeKind::ListType:
      return toList(call, value, type->expectRef<c10::ListType>().getElementType(), argument);
    case c10::TypeKind::OptionalType: {
      napi_valuetype kind;
      napi_typeof(call.env, value, &kind);
      if (kind == napi_undefined || kind == napi_null) return c10::IValue();
      return convert(call, value, type->expectRef<c10::OptionalType>().getElementType(), argument);
    }
    default:
      invalid("values of type " + type->str() + " cannot be given from JavaScript");
  }
}

}  // namespace

at::Tensor tensorFromObject(Call& call, napi_value value) {
  napi_valuetype type;
  napi_typeof(call.env, value, &type);
  if (type != napi_object) invalid("a tensor is needed");
  napi_value handle;
  check(call.env, napi_get_named_property(call.env, value, "handle", &handle));
  napi_typeof(call.env, handle, &type);
  if (type != napi_number) invalid("a tensor is needed");
  return call.state.tensors.get(readNumber(call.env, handle));
}

c10::IValue toIValue(Call& call, napi_value value, const c10::Argument& argument) {
  if (argument.default_value()) {
    napi_valuetype kind;
    napi_typeof(call.env, value, &kind);
    if (kind == napi_undefined) return *argument.default_value();
  }
  try {
    return convert(call, value, argument.type(), argument);
  } catch (const Failure& failure) {
    throw Failure(failure.code, "argument '" + argument.name() + "' (" + argument.type()->str() + "): " + failure.message);
  }
}

napi_value fromIValue(Call& call, const c10::IValue& value) {
  if (value.isTensor()) return newHandle(call, value.toTensor());
  if (value.isTensorList()) return newHandles(call, value.toTensorVector());
  if (value.isNone()) return toNothing(call.env);
  if (value.isInt()) return toNumber(call.env, static_cast<double>(value.toInt()));
  if (value.isDouble()) return toNumber(call.env, value.toDouble());
  if (value.isBool()) return toBoolean(call.env, value.toBool());
  if (value.isString()) return toText(call.env, value.toStringRef());
  if (value.isDevice()) return toText(call.env, value.toDevice().str());
  if (value.isScalar()) return toNumber(call.env, value.toScalar().toDouble());
  if (value.isList()) {
    const auto list = value.toListRef();
    napi_value array;
    check(call.env, napi_create_array_with_length(call.env, list.size(), &array));
    for (size_t i = 0; i < list.size(); i++) {
      check(call.env, napi_set_element(call.env, array, static_cast<uint32_t>(i), fromIValue(call, list[i])));
    }
    return array;
  }
  invalid("results of type " + value.tagKind() + " cannot be given to JavaScript");
}

}  // namespace engine
