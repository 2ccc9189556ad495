#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "config/rule_list_file.h"
#include "config/rule_parser.h"
#include "tests/rule_show.h"

namespace wiredesk {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// "file:line:column message" of each.
std::vector<std::string> Show(const Diagnostics& diagnostics) {
  std::vector<std::string> shown;
  for (const Diagnostic& d : diagnostics) {
    shown.push_back(
        fmt::format("{}:{}:{} {}", d.file, d.position.line, d.position.column, d.message));
  }
  return shown;
}

// "<term> weight exact line" of each.
std::vector<std::string> Entries(std::string_view text) {
  TermList list;
  list.file = "a.tsv";
  ListBudget budget;
  Diagnostics diagnostics;
  EXPECT_TRUE(ParseTermList(text, list, budget, diagnostics)) << Render(diagnostics);
  EXPECT_THAT(diagnostics, IsEmpty());
  std::vector<std::string> shown;
  for (const TermList::Entry& entry : list.entries) {
    shown.push_back(
        fmt::format("<{}> {} {} {}", entry.text, entry.weight, entry.is_exact, entry.line));
  }
  return shown;
}

std::vector<std::string> Errors(std::string_view text) {
  TermList list;
  list.file = "a.tsv";
  ListBudget budget;
  Diagnostics diagnostics;
  EXPECT_FALSE(ParseTermList(text, list, budget, diagnostics)) << text;
  return Show(diagnostics);
}

TEST(RuleListTest, ReadsOneTermALine) {
  EXPECT_THAT(
      Entries("insolvency\n"
              "# comment\tx\n"
              "\n"
              " \t \n"
              "  chapter 11  \t 3 \r\n"
              "=Acme Inc\t+1000000\n"
              "C++ \"x\"\n"
              "M*A*S*H ~ é"),
      ElementsAre("<insolvency> 1 false 1", "<chapter 11> 3 false 5", "<Acme Inc> 1000000 true 6",
                  "<C++ \"x\"> 1 false 7", "<M*A*S*H ~ é> 1 false 8"));
  EXPECT_THAT(Entries("\xEF\xBB\xBFinsolvency"), ElementsAre("<insolvency> 1 false 1"));
}

TEST(RuleListTest, NamesTheLineOfEachError) {
  EXPECT_THAT(Errors("a\nb\tx\nc\t0\nd\t1000001\ne\t1\t2\nf\t\n"),
              ElementsAre("a.tsv:2:1 \"x\" is no weight", "a.tsv:3:1 \"0\" is no weight",
                          "a.tsv:4:1 \"1000001\" is no weight", HasSubstr("a.tsv:5:1 \"1"),
                          "a.tsv:6:1 \"\" is no weight"));
  EXPECT_THAT(Errors("=\n\t3\n--\n"), ElementsAre("a.tsv:1:1 there is no term in this line",
                                                  "a.tsv:2:1 there is no term in this line",
                                                  "a.tsv:3:1 there is no term in this line"));
  EXPECT_THAT(Errors("bank~\nthe bank* x\n"),
              ElementsAre("a.tsv:1:1 a list has no wildcards and inflections",
                          "a.tsv:2:1 a list has no wildcards and inflections"));
  EXPECT_THAT(Errors("caf\xe9 x\na\x01\n"),
              ElementsAre("a.tsv:1:4 this is not valid UTF-8", "a.tsv:2:2 a control character"));
  EXPECT_THAT(Errors(std::string(1001, 'x')), ElementsAre(HasSubstr("more than 1,000 bytes")));
  EXPECT_THAT(Errors("# nothing\n"), ElementsAre("a.tsv:0:0 this list has no terms"));
  EXPECT_THAT(Errors(""), ElementsAre("a.tsv:0:0 this list has no terms"));
}

TEST(RuleListTest, StopsAfterAHundredErrors) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "x\ty\n";
  EXPECT_THAT(Errors(text), SizeIs(101));
}

TEST(RuleListTest, BoundsTheEntriesOfAPack) {
  TermList list;
  list.file = "a.tsv";
  ListBudget budget;
  budget.entries = 3;
  Diagnostics diagnostics;
  EXPECT_TRUE(ParseTermList("a\nb\n", list, budget, diagnostics));
  EXPECT_FALSE(ParseTermList("a\nb\nc\n", list, budget, diagnostics));
  EXPECT_THAT(Show(diagnostics),
              ElementsAre("a.tsv:2:1 the lists of a pack may have at most 5,000,000 terms"));
}

// A folder with a pack and its lists.
class PackFolder {
 public:
  PackFolder() : path_(fmt::format("{}/rule_list_test.{}", testing::TempDir(), getpid())) {
    std::filesystem::create_directories(path_ + "/lists");
  }
  ~PackFolder() { std::filesystem::remove_all(path_); }
  PackFolder(const PackFolder&) = delete;
  PackFolder& operator=(const PackFolder&) = delete;

  void Write(const std::string& name, std::string_view text) const {
    std::ofstream(path_ + "/" + name) << text;
  }
  std::string At(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

TEST(RuleListTest, LooksForFilesFromThePacksFolder) {
  const PackFolder folder;
  folder.Write("lists/tickers.tsv", "acme\t2\nbolt\n");
  folder.Write("desk.rules",
               "pack p version 1 language en\nfile tickers = \"lists/tickers.tsv\"\n"
               "topic t \"T\" { score 5 title:@tickers need 5 when {@tickers x} }\n");
  Diagnostics diagnostics;
  const auto pack = LoadRulePack(folder.At("desk.rules"), diagnostics);
  ASSERT_TRUE(pack) << Render(diagnostics);
  ASSERT_THAT(pack->lists, SizeIs(1));
  EXPECT_EQ(pack->lists[0].path, "lists/tickers.tsv");
  EXPECT_EQ(pack->lists[0].file, folder.At("lists/tickers.tsv"));
  EXPECT_THAT(pack->lists[0].entries, SizeIs(2));
  EXPECT_EQ(ShowNode(pack->topics[0].scores[0].term), "(field title (list tickers))");
  EXPECT_EQ(ShowNode(*pack->topics[0].when), "(any (list tickers) (word x))");
}

TEST(RuleListTest, RefusesAPackWithABadList) {
  const PackFolder folder;
  folder.Write("lists/a.tsv", "acme\tx\n");
  folder.Write("desk.rules",
               "pack p version 1 language en\nfile a = \"lists/a.tsv\" file b = \"b.tsv\"\n"
               "let a = x let c = @b\nfile a = \"lists/a.tsv\"\n");
  Diagnostics diagnostics;
  EXPECT_FALSE(LoadRulePack(folder.At("desk.rules"), diagnostics));
  const std::string pack = folder.At("desk.rules");
  EXPECT_THAT(Show(diagnostics), ElementsAre(folder.At("lists/a.tsv") + ":1:1 \"x\" is no weight",
                                             pack + ":2:10 there are errors in the list \"a\"",
                                             pack + ":2:33 can't read the list " +
                                                 folder.At("b.tsv") + ": No such file or directory",
                                             pack + ":3:5 \"a\" is named twice; first in line 2",
                                             pack + ":4:6 \"a\" is named twice; first in line 2",
                                             folder.At("lists/a.tsv") + ":1:1 \"x\" is no weight",
                                             pack + ":4:10 there are errors in the list \"a\""));
}

TEST(RuleListTest, ReadsNoFilesForAPackThatIsNone) {
  const PackFolder folder;
  folder.Write("a.tsv", "acme\n");
  const std::string text = "pack p version 1 language en\nfile a = \"a.tsv\"";
  Diagnostics diagnostics;
  EXPECT_TRUE(ParseRulePack(text, folder.At("x"), diagnostics));
  EXPECT_FALSE(ParseRulePack(text, folder.At("x"), diagnostics, ListFiles::kRefuse));
  EXPECT_THAT(Show(diagnostics), ElementsAre(HasSubstr(":2:10 this pack can't read files")));
}

TEST(RuleListTest, FindsRelativePaths) {
  EXPECT_EQ(ListFilePath("a.tsv", "desk.rules"), "a.tsv");
  EXPECT_EQ(ListFilePath("../a.tsv", "rules/desk.rules"), "rules/../a.tsv");
  EXPECT_EQ(ListFilePath("/lists/a.tsv", "rules/desk.rules"), "/lists/a.tsv");
}

}  // namespace
}  // namespace wiredesk
