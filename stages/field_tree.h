// Where an article's fields are in a JSON object: the configured JSON pointers (RFC 6901) as a tree
// that is walked beside the document.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace wiredesk {

enum class ArticleField : std::uint8_t {
  kId,
  kTitle,
  kBody,
  kLanguage,
  kSource,
  kPublishedAt,
  kLabels,
};
// Further fields follow, in the order of FieldPointers::further.
inline constexpr std::size_t kArticleFieldCount = 7;

// One bit a field.
using FieldSet = std::uint32_t;
static_assert(kArticleFieldCount + kFurtherFieldsMax <= 32);
constexpr FieldSet FieldBit(ArticleField field) {
  return FieldSet{1} << static_cast<unsigned>(field);
}

// The pointer of `field`, as configured.
std::string_view PointerOf(const FieldPointers& pointers, ArticleField field);

// Starts with '/', and every '~' is followed by 0 or 1.
bool IsJsonPointer(std::string_view pointer);

// Built once, then const: any thread.
class FieldTree {
 public:
  struct Node {
    static constexpr std::size_t kNoElement = static_cast<std::size_t>(-1);
    std::string key;                   // Unescaped.
    std::size_t element = kNoElement;  // The key as an array index, where it is one.
    FieldSet fields = 0;               // Are this value.
    FieldSet fields_below = 0;         // Are inside this value.
    std::vector<Node> children;
  };

  // REQUIRES: each pointer is empty (not mapped) or IsJsonPointer().
  explicit FieldTree(const FieldPointers& pointers);

  const Node& root() const { return root_; }

  // The child that a member or an array element leads to, or null.
  static const Node* Member(const Node& node, std::string_view key) {
    for (const Node& child : node.children) {
      if (child.key == key) return &child;
    }
    return nullptr;
  }
  static const Node* Element(const Node& node, std::size_t index) {
    for (const Node& child : node.children) {
      if (child.element == index) return &child;
    }
    return nullptr;
  }

 private:
  void Add(std::string_view pointer, ArticleField field);

  Node root_;
};

}  // namespace wiredesk
