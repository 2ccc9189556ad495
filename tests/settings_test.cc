#include "config/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "config/kafka_properties.h"
#include "config/quantity.h"

namespace wiredesk {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

// The least that a worker needs, in one line each, so that what a test adds begins in line 6.
constexpr std::string_view kLeast =
    "version: 1\n"
    "kafka: {bootstrap.servers: 'b:9092'}\n"
    "rules: [a.rules]\n"
    "input: {topics: [raw], group: g}\n"
    "output: {topic: tagged}\n";

std::string Replace(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// kLeast with other maps for input and output.
std::string WithInput(std::string_view input) {
  return Replace(std::string(kLeast), "{topics: [raw], group: g}", input);
}
std::string WithOutput(std::string_view output) {
  return Replace(std::string(kLeast), "{topic: tagged}", output);
}
std::string WithKafka(std::string_view kafka) {
  return Replace(std::string(kLeast), "{bootstrap.servers: 'b:9092'}", kafka);
}
std::string With(std::string_view added) { return std::string(kLeast) + std::string(added); }

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Settings MustParse(const std::string& text) {
  Diagnostics diagnostics;
  const std::optional<Settings> settings = ParseSettings(text, "conf/w.yaml", diagnostics);
  EXPECT_TRUE(settings.has_value()) << text << Render(diagnostics);
  EXPECT_TRUE(diagnostics.empty()) << Render(diagnostics);
  return settings.value_or(Settings{});
}

Diagnostics MustFail(const std::string& text) {
  Diagnostics diagnostics;
  EXPECT_FALSE(ParseSettings(text, "conf/w.yaml", diagnostics).has_value()) << text;
  EXPECT_TRUE(HasErrors(diagnostics)) << text;
  return diagnostics;
}

// A folder of its own for a test, gone afterwards.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "settings-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string Write(const std::string& name, std::string_view text) const {
    const std::filesystem::path path = path_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return WithMode(path.string(), 0600);
  }
  static std::string WithMode(const std::string& path, unsigned mode) {
    std::filesystem::permissions(path, std::filesystem::perms(mode));
    return path;
  }

 private:
  std::filesystem::path path_;
};

// An environment variable for the time of a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

TEST(SettingsTest, LoadsTheShippedFile) {
  const std::string folder = WIREDESK_SOURCE_DIR "/config/";
  Diagnostics diagnostics;
  const auto settings = LoadSettings(folder + "worker.yaml", diagnostics);
  ASSERT_TRUE(settings.has_value()) << Render(diagnostics);
  EXPECT_THAT(settings->kafka.common, ElementsAre(Pair("bootstrap.servers", "localhost:9092")));
  EXPECT_THAT(settings->input.topics, ElementsAre("news.raw"));
  EXPECT_EQ(settings->input.group, "wiredesk");
  EXPECT_EQ(settings->output.topic, "news.tagged");
  EXPECT_THAT(settings->rule_packs, ElementsAre(folder + "rules/mediatopics-en.rules"));
}

// The lines that show a default say the truth: with them uncommented the settings are the same.
TEST(SettingsTest, ShippedFileShowsTheDefaults) {
  const std::string text = ReadFile(WIREDESK_SOURCE_DIR "/config/worker.yaml");
  std::string uncommented;
  bool in_settings = false;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start);
    std::string line = text.substr(start, end - start);
    start = end + 1;
    in_settings = in_settings || line.starts_with("input:");
    const std::size_t mark = line.find_first_not_of(' ');
    if (in_settings && mark != std::string::npos && line[mark] == '#') line.erase(mark, 2);
    uncommented += line + "\n";
  }
  const Settings shown = MustParse(uncommented);
  const Settings defaults;
  EXPECT_EQ(shown.decode.format, defaults.decode.format);
  EXPECT_EQ(shown.decode.fields.published_at, defaults.decode.fields.published_at);
  EXPECT_EQ(shown.decode.article_bytes_max, defaults.decode.article_bytes_max);
  EXPECT_EQ(shown.decode.json_depth_max, defaults.decode.json_depth_max);
  EXPECT_EQ(shown.output.record, defaults.output.record);
  EXPECT_EQ(shown.output.member, defaults.output.member);
  EXPECT_EQ(shown.match.engine, defaults.match.engine);
  EXPECT_EQ(shown.output.evidence_max, defaults.output.evidence_max);
  EXPECT_EQ(shown.dead_letter_topic, "news.tagged.dead-letter");
  EXPECT_EQ(shown.runtime.lanes, defaults.runtime.lanes);
  EXPECT_EQ(shown.runtime.threads.size(), defaults.runtime.threads.size());
  EXPECT_EQ(shown.runtime.batches, defaults.runtime.batches);
  EXPECT_EQ(shown.runtime.batch_articles, defaults.runtime.batch_articles);
  EXPECT_EQ(shown.runtime.batch_bytes, defaults.runtime.batch_bytes);
  EXPECT_EQ(shown.runtime.commit_interval, defaults.runtime.commit_interval);
  EXPECT_EQ(shown.runtime.drain_timeout, defaults.runtime.drain_timeout);
  EXPECT_EQ(shown.statistics_interval, defaults.statistics_interval);
  EXPECT_EQ(shown.log_level, defaults.log_level);
}

TEST(SettingsTest, FillsInDefaults) {
  const Settings settings = MustParse(std::string(kLeast));
  EXPECT_EQ(settings.dead_letter_topic, "tagged.dead-letter");
  EXPECT_EQ(settings.input.start, StartOffset::kError);
  EXPECT_EQ(settings.runtime.lanes, 0);
  EXPECT_TRUE(settings.runtime.threads.empty());
}

TEST(SettingsTest, ReadsEverySetting) {
  const Settings settings = MustParse(R"(
version: 1
kafka:
  bootstrap.servers: [k1:9093, k2:9093]
  enable.idempotence: true
  consumer: {fetch.min.bytes: 65536}
  producer: {linger.ms: 5}
input:
  topics: [raw, "^wire\\..*"]
  group: desk
  start: latest
  format: json
  fields: {id: /uri, title: /a/0, body: /b~1c, language: null,
           source: "", published_at: /p, labels: ~}
  article_bytes_max: 64 KiB
  json_depth_max: 9
rules: [packs/../a.rules, /etc/b.rules]
match: {engine: word_index}
output: {topic: tagged, record: enriched, member: tags, evidence_max: 0}
dead_letter: {topic: dead}
delivery: at_least_once
runtime:
  lanes: 3
  threads: [[decode, canonicalise], {stages: [match], width: 4}, [tag, encode]]
  batches: 7
  batch_articles: 10
  batch_bytes: 2MB
  commit_interval: 200ms
  drain_timeout: 2m
statistics: {interval: 0s}
log: {level: debug}
)");
  EXPECT_THAT(settings.kafka.common, ElementsAre(Pair("bootstrap.servers", "k1:9093,k2:9093"),
                                                 Pair("enable.idempotence", "true")));
  EXPECT_THAT(settings.kafka.consumer, ElementsAre(Pair("fetch.min.bytes", "65536")));
  EXPECT_THAT(settings.kafka.producer, ElementsAre(Pair("linger.ms", "5")));
  EXPECT_THAT(settings.input.topics, ElementsAre("raw", "^wire\\..*"));
  EXPECT_EQ(settings.input.group, "desk");
  EXPECT_EQ(settings.input.start, StartOffset::kLatest);
  EXPECT_EQ(settings.decode.format, ArticleFormat::kJson);
  EXPECT_EQ(settings.decode.fields.id, "/uri");
  EXPECT_EQ(settings.decode.fields.title, "/a/0");
  EXPECT_EQ(settings.decode.fields.body, "/b~1c");
  EXPECT_EQ(settings.decode.fields.language, "");
  EXPECT_EQ(settings.decode.fields.source, "");
  EXPECT_EQ(settings.decode.fields.published_at, "/p");
  EXPECT_EQ(settings.decode.fields.labels, "");
  EXPECT_EQ(settings.decode.article_bytes_max, 65536U);
  EXPECT_EQ(settings.decode.json_depth_max, 9);
  EXPECT_THAT(settings.rule_packs, ElementsAre("conf/a.rules", "/etc/b.rules"));
  EXPECT_EQ(settings.output.topic, "tagged");
  EXPECT_EQ(settings.output.record, RecordForm::kEnriched);
  EXPECT_EQ(settings.output.member, "tags");
  EXPECT_EQ(settings.match.engine, EngineChoice::kWordIndex);
  EXPECT_EQ(settings.output.evidence_max, 0);
  EXPECT_EQ(settings.dead_letter_topic, "dead");
  EXPECT_EQ(settings.runtime.lanes, 3);
  ASSERT_EQ(settings.runtime.threads.size(), 3U);
  EXPECT_THAT(settings.runtime.threads[0].stages, ElementsAre("decode", "canonicalise"));
  EXPECT_EQ(settings.runtime.threads[1].width, 4);
  EXPECT_THAT(settings.runtime.threads[2].stages, ElementsAre("tag", "encode"));
  EXPECT_EQ(settings.runtime.batches, 7);
  EXPECT_EQ(settings.runtime.batch_articles, 10);
  EXPECT_EQ(settings.runtime.batch_bytes, 2'000'000U);
  EXPECT_EQ(settings.runtime.commit_interval, milliseconds(200));
  EXPECT_EQ(settings.runtime.drain_timeout, milliseconds(120'000));
  EXPECT_EQ(settings.statistics_interval, milliseconds(0));
  EXPECT_EQ(settings.log_level, "debug");
}

TEST(SettingsTest, TakesFurtherFieldsByNamesOfTheUsers) {
  const Settings settings = MustParse(WithInput(
      "{topics: raw, group: g, fields: {byline: /by, id: /uri, priority: /meta/0, off: null}}"));
  const std::vector<FurtherField>& further = settings.decode.fields.further;
  ASSERT_EQ(further.size(), 2U);
  EXPECT_EQ(further[0].name, "byline");
  EXPECT_EQ(further[0].pointer, "/by");
  EXPECT_EQ(further[1].name, "priority");
  EXPECT_EQ(further[1].pointer, "/meta/0");
  EXPECT_EQ(settings.decode.fields.id, "/uri");
}

TEST(SettingsTest, TakesOneTopicWithoutAList) {
  EXPECT_THAT(MustParse(WithInput("{topics: raw, group: g}")).input.topics, ElementsAre("raw"));
}

TEST(SettingsTest, TakesEmptySectionsByteOrderMarksAndCarriageReturns) {
  std::string text = "\xEF\xBB\xBF" + With("runtime:\nlog:\n");
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) {
    text.replace(at, 1, "\r\n");
  }
  EXPECT_EQ(MustParse(text).input.group, "g");
}

TEST(SettingsTest, CountsNoByteOrderMarkAsAColumn) {
  const Diagnostics diagnostics =
      MustFail("\xEF\xBB\xBF" + Replace(std::string(kLeast), "version: 1", "version: 2"));
  ASSERT_EQ(diagnostics.size(), 1U);
  EXPECT_EQ(diagnostics[0].position.column, 10);
  EXPECT_EQ(diagnostics[0].source_line, "version: 2");
}

struct FaultCase {
  std::string_view name;
  std::string text;
  int line;
  int column;
  std::string_view message;    // A part, with the path of the key.
  std::string_view help = "";  // A part.
};

// Names a case where GoogleTest would print its bytes.
void PrintTo(const FaultCase& fault, std::ostream* out) { *out << fault.name; }

class FaultTest : public testing::TestWithParam<FaultCase> {};

TEST_P(FaultTest, IsOneErrorAtItsPlace) {
  const FaultCase& fault = GetParam();
  const Diagnostics diagnostics = MustFail(fault.text);
  ASSERT_EQ(diagnostics.size(), 1U) << Render(diagnostics);
  const Diagnostic& diagnostic = diagnostics[0];
  EXPECT_EQ(diagnostic.file, "conf/w.yaml");
  EXPECT_EQ(diagnostic.position.line, fault.line) << Render(diagnostics);
  EXPECT_EQ(diagnostic.position.column, fault.column) << Render(diagnostics);
  EXPECT_THAT(diagnostic.message, HasSubstr(std::string(fault.message)));
  EXPECT_THAT(diagnostic.help, HasSubstr(std::string(fault.help)));
}

std::string NameOf(const testing::TestParamInfo<FaultCase>& info) {
  return std::string(info.param.name);
}

INSTANTIATE_TEST_SUITE_P(
    Yaml, FaultTest,
    testing::Values(
        FaultCase{"UnclosedList", With("log: [a\n"), 7, 1, "not valid YAML"},
        FaultCase{"TabIndent", With("log:\n\tlevel: info\n"), 7, 7, "not valid YAML",
                  "not by tabs"},
        FaultCase{"TwoDocuments", With("---\na: b\n"), 7, 1, "a second document"},
        FaultCase{"Anchor", With("log: &a {level: info}\n"), 6, 6, "anchors"},
        FaultCase{"Alias", With("log: *a\n"), 6, 6, "not valid YAML"},
        FaultCase{"Tag", With("log: {level: !!str info}\n"), 6, 14, "tags"},
        FaultCase{"InvalidUtf8", With("log: {level: \xC3(}\n"), 6, 14, "UTF-8"},
        FaultCase{"ControlCharacter", With("log: {level: \x07}\n"), 6, 14, "control character"},
        FaultCase{"NulByte", With("log: {level: \"a\\0b\"}\n"), 6, 14,
                  "log.level: the value has a NUL"},
        FaultCase{"ListAsKey", With("? [a]\n: b\n"), 6, 3, "a key must be a name"},
        FaultCase{"KeyTwice", With("log: {level: info, level: warn}\n"), 6, 20,
                  "log.level: set twice, first in line 6"},
        FaultCase{"SectionTwice", With("version: 1\n"), 6, 1,
                  "version: set twice, first in line 1"},
        FaultCase{"NestedTooDeep", With("x: [[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]\n"), 6, 19,
                  "nested deeper than 16"},
        FaultCase{"NotAMap", "just text\n", 1, 1, "must be a map of settings, not a single value"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Keys, FaultTest,
    testing::Values(FaultCase{"Misspelt", With("runtime:\n  lans: 4\n"), 7, 3,
                              "runtime.lans: unknown setting", "did you mean \"runtime.lanes\"?"},
                    FaultCase{"MisspeltSection", With("runtme: {lanes: 4}\n"), 6, 1,
                              "runtme: unknown setting", "did you mean \"runtime\"?"},
                    FaultCase{"InTheWrongSection", With("log: {lanes: 4}\n"), 6, 7,
                              "log.lanes: unknown setting", "did you mean \"runtime.lanes\"?"},
                    FaultCase{"LikeNone", With("log: {zebra: 4}\n"), 6, 7,
                              "log.zebra: unknown setting", "known here: level"},
                    FaultCase{"Field", WithInput("{topics: [raw], group: g, fields: {titel: /t}}"),
                              4, 43, "input.fields.titel: unknown setting", "input.fields.title"},
                    FaultCase{"MissingInSection", WithInput("{topics: [raw]}"), 4, 1,
                              "input.group: is missing"},
                    FaultCase{"MissingSection",
                              Replace(std::string(kLeast), "output: {topic: tagged}\n", ""), 1, 1,
                              "output.topic: is missing"},
                    FaultCase{"MissingVersion", Replace(std::string(kLeast), "version: 1\n", ""), 1,
                              1, "version: is missing"},
                    FaultCase{"OtherVersion",
                              Replace(std::string(kLeast), "version: 1", "version: 2"), 1, 10,
                              "version: \"2\" is not 1"},
                    FaultCase{"SectionIsAList", With("log: [info]\n"), 6, 6,
                              "log: must be a map of settings, not a list"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Values, FaultTest,
    testing::Values(
        FaultCase{
            "NotANumber", With("runtime: {lanes: many}\n"), 6, 18,
            "runtime.lanes: \"many\" is not a whole number; allowed: 1 to 256 lanes, or auto"},
        FaultCase{"Fraction", With("runtime: {lanes: 1.5}\n"), 6, 18, "is not a whole number"},
        FaultCase{"TooSmall", With("runtime: {batches: 1}\n"), 6, 20,
                  "runtime.batches: \"1\" is less than allowed; allowed: 2 to 1024 batches"},
        FaultCase{"ZeroIsNotAuto", With("runtime: {lanes: 0}\n"), 6, 18, "less than allowed"},
        FaultCase{"TooLarge", With("runtime: {lanes: 257}\n"), 6, 18, "more than allowed"},
        FaultCase{"PastAllNumbers", With("runtime: {lanes: 99999999999999999999}\n"), 6, 18,
                  "more than allowed"},
        FaultCase{"SizeUnit", With("runtime: {batch_bytes: 1 MiBs}\n"), 6, 24,
                  "runtime.batch_bytes: \"1 MiBs\" is not a size; allowed: 1KiB to 256MiB", "MiB"},
        FaultCase{"SizeTooLarge", With("runtime: {batch_bytes: 1GiB}\n"), 6, 24,
                  "\"1GiB\" is more than allowed; allowed: 1KiB to 256MiB"},
        FaultCase{"SizeOverflow", With("runtime: {batch_bytes: 99999999999999GiB}\n"), 6, 24,
                  "is not a size"},
        FaultCase{"NoDurationUnit", With("runtime: {commit_interval: 200}\n"), 6, 28,
                  "runtime.commit_interval: \"200\" has no unit; allowed: 10ms to 1h",
                  "ms, s, m, h"},
        FaultCase{"DurationUnit", With("runtime: {commit_interval: 1 week}\n"), 6, 28,
                  "is not a duration", "ms, s, m, h"},
        FaultCase{"DurationTooShort", With("runtime: {commit_interval: 1ms}\n"), 6, 28,
                  "less than allowed"},
        FaultCase{"Choice", With("log: {level: wran}\n"), 6, 14,
                  "log.level: \"wran\" is none of the choices: debug, info, warn, error",
                  "did you mean \"warn\"?"},
        FaultCase{"NoValue", With("log: {level: }\n"), 6, 14, "log.level: there is no value"},
        FaultCase{"ListForOne", With("log: {level: [info]}\n"), 6, 14,
                  "log.level: must be a single value, not a list"},
        FaultCase{"Pointer", WithInput("{topics: [raw], group: g, fields: {id: id}}"), 4, 47,
                  "input.fields.id: \"id\" must begin with /"},
        FaultCase{"FurtherName", WithInput("{topics: [raw], group: g, fields: {2nd: /a}}"), 4, 48,
                  "input.fields.2nd: a field's name is a letter"},
        FaultCase{"TakenName", WithInput("{topics: [raw], group: g, fields: {lead: /a}}"), 4, 49,
                  "input.fields.lead: this is a word of the rule language"},
        FaultCase{"FurtherPointer", WithInput("{topics: [raw], group: g, fields: {byline: a}}"), 4,
                  51, "input.fields.byline: \"a\" must begin with /"},
        FaultCase{"PointerEscape", WithInput("{topics: [raw], group: g, fields: {id: /a~2}}"), 4,
                  47, "input.fields.id: \"/a~2\" has a ~"},
        FaultCase{"TopicName", WithOutput("{topic: 'a b'}"), 5, 17,
                  "output.topic: \"a b\" has characters"},
        FaultCase{"TopicDots", WithOutput("{topic: ..}"), 5, 17,
                  "output.topic: \"..\" is a name that Kafka does not allow"},
        FaultCase{"TopicExpression", WithInput("{topics: ['^(a'], group: g}"), 4, 18,
                  "input.topics[0]: \"^(a\" is not a regular expression"},
        FaultCase{"NoTopics", WithInput("{topics: [], group: g}"), 4, 17,
                  "input.topics: the list is empty"},
        FaultCase{"TopicTwice", WithInput("{topics: [a, a], group: g}"), 4, 21,
                  "input.topics[1]: is there twice"},
        FaultCase{"EmptyGroup", WithInput("{topics: [a], group: ''}"), 4, 29,
                  "input.group: \"\" must not be empty"},
        FaultCase{"Member", WithOutput("{topic: tagged, member: 'a\"b'}"), 5, 33,
                  "output.member: "},
        FaultCase{"NoRules", Replace(std::string(kLeast), "[a.rules]", "[]"), 3, 8,
                  "rules: the list is empty"},
        FaultCase{"EmptyRules", Replace(std::string(kLeast), "[a.rules]", "{}"), 3, 1,
                  "rules: is missing"},
        FaultCase{"EmptyPacks", Replace(std::string(kLeast), "[a.rules]", "{packs: []}"), 3, 16,
                  "rules.packs: the list is empty"},
        FaultCase{"MisspeltWatch",
                  Replace(std::string(kLeast), "[a.rules]", "{wacht: true, packs: a}"), 3, 9,
                  "rules.wacht: unknown setting", "did you mean \"rules.watch\"?"},
        FaultCase{"WatchIsNoBoolean",
                  Replace(std::string(kLeast), "[a.rules]", "{packs: a, watch: yes}"), 3, 26,
                  "\"yes\" is none of the choices: false, true"},
        FaultCase{"RulesTopicIsInput", Replace(std::string(kLeast), "[a.rules]", "{topic: raw}"), 3,
                  16, "rules.topic: is one of input.topics too"},
        FaultCase{"RulesTopicIsOutput",
                  Replace(std::string(kLeast), "[a.rules]", "{topic: tagged}"), 3, 16,
                  "rules.topic: is written to"},
        FaultCase{"RulesTopicIsDeadLetters",
                  Replace(std::string(kLeast), "[a.rules]", "{topic: tagged.dead-letter}"), 3, 16,
                  "rules.topic: is written to"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Together, FaultTest,
    testing::Values(
        FaultCase{"OutputIsInput", WithOutput("{topic: raw}"), 5, 17,
                  "output.topic: is one of input.topics too", "in a loop without end"},
        FaultCase{"ExpressionTakesOutputIn", WithInput("{topics: '^tagged$', group: g}"), 5, 17,
                  "output.topic: an expression of input.topics takes this topic in",
                  "in a loop without end"},
        FaultCase{"DeadLetterIsInput", With("dead_letter: {topic: raw}\n"), 6, 22,
                  "dead_letter.topic: is one of input.topics too", "in a loop without end"},
        FaultCase{"DefaultDeadLetterIsInput", WithInput("{topics: [tagged.dead-letter], group: g}"),
                  5, 17, "dead_letter.topic: is one of input.topics too", "in a loop without end"},
        FaultCase{"DeadLetterIsOutput", With("dead_letter: {topic: tagged}\n"), 6, 22,
                  "dead_letter.topic: is output.topic too"},
        FaultCase{"DeadLetterNameTooLong", WithOutput("{topic: " + std::string(249, 'a') + "}"), 5,
                  17, "dead_letter.topic: output.topic with .dead-letter is too long"},
        FaultCase{"BatchesForDefaultThreads",
                  With("runtime: {batches: 2, threads: [[decode, canonicalise], [match, tag, "
                       "encode]]}\n"),
                  6, 20, "runtime.batches: too few for runtime.threads; needed: 3 or more"},
        FaultCase{"ThreadsForDefaultBatches",
                  With("runtime: {threads: [{stages: [decode, canonicalise, match, tag, encode], "
                       "width: 8}]}\n"),
                  6, 20, "runtime.batches: too few for runtime.threads; needed: 9 or more"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Threads, FaultTest,
    testing::Values(
        FaultCase{"WrongOrder", With("runtime: {threads: [[decode, match, canonicalise, tag]]}\n"),
                  6, 30, "runtime.threads[0][1]: the stage here must be canonicalise",
                  "decode, canonicalise, match, tag, encode"},
        FaultCase{"Missing", With("runtime: {threads: [[decode, canonicalise], [match, tag]]}\n"),
                  6, 20, "runtime.threads: encode is missing at the end"},
        FaultCase{
            "Twice",
            With("runtime: {threads: [[decode, canonicalise, match, tag, encode], [encode]]}\n"), 6,
            66, "runtime.threads[1][0]: no stage may follow here"},
        FaultCase{"UnknownStage",
                  With("runtime: {threads: [[decode, canonicalize, match, tag, encode]]}\n"), 6, 30,
                  "runtime.threads[0][1]: \"canonicalize\" is none of the choices", "canonicalise"},
        FaultCase{"NoList", With("runtime: {threads: none}\n"), 6, 20,
                  "runtime.threads: must be a list of groups"},
        FaultCase{"Width",
                  With("runtime: {threads: [{width: 65, stages: [decode, canonicalise, match, tag, "
                       "encode]}]}\n"),
                  6, 29, "runtime.threads[0].width: \"65\" is more than allowed; allowed: 1 to 64"},
        FaultCase{"UnknownKey",
                  With("runtime: {threads: [{widht: 2, stages: [decode, canonicalise, match, tag, "
                       "encode]}]}\n"),
                  6, 22, "runtime.threads[0].widht: unknown setting", "did you mean \"width\"?"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Kafka, FaultTest,
    testing::Values(
        FaultCase{"AutoCommit", WithKafka("{bootstrap.servers: b, enable.auto.commit: true}"), 2,
                  31, "kafka.enable.auto.commit: wiredesk sets this property itself",
                  "commit_interval"},
        FaultCase{"Group", WithKafka("{bootstrap.servers: b, group.id: x}"), 2, 31,
                  "kafka.group.id", "set input.group"},
        FaultCase{"OffsetReset",
                  WithKafka("{bootstrap.servers: b, consumer: {auto.offset.reset: latest}}"), 2, 42,
                  "kafka.consumer.auto.offset.reset", "set input.start"},
        FaultCase{"Transactions",
                  WithKafka("{bootstrap.servers: b, producer: {transactional.id: x}}"), 2, 42,
                  "kafka.producer.transactional.id", "delivery"},
        FaultCase{"NoBrokers", WithKafka("{client.id: x}"), 2, 8,
                  "kafka.bootstrap.servers: is missing", "localhost:9092"},
        FaultCase{"NoBrokersForOne", WithKafka("{consumer: {bootstrap.servers: b}}"), 2, 8,
                  "kafka.bootstrap.servers: is missing"},
        FaultCase{"MisspeltClient", WithKafka("{bootstrap.servers: b, consumr: {a: b}}"), 2, 31,
                  "kafka.consumr: unknown map", "did you mean \"kafka.consumer\"?"},
        FaultCase{"MapForOne", WithKafka("{bootstrap.servers: {host: b}}"), 2, 29,
                  "kafka.bootstrap.servers: must be a single value or a reference"},
        FaultCase{"ClientIsAList", WithKafka("{bootstrap.servers: b, producer: [a]}"), 2, 41,
                  "kafka.producer: must be a map of librdkafka properties, not a list"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    References, FaultTest,
    testing::Values(
        FaultCase{"NoVariable", WithOutput("{topic: {env: WIREDESK_TEST_UNSET}}"), 5, 23,
                  "output.topic: there is no environment variable \"WIREDESK_TEST_UNSET\"",
                  "default"},
        FaultCase{"NoFile", WithOutput("{topic: {file: no/such}}"), 5, 24,
                  "output.topic: can't read the file \"conf/no/such\": No such file"},
        FaultCase{"Device", WithOutput("{topic: {file: /dev/zero}}"), 5, 24, "not a regular file"},
        FaultCase{"Both", WithOutput("{topic: {env: A, file: b}}"), 5, 17, "either env or file"},
        FaultCase{"Neither", WithOutput("{topic: {default: b}}"), 5, 17, "either env or file"},
        FaultCase{"DefaultOfFile", WithOutput("{topic: {file: b, default: c}}"), 5, 36,
                  "a reference to a file has no default"},
        FaultCase{"Misspelt", WithOutput("{topic: {evn: A}}"), 5, 18, "a reference has no \"evn\"",
                  "did you mean \"env\"?"},
        FaultCase{"InAReference", WithOutput("{topic: {env: {env: A}}}"), 5, 23,
                  "output.topic.env: must be a single value, not a map"}),
    NameOf);

TEST(SettingsTest, FindsAllErrorsInOneGoFromTheTopDown) {
  const Diagnostics diagnostics = MustFail(
      "version: 1\n"
      "log: {level: loud}\n"
      "output: {topic: raw}\n"
      "input: {topics: [raw], groop: g}\n"
      "runtime: {lanes: 0, batches: x}\n"
      "log: {level: info}\n");
  std::vector<std::string> places;
  for (const Diagnostic& diagnostic : diagnostics) {
    places.push_back(std::to_string(diagnostic.position.line) + " " +
                     diagnostic.message.substr(0, diagnostic.message.find(':')));
  }
  EXPECT_THAT(places, ElementsAre("1 rules", "1 kafka.bootstrap.servers", "2 log.level",
                                  "3 output.topic", "4 input.group", "4 input.groop",
                                  "5 runtime.lanes", "5 runtime.batches", "6 log"));
}

TEST(SettingsTest, RulesMayBeAListOrASection) {
  const Settings list = MustParse(std::string(kLeast));
  EXPECT_THAT(list.rule_packs, ElementsAre("conf/a.rules"));
  EXPECT_EQ(list.rules.topic, "");
  const Settings section = MustParse(
      Replace(std::string(kLeast), "rules: [a.rules]",
              "rules: {packs: [a.rules, b.rules], topic: news.rules, watch: true, cache: cache/w, "
              "compile_limits: {cpu: 5s, memory: 1GiB}}"));
  EXPECT_THAT(section.rule_packs, ElementsAre("conf/a.rules", "conf/b.rules"));
  EXPECT_EQ(section.rules.topic, "news.rules");
  EXPECT_TRUE(section.rules.watch);
  EXPECT_EQ(section.rules.cache, "conf/cache/w");
  EXPECT_EQ(section.rules.compile_cpu, milliseconds(5000));
  EXPECT_EQ(section.rules.compile_memory, std::size_t{1} << 30);
  const Settings topic =
      MustParse(Replace(std::string(kLeast), "[a.rules]", "{topic: news.rules}"));
  EXPECT_TRUE(topic.rule_packs.empty());
}

TEST(SettingsTest, RulesMayComeFromAReference) {
  const Variable pack("WIREDESK_TEST_PACK", "x.rules");
  const Settings settings =
      MustParse(Replace(std::string(kLeast), "[a.rules]", "{env: WIREDESK_TEST_PACK}"));
  EXPECT_THAT(settings.rule_packs, ElementsAre("conf/x.rules"));
}

TEST(SettingsTest, BoundsTheNumberOfErrors) {
  std::string text(kLeast);
  for (int i = 0; i < 5000; ++i) text += "unknown" + std::to_string(i) + ": 1\n";
  const Diagnostics diagnostics = MustFail(text);
  EXPECT_EQ(diagnostics.size(), 100U);
}

TEST(ReferencesTest, GiveTheirTextToTheirType) {
  const Variable lanes("WIREDESK_TEST_LANES", "12");
  const Variable broker("WIREDESK_TEST_BROKER", "k1:1");
  const Folder folder;
  folder.Write("size", "2MiB\n");
  folder.Write("secret", "pass: {word}\n\n");
  const std::string path = folder.Write("w.yaml", R"(
version: 1
kafka:
  bootstrap.servers: [{env: WIREDESK_TEST_BROKER}, k2:2]
  sasl.password: {file: secret}
  producer: {client.id: {env: WIREDESK_TEST_UNSET, default: desk}}
input: {topics: [{env: WIREDESK_TEST_UNSET, default: raw}], group: g}
rules: [a.rules]
output: {topic: tagged}
runtime: {lanes: {env: WIREDESK_TEST_LANES}, batch_bytes: {file: size}}
)");
  Diagnostics diagnostics;
  const auto settings = LoadSettings(path, diagnostics);
  ASSERT_TRUE(settings.has_value()) << Render(diagnostics);
  EXPECT_THAT(settings->kafka.common, ElementsAre(Pair("bootstrap.servers", "k1:1,k2:2"),
                                                  Pair("sasl.password", "pass: {word}\n")));
  EXPECT_THAT(settings->kafka.producer, ElementsAre(Pair("client.id", "desk")));
  EXPECT_THAT(settings->kafka.secrets,
              UnorderedElementsAre("bootstrap.servers", "sasl.password", "client.id"));
  EXPECT_THAT(settings->input.topics, ElementsAre("raw"));
  EXPECT_EQ(settings->runtime.lanes, 12);
  EXPECT_EQ(settings->runtime.batch_bytes, std::size_t{2} << 20);
}

TEST(ReferencesTest, CannotChangeTheStructure) {
  const Variable group("WIREDESK_TEST_GROUP", "a, start: latest}\nlog: {level: debug");
  const Settings settings =
      MustParse(WithInput("{topics: [raw], group: {env: WIREDESK_TEST_GROUP}}"));
  EXPECT_EQ(settings.input.group, "a, start: latest}\nlog: {level: debug");
  EXPECT_EQ(settings.input.start, StartOffset::kError);
  EXPECT_EQ(settings.log_level, "info");
}

TEST(ReferencesTest, RefusesFilesThatAreTooLarge) {
  const Folder folder;
  const std::string fits = folder.Write("fits", std::string(65536, 'x'));
  const std::string large = folder.Write("large", std::string(65537, 'x'));
  EXPECT_EQ(MustParse(WithKafka("{bootstrap.servers: {file: " + fits + "}}"))
                .kafka.common.at("bootstrap.servers")
                .size(),
            65536U);
  const Diagnostics diagnostics = MustFail(WithKafka("{bootstrap.servers: {file: " + large + "}}"));
  EXPECT_THAT(Render(diagnostics), HasSubstr("more than 65536 bytes"));
}

// Whatever is wrong with it, a value from outside the file stays out of messages.
TEST(ReferencesTest, NeverShowTheirValue) {
  const Variable value("WIREDESK_TEST_VALUE", "hush hush~~");
  const Folder folder;
  const std::string file = folder.Write("value", "hush hush~~\n");
  for (const std::string& reference :
       {std::string("{env: WIREDESK_TEST_VALUE}"), "{file: " + file + "}"}) {
    for (const std::string& text :
         {With("runtime: {lanes: " + reference + "}\n"), With("log: {level: " + reference + "}\n"),
          With("runtime: {batch_bytes: " + reference + "}\n"),
          With("runtime: {commit_interval: " + reference + "}\n"),
          With("runtime: {threads: [[" + reference + "]]}\n"),
          WithOutput("{topic: " + reference + "}"),
          WithInput("{topics: [raw], group: g, fields: {id: " + reference + "}}"),
          WithInput("{topics: [" + reference + ", " + reference + "], group: g}")}) {
      const std::string shown = Render(MustFail(text));
      EXPECT_THAT(shown, Not(HasSubstr("hush"))) << text;
    }
  }
}

// Read or written by all is refused; what the group may do is the owner's affair.
TEST(SecretsTest, AreRefusedFromFilesOfEverybody) {
  const Folder folder;
  const std::string file = folder.Write("password", "hush\n");
  const std::string text = WithKafka("{bootstrap.servers: b, sasl.password: {file: " + file + "}}");
  for (const unsigned mode : {0600U, 0400U, 0440U, 0660U}) {
    Folder::WithMode(file, mode);
    EXPECT_EQ(MustParse(text).kafka.common.at("sasl.password"), "hush");
  }
  for (const unsigned mode : {0644U, 0604U, 0444U}) {
    Folder::WithMode(file, mode);
    const std::string shown = Render(MustFail(text));
    EXPECT_THAT(shown, HasSubstr("kafka.sasl.password: the file \"" + file + "\" has mode 0"));
    EXPECT_THAT(shown, HasSubstr("every user of this machine may read it"));
    EXPECT_THAT(shown, HasSubstr("help: chmod 600 " + file));
    EXPECT_THAT(shown, Not(HasSubstr("hush")));
  }
  Folder::WithMode(file, 0602);
  EXPECT_THAT(Render(MustFail(text)), HasSubstr("0602: every user of this machine may write it"));
}

// What the log leaves out: secrets and referenced values, but nothing that half the log is made of.
TEST(SecretsTest, AreHiddenInTheLogWithoutBlottingItOut) {
  const Variable rack("WIREDESK_TEST_RACK", "rack-7");
  const Variable port("WIREDESK_TEST_PORT", "9092");
  const Settings settings = MustParse(WithKafka(
      "{bootstrap.servers: {env: WIREDESK_TEST_RACK}, client.rack: {env: WIREDESK_TEST_RACK}, "
      "client.id: desk, linger.ms: {env: WIREDESK_TEST_PORT}, sasl.password: '1234567', "
      "ssl.key.password: abc, producer: {sasl.password: longer-than-that}}"));
  EXPECT_THAT(HiddenValues(settings.kafka), ElementsAre("longer-than-that", "1234567", "rack-7"));
}

TEST(SecretsTest, KeyFilesOfEverybodyAreRefusedToo) {
  const Folder folder;
  const std::string file = folder.Write("client.key", "hush\n");
  const Variable variable("WIREDESK_TEST_KEY", file.c_str());
  for (const char* const name :
       {"ssl.key.location", "ssl.keystore.location", "sasl.kerberos.keytab"}) {
    const auto text = [&](const std::string& value) {
      return WithKafka("{bootstrap.servers: b, " + std::string(name) + ": " + value + "}");
    };
    Folder::WithMode(file, 0640);
    EXPECT_EQ(MustParse(text(file)).kafka.common.at(name), file);
    Folder::WithMode(file, 0644);
    EXPECT_THAT(Render(MustFail(text(file))), HasSubstr("help: chmod 600 " + file));
    EXPECT_THAT(Render(MustFail(text("{env: WIREDESK_TEST_KEY}"))), Not(HasSubstr(file)));
  }
  // Whether it is there is for librdkafka to say.
  MustParse(WithKafka("{bootstrap.servers: b, ssl.key.location: no/such}"));
}

TEST(SecretsTest, AreNotShownInLinesWithErrors) {
  const std::string_view kTexts[] = {
      "{bootstrap.servers: b, sasl.password: hush, group.id: x}",
      "{bootstrap.servers: b, SASL.PASSWORD: hush, group.id: x}",
      "{bootstrap.servers: b, sasl.password: [hush, hush]}",
      "{bootstrap.servers: b, sasl.password: {env: WIREDESK_TEST_UNSET, defualt: hush}}",
      "{bootstrap.servers: b, sasl.password: {env: A_UNSET, default: hush}, group.id: x}",
      "{bootstrap.servers: b, sasl.jaas.config: {x: hush}}",
      "\n  ssl.key.pem: |\n-----BEGIN\nhush: hush: hush\n",
      "\n  sasl.password: \"hush\n   hush\\q\"\n",
  };
  for (const std::string_view text : kTexts) {
    EXPECT_THAT(Render(MustFail(WithKafka(text))), Not(HasSubstr("hush"))) << text;
  }
}

TEST(SecretsTest, AreHiddenInListsOfProperties) {
  KafkaSettings kafka;
  kafka.secrets = {"sasl.username"};
  const KafkaProperties properties = {{"bootstrap.servers", "b:1"},
                                      {"sasl.username", "hush"},
                                      {"sasl.password", "hush"},
                                      {"ssl.key.pem", "hush"},
                                      {"sasl.oauthbearer.client.secret", "hush"}};
  EXPECT_THAT(RedactedKafkaProperties(properties, kafka),
              AllOf(HasSubstr("bootstrap.servers=b:1\n"), HasSubstr("sasl.username=(hidden)\n"),
                    HasSubstr("ssl.key.pem=(hidden)\n"), Not(HasSubstr("hush"))));
}

TEST(SettingsTest, SurvivesHostileFiles) {
  const std::size_t bytes = std::size_t{256} << 10;
  for (const std::string_view unit :
       {"[",     "{",      "- ",   "? ", "{a: ", "a: ", "&a ", "!t ",  "'",   "\"",      "|\n",
        "---\n", "a: b\n", "%T\n", ": ", "]",    "\t",  "\n-", "- ? ", "a\n", "\xC3\xA4"}) {
    std::string text;
    while (text.size() < bytes) text += unit;
    const Diagnostics diagnostics = MustFail(text);
    EXPECT_LE(diagnostics.size(), 100U) << unit;
  }
  EXPECT_THAT(Render(MustFail(std::string((std::size_t{1} << 20) + 1, ' '))),
              HasSubstr("more than 1048576 bytes"));
}

TEST(LoadSettingsTest, SaysWhyAFileCannotBeRead) {
  Diagnostics diagnostics;
  EXPECT_FALSE(LoadSettings("no/such.yaml", diagnostics).has_value());
  EXPECT_EQ(Render(diagnostics),
            "no/such.yaml: error: can't read the settings: No such file or directory\n1 error\n");
  diagnostics.clear();
  EXPECT_FALSE(LoadSettings("/", diagnostics).has_value());
  EXPECT_THAT(Render(diagnostics), HasSubstr("directory"));
}

TEST(DescribeSettingsTest, IsTheTableInTheGuide) {
  EXPECT_THAT(ReadFile(WIREDESK_SOURCE_DIR "/docs/CONFIG.md"),
              HasSubstr("```text\n" + DescribeSettings() + "```\n"));
}

TEST(QuantityTest, ShowsWhatItReads) {
  for (const std::string_view text : {"0B", "1B", "1023B", "1KiB", "64KiB", "1MiB", "3GiB"}) {
    EXPECT_EQ(FormatSize(ParseSize(text).value_or(77)), text);
  }
  for (const std::string_view text : {"0ms", "1ms", "1500ms", "1s", "90s", "2m", "24h"}) {
    EXPECT_EQ(FormatDuration(ParseDuration(text).value_or(milliseconds(77))), text);
  }
  EXPECT_EQ(ParseSize("2 GB"), 2'000'000'000U);
  EXPECT_EQ(ParseSize("18446744073709551616"), std::nullopt);
  EXPECT_EQ(ParseSize("17179869184GiB"), std::nullopt);
  EXPECT_EQ(ParseDuration("9223372036854775807s"), std::nullopt);
  EXPECT_EQ(ParseDuration("18446744073709551615ms"), std::nullopt);
  EXPECT_EQ(ParseSize(""), std::nullopt);
  EXPECT_EQ(ParseSize("-1"), std::nullopt);
  EXPECT_EQ(ParseSize("1kb"), std::nullopt);
}

}  // namespace
}  // namespace wiredesk
