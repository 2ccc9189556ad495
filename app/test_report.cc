#include "app/test_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "app/topic_tree.h"
#include "config/text_check.h"

namespace wiredesk {

namespace {

bool IsAbout(const Diagnostic& failure, const RulePack& pack, const RuleTest& test) {
  return failure.file == pack.file && failure.position.line == test.position.line &&
         failure.position.column == test.position.column;
}

std::size_t CountFailed(std::span<const TestCase> cases) {
  return static_cast<std::size_t>(std::count_if(
      cases.begin(), cases.end(), [](const TestCase& test) { return test.failure != nullptr; }));
}

// Calls `visit` with each run of cases that have the same `key`.
template <typename Key, typename Visit>
void ForEachRun(std::span<const TestCase> cases, Key key, Visit visit) {
  while (!cases.empty()) {
    const auto end = std::find_if(cases.begin(), cases.end(), [&](const TestCase& test) {
      return key(test) != key(cases.front());
    });
    const auto size = static_cast<std::size_t>(end - cases.begin());
    visit(cases.first(size));
    cases = cases.subspan(size);
  }
}

const Topic* TopicOf(const TestCase& test) { return test.topic; }
const RulePack* PackOf(const TestCase& test) { return test.pack; }

std::string RenderTopic(std::span<const TestCase> cases, const Terminal& terminal, bool verbose) {
  const Topic& topic = *cases.front().topic;
  const std::size_t failed = CountFailed(cases);
  if (failed == 0 && !verbose) return {};
  std::string line = fmt::format(
      "  {} {} {}{}  ",
      failed == 0 ? Styled(terminal, Style::kGood, "✓") : Styled(terminal, Style::kBad, "✗"),
      topic.id, Styled(terminal, Style::kBold, topic.label), StateMark(topic.state));
  line += failed == 0 ? fmt::format("{} passed\n", cases.size())
                      : fmt::format("{} of {} failed\n", failed, cases.size());
  for (const TestCase& test : cases) {
    if (test.failure != nullptr) line += Render(*test.failure);
  }
  return line;
}

// XML 1.0 has no way to write most control characters, and ends at what is no UTF-8.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = Utf8LengthAt(text, at);
    const std::string_view character = text.substr(at, std::max<std::size_t>(size, 1));
    at += character.size();
    const auto first = static_cast<unsigned char>(character[0]);
    if (character == "&") {
      escaped += "&amp;";
    } else if (character == "<") {
      escaped += "&lt;";
    } else if (character == ">") {
      escaped += "&gt;";
    } else if (character == "\"") {
      escaped += "&quot;";
    } else if (first == '\n' || first == '\t') {
      escaped += fmt::format("&#{};", first);
    } else if (size == 0 || first < 0x20 || character == "\xEF\xBF\xBE" ||
               character == "\xEF\xBF\xBF") {
      escaped += "\xEF\xBF\xBD";
    } else {
      escaped += character;
    }
  }
  return escaped;
}

std::string JUnitCase(const TestCase& test) {
  std::string xml = fmt::format(
      "    <testcase classname=\"{}\" name=\"{}: test {}, line {}\" file=\"{}\" line=\"{}\"",
      Escaped(test.pack->name + "." + test.topic->id), Escaped(test.topic->label),
      test.test->expected ? "yes" : "no", test.test->position.line, Escaped(test.pack->file),
      test.test->position.line);
  if (test.failure == nullptr) return xml + "/>\n";
  return xml + fmt::format(
                   ">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n"
                   "    </testcase>\n",
                   test.test->expected ? "not found" : "found", Escaped(test.failure->message),
                   Escaped(Render(*test.failure)));
}

}  // namespace

std::vector<TestCase> TestCases(std::span<const RulePack> packs,
                                std::span<const Diagnostic> failures) {
  std::vector<TestCase> cases;
  for (const RulePack& pack : packs) {
    for (const Topic& topic : pack.topics) {
      for (const RuleTest& test : topic.tests) {
        const bool failed = !failures.empty() && IsAbout(failures.front(), pack, test);
        cases.push_back({&pack, &topic, &test, failed ? &failures.front() : nullptr});
        if (failed) failures = failures.subspan(1);
      }
    }
  }
  return cases;
}

std::string RenderTestReport(std::span<const TestCase> cases, const Terminal& terminal,
                             bool verbose) {
  std::string out;
  ForEachRun(cases, PackOf, [&](std::span<const TestCase> of_pack) {
    std::string topics;
    ForEachRun(of_pack, TopicOf, [&](std::span<const TestCase> of_topic) {
      topics += RenderTopic(of_topic, terminal, verbose);
    });
    if (!topics.empty()) {
      out += Styled(terminal, Style::kBold, of_pack.front().pack->file) + "\n" + topics;
    }
  });
  std::size_t topic_count = 0;
  ForEachRun(cases, TopicOf, [&](std::span<const TestCase>) { ++topic_count; });
  const std::size_t failed = CountFailed(cases);
  const std::string sum = failed == 0 ? fmt::format("all {} tests passed", cases.size())
                                      : fmt::format("{} of {} tests passed, {} FAILED",
                                                    cases.size() - failed, cases.size(), failed);
  return out + Styled(terminal, failed == 0 ? Style::kGood : Style::kBad, sum) +
         fmt::format(" ({} topic{})\n", topic_count, topic_count == 1 ? "" : "s");
}

std::string JUnitXml(std::span<const TestCase> cases) {
  std::string xml = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"wiredesk rules test\" tests=\"{}\" failures=\"{}\" errors=\"0\">\n",
      cases.size(), CountFailed(cases));
  ForEachRun(cases, PackOf, [&xml](std::span<const TestCase> of_pack) {
    xml += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\">\n",
        Escaped(of_pack.front().pack->name), of_pack.size(), CountFailed(of_pack));
    for (const TestCase& test : of_pack) xml += JUnitCase(test);
    xml += "  </testsuite>\n";
  });
  return xml + "</testsuites>\n";
}

}  // namespace wiredesk
