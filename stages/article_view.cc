#include "stages/article_view.h"

#include <algorithm>
#include <optional>

#include "stages/folded_value.h"

namespace wiredesk {

namespace {

using Source = MetadataTest::Source;
using Comparison = RuleNode::Comparison;

constexpr std::size_t kSourceCount = static_cast<std::size_t>(Source::kField);

bool Compare(double value, Comparison comparison, double with) {
  switch (comparison) {
    case Comparison::kLess:
      return value < with;
    case Comparison::kAtMost:
      return value <= with;
    case Comparison::kGreater:
      return value > with;
    case Comparison::kAtLeast:
      return value >= with;
    default:
      return false;
  }
}

}  // namespace

void ArticleView::Begin(const Article& article, const CompiledRules& rules) {
  article_ = &article;
  rules_ = &rules;
  has_zones_ = false;
  lead_end_ = 0;
  if (rules.looks_at_lead()) FindLeadEnd();
  if (rules.tables().metadata_tests.empty()) return;
  values_.resize(kSourceCount + kFieldSlots);
  for (Values& values : values_) values.is_known = false;
}

void ArticleView::FindLeadEnd() {
  constexpr int kLeadParagraphs = 2;
  const UnitStarts starts = article_->paragraphs;
  int found = 0;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    if (PartOf(*article_, starts[i]).field != kBodyField) continue;
    lead_end_ =
        i + 1 < starts.size() ? starts[i + 1] : static_cast<std::uint32_t>(article_->tokens.size());
    if (++found == kLeadParagraphs) return;
  }
}

UnitStarts ArticleView::zones() {
  if (has_zones_) return zones_;
  has_zones_ = true;
  zones_.clear();
  for (std::size_t i = 0; i < article_->parts.size(); ++i) {
    const TextPart& part = article_->parts[i];
    if (i == 0 || part.field != article_->parts[i - 1].field) zones_.push_back(part.first_token);
  }
  return zones_;
}

bool ArticleView::Holds(const MetadataTest& test) {
  const Values& values = ValuesOf(test);
  const auto comparison = static_cast<Comparison>(test.comparison);
  if (comparison == Comparison::kEqual) return IsEqual(test, values);
  if (comparison == Comparison::kNotEqual) return !IsEqual(test, values);
  return std::any_of(values.folded.begin(),
                     values.folded.begin() + static_cast<std::ptrdiff_t>(values.count),
                     [&](const std::string& value) {
                       const std::optional<double> number = NumberOf(value);
                       return number && Compare(*number, comparison, test.number);
                     });
}

bool ArticleView::IsEqual(const MetadataTest& test, const Values& values) const {
  for (std::size_t i = 0; i < values.count; ++i) {
    const std::string_view value = values.folded[i];
    for (std::uint32_t j = 0; j < test.value_count; ++j) {
      const std::string_view wanted =
          rules_->text(rules_->tables().metadata_values[test.first_value + j]);
      if (value == wanted) return true;
      // de is de-CH as well.
      if (test.source == Source::kLanguage && value.size() > wanted.size() &&
          value.starts_with(wanted) &&
          (value[wanted.size()] == '-' || value[wanted.size()] == '_')) {
        return true;
      }
    }
  }
  return false;
}

const ArticleView::Values& ArticleView::ValuesOf(const MetadataTest& test) {
  const std::size_t index = test.source == Source::kField ? kSourceCount + test.field
                                                          : static_cast<std::size_t>(test.source);
  Values& values = values_[index];
  if (!values.is_known) {
    values.is_known = true;
    values.count = 0;
    ReadValues(test, values);
  }
  return values;
}

void ArticleView::ReadValues(const MetadataTest& test, Values& values) {
  switch (test.source) {
    case Source::kSource:
      return AddJson(article_->source_json, values);
    case Source::kId:
      return AddJson(article_->id_json, values);
    case Source::kLanguage:
      if (!article_->language.empty()) FoldValue(article_->language, values.Next());
      return;
    case Source::kCategory:
      for (const std::string_view category : article_->categories) {
        FoldValue(category, values.Next());
      }
      return;
    case Source::kField:
      for (const TextPart& part : article_->parts) {
        if (part.field == test.field) FoldValue(part.text, values.Next());
      }
  }
}

void ArticleView::AddJson(std::string_view token, Values& values) {
  if (token.empty()) return;
  UnquoteJson(token, unquoted_);
  FoldValue(unquoted_, values.Next());
}

}  // namespace wiredesk
