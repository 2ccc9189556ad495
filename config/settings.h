// Everything that the operator may decide for a worker, read from one YAML file.
//
// Values may be references, resolved after parsing so that a value can never change the structure:
//   sasl.password: {file: /run/secrets/kafka}     topic: {env: TOPIC, default: news.raw}
//
// Settings are plain values: load once, then share as const between threads.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"
#include "config/engine_choice.h"
#include "config/rule_bounds.h"

namespace wiredesk {

// librdkafka properties, verbatim.
using KafkaProperties = std::map<std::string, std::string>;

struct KafkaSettings {
  KafkaProperties common;    // For both clients.
  KafkaProperties consumer;  // Override `common`.
  KafkaProperties producer;  // Override `common`.
  // Names of the properties whose values came from {env: } or {file: }: never to be shown.
  std::set<std::string, std::less<>> secrets;
};

// "name=value" lines for logs, with "(hidden)" for `secrets` and for every name that says that it
// is one (password, secret, token, jaas, private key). `properties` may be any mix of those in
// `settings` and others. Any thread.
std::string RedactedKafkaProperties(const KafkaProperties& properties,
                                    const KafkaSettings& settings);

enum class ArticleFormat { kAuto, kJson, kText };
enum class RecordForm { kTags, kEnriched };
enum class StartOffset { kError, kEarliest, kLatest };
enum class DeliveryMode { kAtLeastOnce, kExactlyOnce };

// A field of articles besides the built-in ones, for rules that name it.
struct FurtherField {
  std::string name;
  std::string pointer;
};

// Where the members of a JSON article are (RFC 6901 JSON pointers; "" means: not mapped).
struct FieldPointers {
  std::string id = "/id";
  std::string title = "/title";
  std::string body = "/body";
  std::string language = "/language";
  std::string source = "/source";
  std::string published_at = "/published_at";
  std::string labels = "/labels";
  std::vector<FurtherField> further;  // As in the file; each has a pointer.
};

struct DecodeSettings {
  ArticleFormat format = ArticleFormat::kAuto;
  FieldPointers fields;
  std::size_t article_bytes_max = std::size_t{1} << 20;
  int json_depth_max = 64;
  int json_fields_max = 50'000;
};

struct InputSettings {
  std::vector<std::string> topics;
  std::string group;
  StartOffset start = StartOffset::kError;  // Where to begin without a committed offset.
};

struct MatchSettings {
  EngineChoice engine = EngineChoice::kAuto;
  int matches_max = 100'000;  // Of terms in an article.
};

struct OutputSettings {
  std::string topic;
  RecordForm record = RecordForm::kTags;
  std::string member = "wiredesk";  // Name of the member that `enriched` adds.
  int evidence_max = 20;            // Evidence entries a tag.
  int tags_max = 1'000;             // Of an article.
  // A larger record shows less evidence. 0: as much as the output topic takes.
  std::size_t record_bytes_max = 0;
};

// Where rules come from beside `rule_packs`, and what compiling them may take.
struct RuleSettings {
  std::string topic;   // Kafka topic with packs by name, or empty.
  bool watch = false;  // Reload when a file changes.
  std::string cache;   // Folder for compiled rules, or empty.
  // Of the process that compiles.
  std::chrono::milliseconds compile_cpu{60000};
  std::size_t compile_memory = std::size_t{4} << 30;
};

// The stages, in the order in which an article goes through them.
inline constexpr std::array<std::string_view, 5> kStageNames = {"decode", "canonicalise", "match",
                                                                "tag", "encode"};

struct RuntimeSettings {
  int lanes = 0;  // 0: one a core.
  // One entry a thread group: the stages that share it, in order, and how many threads it has.
  // None: the lane's own thread does everything, one after the other.
  struct StageGroup {
    std::vector<std::string> stages;
    int width = 1;
  };
  std::vector<StageGroup> threads;
  int batches = 8;  // In circulation, a lane.
  int batch_articles = 64;
  std::size_t batch_bytes = std::size_t{1} << 18;  // Of input records, a batch.
  std::chrono::milliseconds commit_interval{1000};
  std::chrono::milliseconds transaction_interval{200};  // With exactly_once.
  std::chrono::milliseconds drain_timeout{20000};
  std::chrono::milliseconds unhealthy_after{2000};  // Of a thread that does not get on.
  std::chrono::milliseconds abort_after{30000};     // Likewise; 0: never.
};

struct Settings {
  int version = 1;  // Of the file's layout.
  KafkaSettings kafka;
  InputSettings input;
  DecodeSettings decode;
  std::vector<std::string> rule_packs;  // Paths; relative ones are resolved by the file's folder.
  RuleSettings rules;
  MatchSettings match;
  OutputSettings output;
  std::string dead_letter_topic;  // Default: output.topic + ".dead-letter".
  DeliveryMode delivery = DeliveryMode::kAtLeastOnce;
  // With exactly_once: the same at each start of this worker, and no other worker's. The number of
  // the lane is put behind it. Empty: the group's and the host's name.
  std::string transactional_id;
  RuntimeSettings runtime;
  std::chrono::milliseconds statistics_interval{10000};  // 0: no statistics line.
  std::string metrics_listen;                            // HOST:PORT, or empty.
  std::string log_level = "info";
};

// Reads and checks `path`. Either every setting is valid or none is returned and `diagnostics`
// holds all that is wrong (file, line, column, path of the key, nearest known key).
std::optional<Settings> LoadSettings(const std::string& path, Diagnostics& diagnostics);

// The same on text that is at hand; `file` names it in diagnostics and resolves relative paths.
std::optional<Settings> ParseSettings(std::string_view text, const std::string& file,
                                      Diagnostics& diagnostics);

// A table of every setting for people: key, unit, default, bound, meaning. For `--help` and docs.
std::string DescribeSettings();

}  // namespace wiredesk
