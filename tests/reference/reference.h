// The rule language as its description says, evaluated slowly and plainly over what the authors
// wrote (config/rule_ast.h) and the original text: the twin of compiler, matcher and tagger, which
// must give the same tags, scores and evidence. Of their code it uses only Inflections(), which
// defines what word~ stands for.
//
// One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/rule_ast.h"
#include "tests/reference/reference_terms.h"

namespace wiredesk::reference {

// An article as the rules see it. Empty: it has none of that.
struct SourceArticle {
  struct Part {
    std::string field;
    std::string text;
  };
  std::vector<Part> parts;
  std::string id;
  std::string language;
  std::string source;
  std::vector<std::string> categories;
};

// A place that speaks for a tag, in bytes of the part; and what is shown around it, if anything.
struct Evidence {
  std::size_t part = 0;
  std::size_t start = 0;
  std::size_t end = 0;
  std::string term;
  std::size_t snippet_start = 0;
  std::size_t snippet_end = 0;
  bool operator==(const Evidence&) const = default;
};

struct FoundTag {
  std::string topic;
  std::int32_t score = 0;
  std::vector<Evidence> evidence;  // Strongest first.
  bool operator==(const FoundTag&) const = default;
};

// Wrong on purpose, in one way: a comparison that is worth something finds each of them.
enum class Mistake {
  kNone,
  kExactIgnored,
  kPrefixIsWord,
  kPhraseCrossesSentences,
  kOneReadingOnly,
  kNearReachesOneFurther,
  kNearCrossesFields,
  kNearKeepsAllSpans,
  kBeforeInAnyOrder,
  kSentenceIsParagraph,
  kOutsideNeedsSamePlace,
  kShortestStays,
  kCountKeepsOverlaps,
  kZoneIsPart,
  kLeadOfThreeParagraphs,
  kBoostOfLeadIgnored,
  kFactorIgnored,
  kAtLeastOneMore,
  kNotEqualNeedsValue,
  kExcludeIgnored,
  kNeedMustBeExceeded,
  kShadowIsShown,
  kEvidenceOfAllBranches,
  kEvidenceOfCovers,
  kTermShownIsGreatest,
  kFieldOfLastToken,
  kCount,  // How many there are.
};

struct Options {
  std::size_t evidence_max = 20;
  Mistake mistake = Mistake::kNone;
};

// Tags by falling score, then by topic id. REQUIRES: the packs compile.
class Reference {
 public:
  explicit Reference(const std::vector<RulePack>& packs, const Options& options = {});
  ~Reference();
  std::vector<FoundTag> Tag(const SourceArticle& article);
  // Likewise, where Read() was called before: worth it for an article that many rules look at.
  std::vector<FoundTag> Tag(const SourceArticle& article, const std::vector<Token>& tokens);
  static std::vector<Token> Read(const SourceArticle& article);

 private:
  struct Cache;
  const std::vector<RulePack>& packs_;
  const Options options_;
  std::unique_ptr<Cache> cache_;
};

// Likewise, for once.
std::vector<FoundTag> Tag(const std::vector<RulePack>& packs, const SourceArticle& article,
                          const Options& options = {});

}  // namespace wiredesk::reference
