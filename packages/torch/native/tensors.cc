// Tensors from and to typed arrays, and their properties.
#include "engine.h"

#include <ATen/Functions.h>

#include <cstring>

namespace engine {

namespace {

struct Bytes {
  napi_value owner;
  uint8_t* data;
  size_t length;
};

// A typed array's bytes; its ArrayBuffer (or SharedArrayBuffer) owns them.
Bytes bytesOf(Call& call, size_t index) {
  bool typed = false;
  napi_is_typedarray(call.env, call.values[index], &typed);
  if (!typed) invalid("a typed array is needed");
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  napi_value buffer;
  size_t offset = 0;
  check(call.env, napi_get_typedarray_info(call.env, call.values[index], &type, &length, &data, &buffer, &offset));
  size_t width = 1;
  switch (type) {
    case napi_int16_array:
    case napi_uint16_array:
      width = 2;
      break;
    case napi_int32_array:
    case napi_uint32_array:
    case napi_float32_array:
      width = 4;
      break;
    case napi_float64_array:
    case napi_bigint64_array:
    case napi_biguint64_array:
      width = 8;
      break;
    default:
      break;
  }
  return {buffer, static_cast<uint8_t*>(data), length * width};
}

std::vector<int64_t> integers(Call& call, size_t index) {
  std::vector<int64_t> result;
  const uint32_t length = lengthOf(call.env, call.values[index]);
  for (uint32_t i = 0; i < length; i++) result.push_back(readInteger(call.env, elementOf(call.env, call.values[index], i)));
  return result;
}

void releaseQueued(Call& call) {
  std::vector<napi_ref> references;
  {
    std::lock_guard<std::mutex> lock(call.state.releases->mutex);
    references.swap(call.state.releases->references);
  }
  for (napi_ref reference : references) napi_delete_reference(call.env, reference);
}

// from(typedArray, shape, dtype, copy): without copying, the tensor keeps the array's buffer alive.
napi_value from(Call& call) {
  releaseQueued(call);
  const Bytes bytes = bytesOf(call, 0);
  const auto shape = integers(call, 1);
  const auto type = dtypeOf(call.string(2));
  double elements = 1;
  for (const int64_t size : shape) {
    if (size < 0) invalid("a shape holds sizes of at least 0");
    elements *= static_cast<double>(size);
  }
  if (elements * static_cast<double>(c10::elementSize(type)) != static_cast<double>(bytes.length)) {
    invalid("the shape needs " + std::to_string(static_cast<int64_t>(elements)) + " elements of " + dtypeName(type) +
            ", which is not the array's length of " + std::to_string(bytes.length) + " bytes");
  }
  const auto options = at::TensorOptions().dtype(type);
  if (call.boolean(3) || bytes.length == 0) {
    at::Tensor tensor = at::empty(shape, options);
    if (bytes.length) std::memcpy(tensor.data_ptr(), bytes.data, bytes.length);
    return newHandle(call, tensor);
  }
  if (reinterpret_cast<uintptr_t>(bytes.data) % c10::elementSize(type) != 0) invalid("the array's bytes are not aligned");
  napi_ref reference;
  check(call.env, napi_create_reference(call.env, bytes.owner, 1, &reference));
  auto queue = call.state.releases;
  return newHandle(call, at::from_blob(
                             bytes.data, shape,
                             [queue, reference](void*) {
                               std::lock_guard<std::mutex> lock(queue->mutex);
                               queue->references.push_back(reference);
                             },
                             options));
}

// into(handle, typedArray, dtype): the elements in row-major order, converted to dtype.
napi_value into(Call& call) {
  const at::Tensor& tensor = call.tensor(0);
  const Bytes bytes = bytesOf(call, 1);
  const auto type = dtypeOf(call.string(2));
  const auto needed = static_cast<size_t>(tensor.numel()) * c10::elementSize(type);
  if (needed != bytes.length) {
    invalid("the array has " + std::to_string(bytes.length) + " bytes, but the tensor needs " + std::to_string(needed));
  }
  const at::Tensor dense = tensor.detach().to(at::kCPU, type).contiguous();
  if (needed) std::memcpy(bytes.data, dense.data_ptr(), needed);
  return toNothing(call.env);
}

napi_value item(Call& call) {
  const at::Tensor& tensor = call.tensor(0);
  if (tensor.numel() != 1) invalid("item() needs one element, and the tensor has " + std::to_string(tensor.numel()));
  const c10::Scalar value = tensor.item();
  return toNumber(call.env, value.isBoolean() ? (value.toBool() ? 1 : 0) : value.toDouble());
}

napi_value release(Call& call) {
  releaseQueued(call);
  call.state.tensors.remove(call.number(0));
  return toNothing(call.env);
}

napi_value freeMany(Call& call) {
  releaseQueued(call);
  const uint32_t length = lengthOf(call.env, call.values[0]);
  for (uint32_t i = 0; i < length; i++) {
    call.state.tensors.remove(readNumber(call.env, elementOf(call.env, call.values[0], i)));
  }
  return toNothing(call.env);
}

napi_value shape(Call& call) {
  const auto sizes = call.tensor(0).sizes();
  napi_value array;
  check(call.env, napi_create_array_with_length(call.env, sizes.size(), &array));
  for (size_t i = 0; i < sizes.size(); i++) {
    check(call.env,
          napi_set_element(call.env, array, static_cast<uint32_t>(i), toNumber(call.env, static_cast<double>(sizes[i]))));
  }
  return array;
}

napi_value dtype(Call& call) { return toText(call.env, dtypeName(call.tensor(0).scalar_type())); }

napi_value device(Call& call) { return toText(call.env, call.tensor(0).device().str()); }

napi_value elements(Call& call) { return toNumber(call.env, static_cast<double>(call.tensor(0).numel())); }

}  // namespace

void defineTensors(napi_env env, napi_value exports) {
  define(env, exports, "from", entry<from>);
  define(env, exports, "into", entry<into>);
  define(env, exports, "item", entry<item>);
  define(env, exports, "free", entry<release>);
  define(env, exports, "freeMany", entry<freeMany>);
  define(env, exports, "shape", entry<shape>);
  define(env, exports, "dtype", entry<dtype>);
  define(env, exports, "device", entry<device>);
  define(env, exports, "elements", entry<elements>);
}

}  // namespace engine
