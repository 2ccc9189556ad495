#include "stages/make_stage.h"

#include "stages/canonicaliser.h"
#include "stages/decoder.h"
#include "stages/encoder.h"
#include "stages/matcher.h"
#include "stages/tagger.h"

namespace wiredesk {

std::unique_ptr<Stage> MakeStage(std::string_view name, const Settings& settings) {
  if (name == "decode") return std::make_unique<Decoder>(settings.decode);
  if (name == "canonicalise") return std::make_unique<Canonicaliser>();
  if (name == "match") return std::make_unique<Matcher>(settings.match);
  if (name == "tag") return std::make_unique<Tagger>(settings.output);
  if (name == "encode") return std::make_unique<Encoder>(settings.output);
  return nullptr;
}

}  // namespace wiredesk
