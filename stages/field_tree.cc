#include "stages/field_tree.h"

#include <charconv>

#include "config/check.h"

namespace wiredesk {

namespace {

std::string Unescape(std::string_view token) {
  std::string key;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool escaped = token[i] == '~';
    if (escaped) ++i;
    key += !escaped ? token[i] : token[i] == '0' ? '~' : '/';
  }
  return key;
}

// RFC 6901: digits without a leading zero.
std::size_t ElementOf(std::string_view key) {
  if (key.empty() || (key.size() > 1 && key[0] == '0')) return FieldTree::Node::kNoElement;
  std::uint32_t index = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  if (error != std::errc{} || end != key.data() + key.size()) return FieldTree::Node::kNoElement;
  return index;
}

FieldTree::Node& ChildOf(FieldTree::Node& node, const std::string& key) {
  for (FieldTree::Node& child : node.children) {
    if (child.key == key) return child;
  }
  FieldTree::Node& child = node.children.emplace_back();
  child.key = key;
  child.element = ElementOf(key);
  return child;
}

}  // namespace

std::string_view PointerOf(const FieldPointers& pointers, ArticleField field) {
  const auto index = static_cast<std::size_t>(field);
  if (index >= kArticleFieldCount) return pointers.further[index - kArticleFieldCount].pointer;
  switch (field) {
    case ArticleField::kId:
      return pointers.id;
    case ArticleField::kTitle:
      return pointers.title;
    case ArticleField::kBody:
      return pointers.body;
    case ArticleField::kLanguage:
      return pointers.language;
    case ArticleField::kSource:
      return pointers.source;
    case ArticleField::kPublishedAt:
      return pointers.published_at;
    case ArticleField::kLabels:
      return pointers.labels;
  }
  WIREDESK_CHECK(!"a field without a pointer");
  return {};
}

bool IsJsonPointer(std::string_view pointer) {
  if (pointer.empty() || pointer[0] != '/') return false;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] != '~') continue;
    if (i + 1 == pointer.size() || (pointer[i + 1] != '0' && pointer[i + 1] != '1')) return false;
  }
  return true;
}

FieldTree::FieldTree(const FieldPointers& pointers) {
  for (std::size_t i = 0; i < kArticleFieldCount + pointers.further.size(); ++i) {
    const auto field = static_cast<ArticleField>(i);
    const std::string_view pointer = PointerOf(pointers, field);
    if (!pointer.empty()) Add(pointer, field);
  }
}

void FieldTree::Add(std::string_view pointer, ArticleField field) {
  WIREDESK_CHECK(IsJsonPointer(pointer));
  Node* node = &root_;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t slash = std::min(pointer.find('/'), pointer.size());
    node->fields_below |= FieldBit(field);
    node = &ChildOf(*node, Unescape(pointer.substr(0, slash)));
    pointer.remove_prefix(slash);
  }
  node->fields |= FieldBit(field);
}

}  // namespace wiredesk
