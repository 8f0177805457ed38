// The element types' names.
#include "engine.h"

namespace engine {

namespace {

const std::unordered_map<std::string, c10::ScalarType> kTypes = {
    {"float32", c10::kFloat},     {"float64", c10::kDouble}, {"float16", c10::kHalf},
    {"bfloat16", c10::kBFloat16}, {"int64", c10::kLong},     {"int32", c10::kInt},
    {"int16", c10::kShort},       {"int8", c10::kChar},      {"uint8", c10::kByte},
    {"bool", c10::kBool},
};

}  // namespace

c10::ScalarType dtypeOf(const std::string& name) {
  const auto found = kTypes.find(name);
  if (found == kTypes.end()) invalid("'" + name + "' is no element type known here");
  return found->second;
}

std::string dtypeName(c10::ScalarType type) {
  for (const auto& [name, known] : kTypes) {
    if (known == type) return name;
  }
  return c10::toString(type);
}

}  // namespace engine
