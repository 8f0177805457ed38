// The addon's entry: one environment per thread of JavaScript, and the functions of all files.
#include "engine.h"

namespace engine {

namespace {

napi_value setErrorFactory(Call& call) {
  check(call.env, napi_create_reference(call.env, call.values[0], 1, &call.state.errorFactory));
  return toNothing(call.env);
}

napi_value init(napi_env env, napi_value exports) {
  installAllocator();
  auto* state = new Environment();
  napi_set_instance_data(
      env, state, [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); }, nullptr);
  define(env, exports, "setErrorFactory", entry<setErrorFactory>);
  defineDispatch(env, exports);
  defineTensors(env, exports);
  defineAutograd(env, exports);
  defineSettings(env, exports);
  defineDistributed(env, exports);
  return exports;
}

}  // namespace

}  // namespace engine

NAPI_MODULE_INIT() { return engine::init(env, exports); }
