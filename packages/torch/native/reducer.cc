// PyTorch's gradient reducer (https://arxiv.org/abs/2006.15704): gradients are averaged over the ranks in buckets,
// each as soon as it is full, while backward goes on.
#include <torch/csrc/distributed/c10d/reducer.hpp>

#include <algorithm>

#include "distributed.h"

namespace engine {

namespace {

c10d::Reducer& reducerOf(Call& call) {
  auto& reducers = distributedOf(call).reducers;
  const auto found = reducers.find(call.integer(0));
  if (found == reducers.end()) throw Failure("DISPOSED", "The reducer was freed already.");
  return *found->second;
}

// reducerCreate(group, parameters, names, bucketBytes, findUnused) -> reducer
napi_value reducerCreate(Call& call) {
  const auto processes = groupOf(call).processes;
  const auto parameters = call.tensors(1);
  const auto bucketBytes = static_cast<size_t>(call.integer(3));
  std::unordered_map<size_t, std::string> names;
  for (size_t i = 0; i < parameters.size(); i++) {
    if (!parameters[i].requires_grad()) invalid("every parameter of a reducer must require a gradient");
    names[i] = readString(call.env, elementOf(call.env, call.values[2], static_cast<uint32_t>(i)));
  }
  c10d::verify_params_across_processes(processes, parameters, c10::nullopt);
  // A small first bucket, so that the first reduction starts early.
  const auto firstBytes = std::min<size_t>(bucketBytes, c10d::kDefaultFirstBucketBytes);
  auto [buckets, limits] = c10d::compute_bucket_assignment_by_size(parameters, {firstBytes, bucketBytes});
  // Gradients are ready in about the reverse order of parameters.
  std::reverse(buckets.begin(), buckets.end());
  std::reverse(limits.begin(), limits.end());
  auto& state = distributedOf(call);
  state.reducers.emplace(
      state.next,
      std::make_shared<c10d::Reducer>(parameters, buckets, limits, processes,
                                      std::vector<bool>(parameters.size(), false), static_cast<int64_t>(bucketBytes),
                                      /*find_unused_parameters=*/call.boolean(4), /*gradient_as_bucket_view=*/true,
                                      names, static_cast<int64_t>(firstBytes)));
  return toNumber(call.env, static_cast<double>(state.next++));
}

// reducerPrepareForward(reducer): before a forward whose gradients are to be averaged.
napi_value prepareForward(Call& call) {
  auto& reducer = reducerOf(call);
  reducer.prepare_for_forward();
  // Once, after the first backward: buckets in the order in which gradients came.
  reducer.rebuild_buckets();
  return toNothing(call.env);
}

// reducerPrepareBackward(reducer, outputs): after that forward; where unused parameters are to be found, the outputs
// tell them.
napi_value prepareBackward(Call& call) {
  reducerOf(call).prepare_for_backward(call.tensors(1));
  return toNothing(call.env);
}

napi_value reducerFree(Call& call) {
  distributedOf(call).reducers.erase(call.integer(0));
  return toNothing(call.env);
}

}  // namespace

void defineReducer(napi_env env, napi_value exports) {
  define(env, exports, "reducerCreate", entry<reducerCreate>);
  define(env, exports, "reducerPrepareForward", entry<prepareForward>);
  define(env, exports, "reducerPrepareBackward", entry<prepareBackward>);
  define(env, exports, "reducerFree", entry<reducerFree>);
}

}  // namespace engine
