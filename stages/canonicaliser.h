// Stage 2: the article's text as folded words, and the way back to the original bytes
// (see tokeniser.h). The article's language decides about apostrophes and abbreviations.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stages/stage.h"
#include "stages/tokeniser.h"

namespace wiredesk {

class Canonicaliser : public Stage {
 public:
  std::string_view name() const override { return "canonicalise"; }
  void Process(Batch& batch) override;

 private:
  void Canonicalise(Article& article, Arena& arena);
  const Abbreviations* AbbreviationsOf(std::string_view language);

  Tokeniser tokeniser_;
  // Languages met so far; looking one up elsewhere takes a lock.
  std::vector<std::pair<std::string, const Abbreviations*>> languages_;
};

}  // namespace wiredesk
