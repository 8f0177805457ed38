// Threads, random numbers, memory and what this libtorch is.
#include "engine.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

namespace engine {

namespace {

napi_value setThreads(Call& call) {
  const int64_t count = call.integer(0);
  if (count < 1 || count > 1024) invalid("threads: 1 to 1024");
  at::set_num_threads(static_cast<int>(count));
  return toNothing(call.env);
}

napi_value manualSeed(Call& call) {
  const auto seed = static_cast<uint64_t>(call.integer(0));
  at::manual_seed(seed);
  return toNothing(call.env);
}

napi_value randomState(Call& call) {
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  std::lock_guard<std::mutex> lock(generator.mutex());
  return newHandle(call, generator.get_state());
}

napi_value setRandomState(Call& call) {
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  std::lock_guard<std::mutex> lock(generator.mutex());
  generator.set_state(call.tensor(0));
  return toNothing(call.env);
}

// { live, inUse, cached, peak }: tensors of this environment; bytes of the process.
napi_value memory(Call& call) {
  const auto report = allocatorReport();
  napi_value object;
  check(call.env, napi_create_object(call.env, &object));
  setProperty(call.env, object, "live", toNumber(call.env, static_cast<double>(call.state.tensors.live())));
  setProperty(call.env, object, "inUse", toNumber(call.env, static_cast<double>(report.inUse)));
  setProperty(call.env, object, "cached", toNumber(call.env, static_cast<double>(report.cached)));
  setProperty(call.env, object, "peak", toNumber(call.env, static_cast<double>(report.peak)));
  return object;
}

napi_value emptyCache(Call& call) {
  emptyAllocatorCache();
  return toNothing(call.env);
}

napi_value resetPeak(Call& call) {
  resetAllocatorPeak();
  return toNothing(call.env);
}

// Tells the garbage collector what tensors take, so that it runs for those that were dropped outside of scopes.
napi_value reportPressure(Call& call) {
  const auto now = static_cast<int64_t>(allocatorReport().inUse);
  int64_t total = 0;
  check(call.env, napi_adjust_external_memory(call.env, now - call.state.reported, &total));
  call.state.reported = now;
  return toNothing(call.env);
}

napi_value info(Call& call) {
  napi_value object;
  check(call.env, napi_create_object(call.env, &object));
  setProperty(call.env, object, "version", toText(call.env, TORCH_VERSION));
  setProperty(call.env, object, "threads", toNumber(call.env, at::get_num_threads()));
  setProperty(call.env, object, "cuda", toBoolean(call.env, at::hasCUDA()));
  setProperty(call.env, object, "oneDnn", toBoolean(call.env, at::hasMKLDNN()));
  setProperty(call.env, object, "build", toText(call.env, at::show_config()));
  return object;
}

}  // namespace

void defineSettings(napi_env env, napi_value exports) {
  define(env, exports, "setThreads", entry<setThreads>);
  define(env, exports, "manualSeed", entry<manualSeed>);
  define(env, exports, "randomState", entry<randomState>);
  define(env, exports, "setRandomState", entry<setRandomState>);
  define(env, exports, "memory", entry<memory>);
  define(env, exports, "emptyCache", entry<emptyCache>);
  define(env, exports, "resetPeak", entry<resetPeak>);
  define(env, exports, "reportPressure", entry<reportPressure>);
  define(env, exports, "info", entry<info>);
}

}  // namespace engine
