#include "app/version.h"

#include <librdkafka/rdkafka.h>
#include <simdjson.h>
#include <unicode/uchar.h>
#include <unicode/uversion.h>

#include "stages/chunk_finder.h"
#include "stages/matcher_self_test.h"

#define WIREDESK_TEXT_OF(macro) WIREDESK_TEXT(macro)
#define WIREDESK_TEXT(text) #text

namespace wiredesk {

std::string Version() { return WIREDESK_VERSION; }

std::string VersionText() {
  std::string text = "wiredesk " WIREDESK_VERSION;
  text.append("\nmatcher     Hyperscan ").append(MatcherVersion());
  text.append("\nlibrdkafka  ").append(rd_kafka_version_str());
  text.append("\nsimdjson    ").append(WIREDESK_TEXT_OF(SIMDJSON_VERSION));
  text.append(" (").append(simdjson::get_active_implementation()->name()).append(")");
  text.append("\nunicode     ").append(U_UNICODE_VERSION).append(", ICU ").append(U_ICU_VERSION);
  text.append("\nkernels     ").append(ChunkKernels().front().name);
  return text;
}

}  // namespace wiredesk
