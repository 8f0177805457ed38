// What every file of the addon shares: the state of one JavaScript environment (main thread or worker),
// a call's arguments, and the guard that turns C++ exceptions into coded JavaScript errors.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <node_api.h>

#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace engine {

// An error with the code that JavaScript sees.
struct Failure : std::exception {
  std::string code;
  std::string message;
  Failure(std::string code, std::string message) : code(std::move(code)), message(std::move(message)) {}
  const char* what() const noexcept override { return message.c_str(); }
};

[[noreturn]] inline void invalid(const std::string& message) {
  throw Failure("INVALID_ARGUMENT", message);
}

// JavaScript threw while we called into it: the exception is already pending.
struct Pending {};

void check(napi_env env, napi_status status);

// References to release on the JavaScript thread; deleters of tensors run on any thread.
struct ReleaseQueue {
  std::mutex mutex;
  std::vector<napi_ref> references;
};

// One operator with what conversion needs to know of it.
struct Operator {
  c10::OperatorHandle handle;
  // The argument that an in-place operator gives back, or -1.
  int self;
};

// Tensors are held by number: the slot in the low 26 bits, the slot's generation above, so that a stale
// number is recognised. Zero is no tensor.
class Tensors {
 public:
  double add(at::Tensor tensor);
  const at::Tensor& get(double handle) const;
  void remove(double handle);
  size_t live() const { return live_; }

 private:
  struct Slot {
    at::Tensor tensor;
    uint32_t generation = 1;
  };
  std::vector<Slot> slots_;
  std::vector<uint32_t> vacant_;
  size_t live_ = 0;
};

struct Environment {
  Tensors tensors;
  std::vector<Operator> operators;
  std::unordered_map<std::string, int> operatorByName;
  std::shared_ptr<ReleaseQueue> releases = std::make_shared<ReleaseQueue>();
  napi_ref errorFactory = nullptr;
  // Bytes last told to the garbage collector.
  int64_t reported = 0;
  // Process groups and reducers of this environment, kept by distributed.cc.
  std::shared_ptr<void> distributed;
};

// The arguments of one call from JavaScript.
struct Call {
  static constexpr size_t kMost = 48;
  napi_env env;
  Environment& state;
  size_t count = kMost;
  napi_value values[kMost];

  Call(napi_env env, napi_callback_info info);
  napi_valuetype type(size_t index) const;
  // Not given, undefined or null.
  bool absent(size_t index) const;
  double number(size_t index) const;
  int64_t integer(size_t index) const;
  bool boolean(size_t index) const;
  std::string string(size_t index) const;
  const at::Tensor& tensor(size_t index) const;
  std::vector<at::Tensor> tensors(size_t index) const;
};

// values.cc: plain values to and from JavaScript.
double readNumber(napi_env env, napi_value value);
int64_t readInteger(napi_env env, napi_value value);
std::string readString(napi_env env, napi_value value);
bool isArray(napi_env env, napi_value value);
uint32_t lengthOf(napi_env env, napi_value array);
napi_value elementOf(napi_env env, napi_value array, uint32_t index);
napi_value toNumber(napi_env env, double value);
napi_value toBoolean(napi_env env, bool value);
napi_value toText(napi_env env, const std::string& value);
napi_value toNothing(napi_env env);
napi_value newHandle(Call& call, const at::Tensor& tensor);
napi_value newHandles(Call& call, const std::vector<at::Tensor>& tensors);
void setProperty(napi_env env, napi_value object, const char* name, napi_value value);

// dtypes.cc
c10::ScalarType dtypeOf(const std::string& name);
std::string dtypeName(c10::ScalarType type);

// conversion.cc
at::Tensor tensorFromObject(Call& call, napi_value value);
c10::IValue toIValue(Call& call, napi_value value, const c10::Argument& argument);
napi_value fromIValue(Call& call, const c10::IValue& value);

// allocator.cc
void installAllocator();
struct AllocatorReport {
  size_t inUse, cached, peak;
};
AllocatorReport allocatorReport();
void emptyAllocatorCache();
void resetAllocatorPeak();

void fail(napi_env env, const Environment& state, const std::string& code, const std::string& message);

// Runs a function's body; whatever it throws becomes a JavaScript error.
template <napi_value (*Body)(Call&)>
napi_value entry(napi_env env, napi_callback_info info) {
  Environment* state = nullptr;
  napi_get_instance_data(env, reinterpret_cast<void**>(&state));
  try {
    Call call(env, info);
    return Body(call);
  } catch (const Pending&) {
  } catch (const Failure& failure) {
    fail(env, *state, failure.code, failure.message);
  } catch (const c10::Error& error) {
    fail(env, *state, "ENGINE_FAILED", error.what_without_backtrace());
  } catch (const std::exception& error) {
    fail(env, *state, "ENGINE_FAILED", error.what());
  } catch (...) {
    fail(env, *state, "ENGINE_FAILED", "an error of unknown kind in libtorch");
  }
  return nullptr;
}

void define(napi_env env, napi_value exports, const char* name, napi_callback callback);

// Each file adds its functions.
void defineDispatch(napi_env env, napi_value exports);
void defineTensors(napi_env env, napi_value exports);
void defineAutograd(napi_env env, napi_value exports);
void defineSettings(napi_env env, napi_value exports);
void defineDistributed(napi_env env, napi_value exports);

}  // namespace engine
