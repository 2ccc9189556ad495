// The settings file: settings or errors, and never both.
#include <optional>

#include "config/check.h"
#include "config/settings.h"
#include "tests/fuzz/fuzz_target.h"

namespace wiredesk {

void FuzzOne(std::string_view bytes) {
  Diagnostics diagnostics;
  const std::optional<Settings> settings = ParseSettings(bytes, "worker.yaml", diagnostics);
  WIREDESK_CHECK(settings.has_value() != HasErrors(diagnostics));
  WIREDESK_CHECK(Render(diagnostics).empty() == diagnostics.empty());
  if (settings) RedactedKafkaProperties(settings->kafka.common, settings->kafka);
}

}  // namespace wiredesk
