// Process groups and collectives, by PyTorch's c10d: a TCPStore to meet at; Gloo on CPU, NCCL where the libtorch was
// built with it (compiled only then, and not yet run on a GPU).
#include "distributed.h"

#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <torch/version.h>
#if defined(USE_C10D_GLOO)
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif
#if defined(USE_C10D_NCCL)
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include <algorithm>
#include <chrono>

namespace engine {

Distributed& distributedOf(Call& call) {
  if (!call.state.distributed) call.state.distributed = std::make_shared<Distributed>();
  return *static_cast<Distributed*>(call.state.distributed.get());
}

Group& groupOf(Call& call) {
  auto& groups = distributedOf(call).groups;
  const auto found = groups.find(call.integer(0));
  if (found == groups.end()) throw Failure("DISPOSED", "The process group was closed already.");
  return found->second;
}

namespace {

using Processes = c10::intrusive_ptr<c10d::ProcessGroup>;

// Since libtorch 2.0 a process group holds one backend per kind of device.
#if TORCH_VERSION_MAJOR >= 2
template <typename Backend>
Processes wrap(c10::intrusive_ptr<Backend> backend, c10::DeviceType device, c10d::ProcessGroup::BackendType type) {
  auto processes = c10::make_intrusive<c10d::ProcessGroup>(backend->getRank(), backend->getSize());
  processes->setBackend(device, type, backend);
  return processes;
}
#define WRAP(backend, device, type) wrap(backend, c10::DeviceType::device, c10d::ProcessGroup::BackendType::type)
#else
#define WRAP(backend, device, type) backend
#endif

Processes connect(const std::string& backend, const c10::intrusive_ptr<c10d::Store>& store, int rank, int size,
                  std::chrono::milliseconds timeout, const std::string& address) {
#if defined(USE_C10D_GLOO)
  if (backend == "gloo") {
    auto options = c10d::ProcessGroupGloo::Options::create(timeout);
    options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(address));
    return WRAP(c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, options), CPU, GLOO);
  }
#endif
#if defined(USE_C10D_NCCL)
  if (backend == "nccl") {
    auto options = c10d::ProcessGroupNCCL::Options::create();
    options->timeout = timeout;
    return WRAP(c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, size, options), CUDA, NCCL);
  }
#endif
  throw Failure("ENGINE_MISSING", "This build of the engine has no backend '" + backend +
                                      "': run npm run setup:torch with a libtorch and headers that have it.");
}

napi_value property(Call& call, const char* name) {
  napi_value value;
  check(call.env, napi_get_named_property(call.env, call.values[0], name, &value));
  return value;
}

// distributedInit({ backend, rank, worldSize, host, port, storePrefix, address, timeoutMilliseconds }) -> group
napi_value init(Call& call) {
  const auto rank = static_cast<int>(readInteger(call.env, property(call, "rank")));
  const auto size = static_cast<int>(readInteger(call.env, property(call, "worldSize")));
  const std::chrono::milliseconds timeout(readInteger(call.env, property(call, "timeoutMilliseconds")));
  const std::string prefix = readString(call.env, property(call, "storePrefix"));
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(readInteger(call.env, property(call, "port")));
  options.isServer = rank == 0 && prefix.empty();
  options.numWorkers = static_cast<size_t>(size);
  options.timeout = std::min<std::chrono::milliseconds>(timeout, c10d::Store::kDefaultTimeout);
  Group made;
  made.store = c10::make_intrusive<c10d::TCPStore>(readString(call.env, property(call, "host")), options);
  if (!prefix.empty()) made.store = c10::make_intrusive<c10d::PrefixStore>(prefix, made.store);
  made.processes = connect(readString(call.env, property(call, "backend")), made.store, rank, size, timeout,
                           readString(call.env, property(call, "address")));
  auto& state = distributedOf(call);
  state.groups.emplace(state.next, made);
  return toNumber(call.env, static_cast<double>(state.next++));
}

napi_value destroy(Call& call) {
  distributedOf(call).groups.erase(call.integer(0));
  return toNothing(call.env);
}

// distributedStoreSet(group, key, text): for all ranks to read.
napi_value storeSet(Call& call) {
  const std::string text = call.string(2);
  groupOf(call).store->set(call.string(1), std::vector<uint8_t>(text.begin(), text.end()));
  return toNothing(call.env);
}

// distributedStoreGet(group, key): waits until the key is set.
napi_value storeGet(Call& call) {
  const auto bytes = groupOf(call).store->get(call.string(1));
  return toText(call.env, std::string(bytes.begin(), bytes.end()));
}

// Collectives work on memory as it lies, so it must lie in the same order on all ranks.
template <typename Collective>
void inOrder(const at::Tensor& tensor, Collective collective) {
  at::NoGradGuard guard;
  std::vector<at::Tensor> plain{tensor.detach().contiguous()};
  collective(plain)->wait();
  if (!tensor.is_contiguous()) tensor.detach().copy_(plain[0]);
}

void reduceOverRanks(const Processes& processes, const at::Tensor& tensor, c10d::ReduceOp::RedOpType operation) {
  c10d::AllreduceOptions options;
  options.reduceOp = operation;
  inOrder(tensor, [&](std::vector<at::Tensor>& tensors) { return processes->allreduce(tensors, options); });
}

c10d::ReduceOp::RedOpType reductionOf(const std::string& name) {
  if (name == "sum") return c10d::ReduceOp::SUM;
  if (name == "product") return c10d::ReduceOp::PRODUCT;
  if (name == "min") return c10d::ReduceOp::MIN;
  if (name == "max") return c10d::ReduceOp::MAX;
  invalid("'" + name + "' is no reduction: sum, product, min or max");
}

// distributedAllReduce(group, tensors, reduction), in place.
napi_value allReduce(Call& call) {
  const auto operation = reductionOf(call.string(2));
  for (const auto& tensor : call.tensors(1)) reduceOverRanks(groupOf(call).processes, tensor, operation);
  return toNothing(call.env);
}

// distributedBroadcast(group, tensors, root), in place.
napi_value broadcast(Call& call) {
  const auto& processes = groupOf(call).processes;
  c10d::BroadcastOptions options;
  options.rootRank = call.integer(2);
  if (options.rootRank < 0 || options.rootRank >= processes->getSize()) invalid("root: 0 to worldSize - 1");
  for (const auto& tensor : call.tensors(1)) {
    inOrder(tensor, [&](std::vector<at::Tensor>& tensors) { return processes->broadcast(tensors, options); });
  }
  return toNothing(call.env);
}

// The ranks' tensors one after another along dimension 0. The gradient of a rank's part is summed over all ranks'
// losses; Gloo has no reduce-scatter, so it is an all-reduce of which each rank takes its part.
struct AllGather : torch::autograd::Function<AllGather> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input,
                            const Processes& processes) {
    context->saved_data["processes"] = c10::IValue::make_capsule(processes);
    std::vector<at::Tensor> inputs{input.contiguous()};
    auto shape = input.sizes().vec();
    shape[0] *= processes->getSize();
    const at::Tensor output = at::empty(shape, input.options());
    std::vector<std::vector<at::Tensor>> outputs{output.chunk(processes->getSize())};
    // Where no rank has anything there is nothing to send, and chunk() gives one part only.
    if (output.numel() > 0) processes->allgather(outputs, inputs)->wait();
    return output;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto processes =
        c10::static_intrusive_pointer_cast<c10d::ProcessGroup>(context->saved_data["processes"].toCapsule());
    const at::Tensor gradient = gradients[0].clone(at::MemoryFormat::Contiguous);
    if (gradient.numel() > 0) reduceOverRanks(processes, gradient, c10d::ReduceOp::SUM);
    const int64_t rows = gradient.size(0) / processes->getSize();
    return {gradient.narrow(0, processes->getRank() * rows, rows), at::Tensor()};
  }
};

// distributedAllGather(group, tensor) -> tensor [worldSize * n, ...], differentiable. All ranks give the same shape.
napi_value allGather(Call& call) {
  const at::Tensor& tensor = call.tensor(1);
  if (tensor.dim() == 0) invalid("allGather() needs a tensor of at least one dimension; reshape it to [1]");
  return newHandle(call, AllGather::apply(tensor, groupOf(call).processes));
}

napi_value barrier(Call& call) {
  groupOf(call).processes->barrier()->wait();
  return toNothing(call.env);
}

}  // namespace

void defineDistributed(napi_env env, napi_value exports) {
  define(env, exports, "distributedInit", entry<init>);
  define(env, exports, "distributedDestroy", entry<destroy>);
  define(env, exports, "distributedStoreSet", entry<storeSet>);
  define(env, exports, "distributedStoreGet", entry<storeGet>);
  define(env, exports, "distributedAllReduce", entry<allReduce>);
  define(env, exports, "distributedBroadcast", entry<broadcast>);
  define(env, exports, "distributedAllGather", entry<allGather>);
  define(env, exports, "distributedBarrier", entry<barrier>);
  defineReducer(env, exports);
}

}  // namespace engine
