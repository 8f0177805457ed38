// Gradients, by libtorch's own engine.
#include "engine.h"

#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/version.h>

namespace engine {

namespace {

// requiresGrad(handle, on?): sets when given, and tells.
napi_value requiresGrad(Call& call) {
  const at::Tensor& tensor = call.tensor(0);
  if (!call.absent(1)) tensor.set_requires_grad(call.boolean(1));
  return toBoolean(call.env, tensor.requires_grad());
}

// backward(roots, gradients | undefined, retainGraph, createGraph)
napi_value backward(Call& call) {
  const auto roots = call.tensors(0);
  torch::autograd::backward(roots, call.absent(1) ? std::vector<at::Tensor>() : call.tensors(1), call.boolean(2),
                            call.boolean(3));
  return toNothing(call.env);
}

// grad(outputs, inputs, gradients | undefined, retainGraph, createGraph, allowUnused); 0 for an unused input.
napi_value grad(Call& call) {
  const auto gradients = call.absent(2) ? std::vector<at::Tensor>() : call.tensors(2);
  return newHandles(call, torch::autograd::grad(call.tensors(0), call.tensors(1), gradients, call.boolean(3),
                                                call.boolean(4), call.boolean(5)));
}

napi_value gradientOf(Call& call) {
  const at::Tensor gradient = call.tensor(0).grad();
  return newHandle(call, gradient);
}

// setGradient(handle, gradient | 0)
napi_value setGradient(Call& call) {
  const at::Tensor& tensor = call.tensor(0);
  at::Tensor gradient;
  if (call.number(1) != 0) {
    gradient = call.tensor(1);
    if (gradient.sizes() != tensor.sizes() || gradient.scalar_type() != tensor.scalar_type() ||
        gradient.device() != tensor.device()) {
      invalid("A gradient needs the shape, the type and the device of its tensor.");
    }
  }
  tensor.mutable_grad() = gradient;
  return toNothing(call.env);
}

// gradMode(on): the mode before.
napi_value gradMode(Call& call) {
  const bool before = c10::GradMode::is_enabled();
  if (!call.absent(0)) c10::GradMode::set_enabled(call.boolean(0));
  return toBoolean(call.env, before);
}

// autocast(deviceType, dtype, on): one level of mixed precision entered or left.
napi_value autocast(Call& call) {
  const std::string device = call.string(0);
  const auto type = dtypeOf(call.string(1));
  const bool on = call.boolean(2);
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  at::autocast::set_autocast_dtype(c10::Device(device).type(), type);
  at::autocast::set_autocast_enabled(c10::Device(device).type(), on);
#else
  if (device == "cpu") {
    at::autocast::set_autocast_cpu_dtype(type);
    at::autocast::set_cpu_enabled(on);
  } else {
    at::autocast::set_autocast_gpu_dtype(type);
    at::autocast::set_enabled(on);
  }
#endif
  if (on) {
    at::autocast::increment_nesting();
  } else if (at::autocast::decrement_nesting() == 0) {
    at::autocast::clear_cache();
  }
  return toNothing(call.env);
}

}  // namespace

void defineAutograd(napi_env env, napi_value exports) {
  define(env, exports, "requiresGrad", entry<requiresGrad>);
  define(env, exports, "backward", entry<backward>);
  define(env, exports, "grad", entry<grad>);
  define(env, exports, "gradientOf", entry<gradientOf>);
  define(env, exports, "setGradient", entry<setGradient>);
  define(env, exports, "gradMode", entry<gradMode>);
  define(env, exports, "autocast", entry<autocast>);
}

}  // namespace engine
