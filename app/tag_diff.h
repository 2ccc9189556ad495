// Compares the tags that two sets of rules give the same articles. One thread.
//
//   TagDiff diff(before, after, 3);
//   diff.SetBefore(tags); diff.Compare(other_tags, "a-1", "Title");   // For each article.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "app/pretty.h"
#include "stages/article.h"
#include "stages/compiled_rules.h"

namespace wiredesk {

class TagDiff {
 public:
  // Both must outlive this. Up to `list_max` articles a topic and direction are named.
  TagDiff(const CompiledRules& before, const CompiledRules& after, std::size_t list_max);

  // The article's tags by the rules before; they are copied.
  void SetBefore(std::span<const Tag> tags);
  // And by those after.
  void Compare(std::span<const Tag> tags, std::string_view article, std::string_view title);

  std::uint64_t articles() const { return articles_; }
  std::uint64_t articles_changed() const { return changed_; }

  std::string Render(const Terminal& terminal) const;
  nlohmann::json ToJson() const;

 private:
  struct Change {
    std::uint64_t count = 0;
    std::vector<std::pair<std::string, std::string>> listed;  // Articles: name, title.
  };
  struct Topic {
    std::string id;
    std::string label;
    std::uint64_t before = 0;  // Articles with this tag.
    std::uint64_t after = 0;
    Change gained;
    Change lost;
    bool changed() const { return gained.count + lost.count > 0; }
  };

  std::vector<std::uint32_t> NumbersOf(const CompiledRules& rules) const;
  void Count(Change& change, std::string_view article, std::string_view title) const;

  const std::size_t list_max_;
  std::vector<Topic> topics_;                  // Of both, in order of their ids.
  std::vector<std::uint32_t> before_numbers_;  // Topic of the rules before -> topics_.
  std::vector<std::uint32_t> after_numbers_;
  std::vector<std::uint32_t> before_tags_;  // Of the article, ascending.
  std::uint64_t articles_ = 0;
  std::uint64_t changed_ = 0;
};

}  // namespace wiredesk
