#include "app/rule_child.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "app/rule_build.h"

namespace wiredesk {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kLimitsMemory = false;
#else
constexpr bool kLimitsMemory = true;
#endif

std::string Pack(const std::string& name, const std::string& terms) {
  return "pack " + name + " version 1 language en\ntopic " + name + ":1 \"one\" {\n  score 10 {\n" +
         terms + "  }\n  need 10\n}\n";
}

// One regex a line, from line 4; none is like another, all together take long to compile.
std::string ManyRegexes(int count) {
  std::string terms;
  for (int i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    terms += "    /abc" + number + "(d[a-m]{0,30}|e[n-z]{1,30}x)" + number + "/\n";
  }
  return terms;
}

class RuleChildTest : public testing::Test {
 protected:
  void SetUp() override { SetCompileProgram(WIREDESK_PROGRAM); }
  void TearDown() override { SetCompileProgram(""); }

  static CompileReply Compile(const std::string& text, CompileLimits limits = {}) {
    return CompileInChild({limits, {}, {{"a.rules", text}}}).reply;
  }
};

TEST_F(RuleChildTest, CompilesWhatIsRight) {
  const CompileReply reply = Compile(Pack("a", "bankruptcy /insolven(t|cy)/"));
  EXPECT_TRUE(reply.is_compiled);
  EXPECT_THAT(reply.diagnostics, IsEmpty());
}

TEST_F(RuleChildTest, SaysWhatCompilingHereWouldSay) {
  const std::string text = "pack a version 1 language en\ntopic a:1 \"one\" { scroe 10 x }\n";
  const CompileReply reply = Compile(text);
  EXPECT_FALSE(reply.is_compiled);
  const std::vector<PackSource> sources = {{"a.rules", text}};
  const RuleBuild here = BuildRules(sources);
  EXPECT_FALSE(here.diagnostics.empty());
  EXPECT_EQ(Render(reply.diagnostics), Render(here.diagnostics));
}

TEST_F(RuleChildTest, NamesTheRegexThatTheTimeRanOutAt) {
  CompileLimits limits;
  limits.cpu_seconds = 1;
  const CompileReply reply = Compile(Pack("a", ManyRegexes(20000)), limits);
  EXPECT_FALSE(reply.is_compiled);
  ASSERT_EQ(reply.diagnostics.size(), 1u);
  const Diagnostic& fault = reply.diagnostics[0];
  EXPECT_EQ(fault.file, "a.rules");
  EXPECT_GE(fault.position.line, 4);
  EXPECT_EQ(fault.position.column, 5);
  EXPECT_THAT(fault.message,
              HasSubstr("the regex /abc" + std::to_string(fault.position.line - 4) + "("));
  EXPECT_THAT(fault.message,
              HasSubstr("exceeds the limits of compilation: more than 1 s of processor time"));
}

TEST_F(RuleChildTest, SaysThatMemoryRanOut) {
  if (!kLimitsMemory) GTEST_SKIP() << "a sanitizer's memory can't be limited";
  CompileLimits limits;
  limits.memory_bytes = std::uint64_t{2} << 20;
  const CompileReply reply = Compile(Pack("a", ManyRegexes(20000)), limits);
  EXPECT_FALSE(reply.is_compiled);
  ASSERT_EQ(reply.diagnostics.size(), 1u);
  EXPECT_THAT(reply.diagnostics[0].message,
              HasSubstr("exceeds the limits of compilation: more than 2 MiB of memory"));
}

TEST_F(RuleChildTest, IsGivenUpWhenAsked) {
  const int cancel = eventfd(1, EFD_CLOEXEC);
  const CompileReply reply =
      CompileInChild({{}, {}, {{"a.rules", Pack("a", ManyRegexes(20000))}}}, cancel).reply;
  close(cancel);
  EXPECT_FALSE(reply.is_compiled);
  ASSERT_EQ(reply.diagnostics.size(), 1u);
  EXPECT_THAT(reply.diagnostics[0].message, HasSubstr("given up"));
}

TEST_F(RuleChildTest, AProgramThatIsNotThereIsAnError) {
  SetCompileProgram("/no/such/program");
  const CompileReply reply = Compile(Pack("a", "x"));
  EXPECT_FALSE(reply.is_compiled);
  ASSERT_EQ(reply.diagnostics.size(), 1u);
  EXPECT_THAT(reply.diagnostics[0].message, HasSubstr("No such file"));
}

TEST_F(RuleChildTest, AChildThatFallsOverIsAnError) {
  SetCompileProgram("/bin/false");
  const CompileReply reply = Compile(Pack("a", "x"));
  EXPECT_FALSE(reply.is_compiled);
  ASSERT_EQ(reply.diagnostics.size(), 1u);
  EXPECT_THAT(reply.diagnostics[0].message, HasSubstr("failed"));
}

TEST(RuleChildFormTest, CutBytesAreNoMessage) {
  CompileReply reply;
  reply.diagnostics.push_back(
      {Diagnostic::Severity::kWarning, "f", {1, 2, 3}, "message", "help", "line"});
  reply.list_files = {"a", "b"};
  reply.is_compiled = true;
  const std::string bytes = Encode(reply);
  std::string_view form;
  const std::optional<CompileReply> whole = DecodeReply(bytes + "form", form);
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(form.size(), 4u);
  EXPECT_TRUE(whole->is_compiled);
  EXPECT_THAT(whole->list_files, ElementsAre("a", "b"));
  EXPECT_EQ(Render(whole->diagnostics), Render(reply.diagnostics));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeReply(std::string_view(bytes).substr(0, size), form).has_value()) << size;
  }
}

TEST(PackSourceTest, APackOfTheTopicReplacesTheFileOfItsName) {
  const std::vector<PackSource> sources = {{"a.rules", Pack("a", "one")},
                                           {"b.rules", Pack("b", "two")},
                                           {"news.rules/a", Pack("a", "three"), "a"}};
  Diagnostics diagnostics;
  const std::vector<RulePack> packs = ParsePacks(sources, diagnostics);
  EXPECT_FALSE(HasErrors(diagnostics)) << Render(diagnostics);
  ASSERT_EQ(packs.size(), 2u);
  EXPECT_EQ(packs[0].file, "b.rules");
  EXPECT_EQ(packs[1].file, "news.rules/a");
}

TEST(PackSourceTest, APackOfTheTopicReadsNoFiles) {
  const std::vector<PackSource> sources = {
      {"news.rules/a", "pack a version 1 language en\nfile x = \"/etc/passwd\"\n", "a"}};
  Diagnostics diagnostics;
  ParsePacks(sources, diagnostics);
  ASSERT_FALSE(diagnostics.empty());
  EXPECT_THAT(diagnostics[0].message, HasSubstr("can't read files"));
}

TEST(PackSourceTest, APackOfTheTopicMustHaveTheNameOfItsKey) {
  const std::vector<PackSource> sources = {{"news.rules/a", Pack("b", "one"), "a"}};
  Diagnostics diagnostics;
  ParsePacks(sources, diagnostics);
  ASSERT_EQ(diagnostics.size(), 1u);
  EXPECT_THAT(diagnostics[0].message, HasSubstr("called \"b\", its record's key is \"a\""));
}

}  // namespace
}  // namespace wiredesk
