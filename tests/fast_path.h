// The stages that tag articles, with results in the form of the slow reference. For tests.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "config/engine_choice.h"
#include "stages/batch.h"
#include "stages/compiled_rules.h"
#include "tests/reference/reference.h"

namespace wiredesk {

// The field that articles have here besides the built-in ones.
inline constexpr std::string_view kFurtherField = "dateline";

// Articles that were read once, to be tagged by several sets of rules.
class FastArticles {
 public:
  // REQUIRES: the articles outlive this.
  explicit FastArticles(const std::vector<reference::SourceArticle>& articles);

  std::span<const Article> articles() const { return batch_.articles(); }

  // One list of tags an article.
  std::vector<std::vector<reference::FoundTag>> Tag(const CompiledRules& rules);

 private:
  void Add(const reference::SourceArticle& source);

  Batch batch_;
};

// The tags of an article that went through the stages. REQUIRES: article.ok()
std::vector<reference::FoundTag> FoundTags(const Article& article, const CompiledRules& rules);

// Null where the compiler refuses the packs; then `errors` says why.
std::shared_ptr<const CompiledRules> Compile(const std::vector<RulePack>& packs,
                                             std::string& errors,
                                             EngineChoice engine = EngineChoice::kAuto);

}  // namespace wiredesk
