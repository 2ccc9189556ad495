#include "config/setting_table.h"

#include <algorithm>
#include <array>

namespace wiredesk {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr std::size_t kKiB = std::size_t{1} << 10;
constexpr std::size_t kMiB = std::size_t{1} << 20;

// Each in the order of its enum.
constexpr std::array<std::string_view, 3> kStarts = {"error", "earliest", "latest"};
constexpr std::array<std::string_view, 3> kFormats = {"auto", "json", "text"};
constexpr std::array<std::string_view, 2> kRecords = {"tags", "enriched"};
constexpr std::array<std::string_view, 2> kDeliveries = {"at_least_once", "exactly_once"};
constexpr std::array<std::string_view, 2> kBooleans = {"false", "true"};
constexpr std::array<std::string_view, 3> kEngines = {"auto", "word_index", "hyperscan"};
constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warn", "error"};

// A choice that is an enum in Settings, whose values are the places in `names`.
template <auto kSlot>
ChoiceSetting EnumChoice(std::span<const std::string_view> names) {
  return {names, [](Settings& settings) { return static_cast<std::size_t>(kSlot(settings)); },
          [](Settings& settings, std::size_t place) {
            auto& slot = kSlot(settings);
            slot = static_cast<std::remove_reference_t<decltype(slot)>>(place);
          }};
}

ChoiceSetting LevelChoice() {
  return {kLevels,
          [](Settings& settings) {
            return static_cast<std::size_t>(
                std::find(kLevels.begin(), kLevels.end(), settings.log_level) - kLevels.begin());
          },
          [](Settings& settings, std::size_t place) {
            settings.log_level = std::string(kLevels[place]);
          }};
}

TextSetting Pointer(SettingSlot<std::string> slot) { return {slot, kPointerForm}; }

std::vector<Setting> MakeFileSettings() {
  return {
      {"version", IntegerSetting{[](Settings& s) -> int& { return s.version; }, {1, 1}},
       "Layout of this file.", true, "-"},
      {"kafka", KafkaSetting{},
       "librdkafka properties, verbatim; a list is joined by commas. The maps consumer and "
       "producer "
       "inside override them for one of the two clients. bootstrap.servers is needed."},
  };
}

std::vector<Setting> MakeInputSettings() {
  return {
      {"input.topics",
       TextsSetting{[](Settings& s) -> std::vector<std::string>& { return s.input.topics; },
                    kSubscriptionForm},
       "Topics to read; one alone needs no list. ^ begins a regular expression.", true},
      {"input.group",
       TextSetting{[](Settings& s) -> std::string& { return s.input.group; }, kGroupForm},
       "Consumer group; workers of one group share the partitions.", true},
      {"input.start",
       EnumChoice<[](Settings& s) -> StartOffset& { return s.input.start; }>(kStarts),
       "Where to begin in a partition without a committed offset; error: refuse."},
      {"input.format",
       EnumChoice<[](Settings& s) -> ArticleFormat& { return s.decode.format; }>(kFormats),
       "How articles are written; auto: by the content-type header, else by looking."},
      {"input.fields.id", Pointer([](Settings& s) -> std::string& { return s.decode.fields.id; }),
       "Where in a JSON article its id is."},
      {"input.fields.title",
       Pointer([](Settings& s) -> std::string& { return s.decode.fields.title; }), "Its title."},
      {"input.fields.body",
       Pointer([](Settings& s) -> std::string& { return s.decode.fields.body; }),
       "Its body: a text, or a list of paragraphs."},
      {"input.fields.language",
       Pointer([](Settings& s) -> std::string& { return s.decode.fields.language; }),
       "Its language."},
      {"input.fields.source",
       Pointer([](Settings& s) -> std::string& { return s.decode.fields.source; }), "Its source."},
      {"input.fields.published_at",
       Pointer([](Settings& s) -> std::string& { return s.decode.fields.published_at; }),
       "Its time of publication."},
      {"input.fields.labels",
       Pointer([](Settings& s) -> std::string& { return s.decode.fields.labels; }), "Its labels."},
      {"input.fields.NAME", FurtherFieldSetting{},
       "A further field, by a name of yours, for rules that look at it: a text, number, true or "
       "false, or a list of such. Up to 16."},
      {"input.article_bytes_max",
       SizeSetting{[](Settings& s) -> std::size_t& { return s.decode.article_bytes_max; },
                   {kKiB, 64 * kMiB}},
       "A longer article becomes a dead letter."},
      {"input.json_depth_max",
       IntegerSetting{[](Settings& s) -> int& { return s.decode.json_depth_max; },
                      {1, 1024, "levels"}},
       "A JSON article nested deeper becomes a dead letter."},
      {"input.json_fields_max",
       IntegerSetting{[](Settings& s) -> int& { return s.decode.json_fields_max; },
                      {1, 10'000'000, "members"}},
       "A JSON article with more members, on all levels together, becomes a dead letter."},
  };
}

std::vector<Setting> MakeRuleSettings() {
  return {
      {kShortSetting,
       TextsSetting{[](Settings& s) -> std::vector<std::string>& { return s.rule_packs; },
                    kPathForm, true},
       "Files of rule packs. Short: rules: [...] instead of rules: {packs: [...]}.", false,
       "none; needed without rules.topic"},
      {"rules.topic",
       TextSetting{[](Settings& s) -> std::string& { return s.rules.topic; }, kTopicForm},
       "Topic with further packs, which is followed: a record's key is the name of a pack, its "
       "value the pack, no value takes the pack away.",
       false, "none"},
      {"rules.watch", EnumChoice<[](Settings& s) -> bool& { return s.rules.watch; }>(kBooleans),
       "Whether to load the rules again when one of their files changes; SIGHUP does so anyway."},
      {"rules.cache",
       TextSetting{[](Settings& s) -> std::string& { return s.rules.cache; }, kFolderForm, true},
       "Folder that keeps compiled rules for the next start. It is made if it is not there.", false,
       "none"},
      {"rules.compile_limits.cpu",
       DurationSetting{[](Settings& s) -> milliseconds& { return s.rules.compile_cpu; },
                       {milliseconds(1000), hours(1)}},
       "Processor time that compiling the rules may take, in whole seconds."},
      {"rules.compile_limits.memory",
       SizeSetting{[](Settings& s) -> std::size_t& { return s.rules.compile_memory; },
                   {64 * kMiB, kMiB * kMiB}},
       "Memory that compiling the rules may take, as address space."},
      {"match.engine",
       EnumChoice<[](Settings& s) -> EngineChoice& { return s.match.engine; }>(kEngines),
       "What finds words and phrases; auto: what costs less. The results are the same."},
      {"match.matches_max",
       IntegerSetting{[](Settings& s) -> int& { return s.match.matches_max; },
                      {1, 100'000'000, "matches an article"}},
       "An article in which the terms of the rules occur more often becomes a dead letter: its "
       "tags would be wrong without the rest."},
  };
}

std::vector<Setting> MakeOutputSettings() {
  return {
      {"output.topic",
       TextSetting{[](Settings& s) -> std::string& { return s.output.topic; }, kTopicForm},
       "Topic that the results go to; never one of input.topics.", true},
      {"output.record",
       EnumChoice<[](Settings& s) -> RecordForm& { return s.output.record; }>(kRecords),
       "tags: a record of its own; enriched: the article with one member added."},
      {"output.member",
       TextSetting{[](Settings& s) -> std::string& { return s.output.member; }, kMemberForm},
       "Name of the member that enriched adds."},
      {"output.evidence_max",
       IntegerSetting{[](Settings& s) -> int& { return s.output.evidence_max; },
                      {0, 10'000, "entries a tag"}},
       "How many places in the text a tag shows as its evidence."},
      {"output.tags_max",
       IntegerSetting{[](Settings& s) -> int& { return s.output.tags_max; },
                      {1, 1'000'000, "tags an article"}},
       "Of more tags an article has those that score most, and its record says so."},
      {"output.record_bytes_max",
       SizeSetting{[](Settings& s) -> std::size_t& { return s.output.record_bytes_max; },
                   {kKiB, kKiB * kMiB}},
       "A larger output record, with key and headers, shows less evidence; if that does not "
       "suffice the article becomes a dead letter.",
       false, "what the topic and the producer take"},
      {"dead_letter.topic",
       TextSetting{[](Settings& s) -> std::string& { return s.dead_letter_topic; }, kTopicForm},
       "Topic for the articles that can't be processed, as they came in.", false,
       "<output.topic>.dead-letter"},
      {"delivery", EnumChoice<[](Settings& s) -> DeliveryMode& { return s.delivery; }>(kDeliveries),
       "at_least_once: an offset is committed only when the output before it is delivered; "
       "exactly_once: both in one Kafka transaction, for readers with isolation.level "
       "read_committed."},
      {"transactional_id",
       TextSetting{[](Settings& s) -> std::string& { return s.transactional_id; },
                   kTransactionalIdForm},
       "With exactly_once: a name that this worker keeps over restarts and shares with no other; "
       "a number for each lane is put behind it.",
       false, "<input.group>-<host name>"},
  };
}

std::vector<Setting> MakeRuntimeSettings() {
  return {
      {"runtime.lanes",
       IntegerSetting{[](Settings& s) -> int& { return s.runtime.lanes; },
                      {1, 256, "lanes", "auto"}},
       "Chains of all stages, each with its own part of the partitions; auto: one a core."},
      {"runtime.threads", ThreadsSetting{},
       "Further threads of a lane, for stages: a list of groups, each a list of stages that share "
       "a "
       "thread, or {stages: [...], width: K} for K threads that take batches in turn. []: the "
       "lane's own thread does all."},
      {"runtime.batches",
       IntegerSetting{[](Settings& s) -> int& { return s.runtime.batches; }, {2, 1024, "batches"}},
       "Batches in circulation in a lane; at least 1 more than its further threads."},
      {"runtime.batch_articles",
       IntegerSetting{[](Settings& s) -> int& { return s.runtime.batch_articles; },
                      {1, 65'536, "articles"}},
       "Articles in a batch, at most."},
      {"runtime.batch_bytes",
       SizeSetting{[](Settings& s) -> std::size_t& { return s.runtime.batch_bytes; },
                   {kKiB, 256 * kMiB}},
       "Input in a batch, at most; an article that is longer than this goes alone."},
      {"runtime.commit_interval",
       DurationSetting{[](Settings& s) -> milliseconds& { return s.runtime.commit_interval; },
                       {milliseconds(10), hours(1)}},
       "Time between two commits of offsets."},
      {"runtime.transaction_interval",
       DurationSetting{[](Settings& s) -> milliseconds& { return s.runtime.transaction_interval; },
                       {milliseconds(10), milliseconds(10'000)}},
       "Time between two commits of transactions, with exactly_once: readers wait for it."},
      {"runtime.drain_timeout",
       DurationSetting{[](Settings& s) -> milliseconds& { return s.runtime.drain_timeout; },
                       {milliseconds(100), minutes(10)}},
       "How long to go on with what is taken in, when the worker is told to stop."},
      {"runtime.unhealthy_after",
       DurationSetting{[](Settings& s) -> milliseconds& { return s.runtime.unhealthy_after; },
                       {milliseconds(200), hours(1)}},
       "A thread that does not get on for so long makes the worker unhealthy."},
      {"runtime.abort_after",
       DurationSetting{[](Settings& s) -> milliseconds& { return s.runtime.abort_after; },
                       {milliseconds(0), hours(1)}},
       "One that does not get on for so long ends the worker, with the thread's stack; 0ms: none "
       "does."},
      {"metrics.listen",
       TextSetting{[](Settings& s) -> std::string& { return s.metrics_listen; }, kListenForm},
       "Where /healthz, /readyz and /metrics are served by HTTP, to whoever reaches it: a port of "
       "this machine's loopback, or an address and a port.",
       false, "none: nothing is served"},
      {"statistics.interval",
       DurationSetting{[](Settings& s) -> milliseconds& { return s.statistics_interval; },
                       {milliseconds(0), hours(24)}},
       "Time between two lines of statistics; 0ms: none."},
      {"log.level", LevelChoice(), "The least severe messages that are shown."},
  };
}

std::vector<Setting> MakeTable() {
  std::vector<Setting> table;
  for (auto* make : {MakeFileSettings, MakeInputSettings, MakeRuleSettings, MakeOutputSettings,
                     MakeRuntimeSettings}) {
    for (Setting& setting : make()) table.push_back(std::move(setting));
  }
  return table;
}

}  // namespace

std::span<const Setting> SettingTable() {
  static const std::vector<Setting> table = MakeTable();
  return table;
}

}  // namespace wiredesk
