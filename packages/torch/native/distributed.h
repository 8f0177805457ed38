// What the collectives and the gradient reducer share: the process groups of one JavaScript environment.
#pragma once

#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include <map>

#include "engine.h"

namespace c10d {
class Reducer;
}

namespace engine {

struct Group {
  c10::intrusive_ptr<c10d::Store> store;
  c10::intrusive_ptr<c10d::ProcessGroup> processes;
};

// Groups come first, so that reducers, which use them, are destroyed before them.
struct Distributed {
  std::map<int64_t, Group> groups;
  std::map<int64_t, std::shared_ptr<c10d::Reducer>> reducers;
  int64_t next = 1;
};

Distributed& distributedOf(Call& call);
// The group of the call's first argument.
Group& groupOf(Call& call);

void defineReducer(napi_env env, napi_value exports);

}  // namespace engine
