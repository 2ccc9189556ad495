// Rules ready to match: topics, terms and the pattern databases. Built once (rule_compiler.h), then
// const and shared by all lanes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wiredesk {

// A subject that articles can be tagged with.
struct CompiledTopic {
  std::string id;
  std::string label;
  std::vector<std::string> parents;  // Ids, the nearest first.
  std::string pack;
  std::int32_t need = 1;
};

class CompiledRules {
 public:
  // In order of their ids. Tag::topic is an index into this.
  std::span<const CompiledTopic> topics() const { return topics_; }
  // 16 hexadecimal digits over everything that decides tags.
  std::string_view hash() const { return hash_; }

 private:
  friend class RuleCompiler;
  std::vector<CompiledTopic> topics_;
  std::string hash_;
};

}  // namespace wiredesk
