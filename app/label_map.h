// Which topics the labels of an article stand for. Built once, then read by one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/topic_tree.h"
#include "config/diagnostic.h"

namespace wiredesk {

class LabelMap {
 public:
  // Without a file labels are ids of topics, or their labels with case set aside.
  explicit LabelMap(const TopicTree& tree) : tree_(&tree) {}

  // From a file: label TAB topic id a line; blank lines and lines that start with "#" count
  // nothing. Several labels may stand for one topic. A label with several lines stands for several
  // topics, each expected; "id,id" in one line is one subject that any of these topics finds,
  // judged as the first. What is wrong goes to `diagnostics`; a topic that no pack has is a
  // warning.
  static std::optional<LabelMap> Load(const std::string& path, const TopicTree& tree,
                                      Diagnostics& diagnostics);

  // Topics by their numbers in the tree; empty for a label that stands for none.
  const std::vector<std::uint32_t>& TopicsOf(std::string_view label);
  // The topics that `topic` is as good as, besides itself.
  std::vector<std::uint32_t> StandsFor(std::uint32_t topic) const;

 private:
  bool AddLine(std::string_view line, int number, const std::string& path,
               Diagnostics& diagnostics);

  const TopicTree* tree_;
  bool is_from_file_ = false;
  std::map<std::string, std::vector<std::uint32_t>, std::less<>> known_;
  std::multimap<std::uint32_t, std::uint32_t> stands_for_;
};

// The labels of a JSON article: the member's array of strings, or its one string. None: it has no
// such member, or is not JSON.
std::optional<std::vector<std::string>> ArticleLabels(std::string_view json,
                                                      std::string_view member);

}  // namespace wiredesk
