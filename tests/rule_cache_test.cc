#include "app/rule_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "app/rule_build.h"
#include "app/rule_child.h"
#include "app/rule_loader.h"
#include "stages/checksum.h"
#include "stages/rules_form.h"
#include "stages/table_check.h"
#include "tests/tagged.h"

namespace wiredesk {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

constexpr char kPack[] =
    "pack desk version 1 language en\n"
    "boost title 3\n"
    "let bank = {bank \"central bank\" =Fed lender~ /interest rates? (up|down)/}\n"
    "topic desk:1 \"money\" { score 10 @bank max 3 20 title:rate need 10 }\n"
    "topic desk:2 \"rain\" parent desk:1 { score 5 rain -3 \"crossword clue\" need 5 }\n";
constexpr char kArticle[] = R"({"id": "1", "title": "Rate of the Fed", )"
                            R"("body": "The central bank put interest rates up. Rain."})";

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "cache-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string Path(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// In place, as a damage would be.
void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

timespec Now() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return now;
}

std::shared_ptr<const CompiledRules> CompileHere(const std::vector<PackSource>& sources) {
  const RuleBuild build = BuildRules(sources);
  EXPECT_NE(build.compiled, nullptr) << Render(build.diagnostics);
  return build.compiled;
}

std::string FormOf(const CompiledRules& rules) {
  std::string bytes;
  WriteRulesForm(rules, bytes);
  return bytes;
}

std::string Output(const CompiledRules& rules) {
  return std::string(Tagged(kArticle, rules).output());
}

TEST(ChecksumTest, SeesEveryChangeOfAByteAndOfTheSize) {
  std::string bytes(100, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  const std::uint64_t sum = Checksum(bytes);
  EXPECT_NE(Checksum(bytes, 1), sum);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string other = bytes;
      other[i] = static_cast<char>(other[i] ^ (1 << bit));
      ASSERT_NE(Checksum(other), sum) << i;
    }
    ASSERT_NE(Checksum(std::string_view(bytes).substr(0, i)), sum);
  }
  EXPECT_NE(Checksum(bytes + std::string(1, '\0')), sum);
}

TEST(RulesFormTest, ReadRulesTagLikeTheOnesWritten) {
  const auto rules = CompileHere({{"desk.rules", kPack}});
  const auto read = ReadRulesForm(FormOf(*rules));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ((*read)->hash(), rules->hash());
  const std::string output = Output(*rules);
  EXPECT_NE(output.find("desk:1"), std::string::npos) << output;
  EXPECT_EQ(Output(**read), output);
}

TEST(RulesFormTest, CutFormsAreRefused) {
  const std::string form = FormOf(*CompileHere({{"desk.rules", kPack}}));
  for (std::size_t size = 0; size < form.size(); size += 1 + size / 50) {
    EXPECT_FALSE(ReadRulesForm(std::string_view(form).substr(0, size)).ok()) << size;
  }
}

// Every index of every table, made to lead out of the tables, is found.
TEST(RulesFormTest, TablesThatDoNotFitTogetherAreFound) {
  const auto rules = CompileHere({{"desk.rules", kPack}});
  const RuleTables& sound = rules->tables();
  EXPECT_TRUE(AreSound(sound));
  const auto is_found = [&sound](auto change) {
    RuleTables tables = sound;
    change(tables);
    return !AreSound(tables);
  };
  constexpr std::uint32_t kFar = 0x7ffffff0;
  EXPECT_TRUE(is_found([](RuleTables& t) { t.text_starts.back() += 1; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.text_starts.clear(); }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.packs[0].name = kFar; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.packs[0].exclude_count = 1; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.topics[0].label = kFar; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.topics[0].pack = 1; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.topics[1].first_parent = kFar; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.topics[0].state = 3; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.parents[0] = kFar; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.rules.pop_back(); }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.rules[0].when = kFar; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.rules[0].item_count = kFar; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.items[0].rule = kFar; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.items[0].node = kFar; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.nodes[t.items[0].node].first = kFar; }));
  EXPECT_TRUE(is_found([](RuleTables& t) {
    t.nodes.push_back({ProgramNode::Kind::kNot, {}, 0, 0, 0, 1});
    t.nodes.back().first = static_cast<std::uint32_t>(t.nodes.size() - 1);  // Its own child.
  }));
  EXPECT_TRUE(is_found([](RuleTables& t) {
    t.nodes.push_back({static_cast<ProgramNode::Kind>(99), {}, 0, 0, 0, 0});
  }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.uses[0].set = kFar; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.uses[0].shown = kFar; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.users.push_back(0x7ffffff0); }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.users.push_back(0xfffffff0); }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.sets[0] = {kFar, 1}; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.sets[0] = {kFar, 2}; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.sets.pop_back(); }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.items[0].set = kFar; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.items[0].pack = 1; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.literals[0].text = kFar; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.literals.pop_back(); }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.special_literals[0].first_term = kFar; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.special_literals[0].part_count = kFar; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.exact_words[0] = kFar; }));
  EXPECT_TRUE(is_found([](RuleTables& t) { t.regexes[0] = kFar; }));
}

class RuleCacheTest : public testing::Test {
 protected:
  RuleCache Cache(const std::vector<PackSource>& sources, const CompileOptions& options = {}) {
    return RuleCache(folder_.Path("cache"), sources, options);
  }
  void Store(const RuleCache& cache, const std::vector<std::string>& lists = {}) {
    Diagnostics warnings = {
        {Diagnostic::Severity::kWarning, "desk.rules", {1, 2, 3}, "hm", "", ""}};
    const absl::Status status = cache.Store(FormOf(*rules_), warnings, lists, Now());
    EXPECT_TRUE(status.ok()) << status;
  }

  const Folder folder_;
  const std::vector<PackSource> sources_ = {{"desk.rules", kPack}};
  const std::shared_ptr<const CompiledRules> rules_ = CompileHere(sources_);
};

TEST_F(RuleCacheTest, GivesBackWhatWasStored) {
  const RuleCache cache = Cache(sources_);
  EXPECT_FALSE(cache.Find().has_value());
  Store(cache);
  const auto found = Cache(sources_).Find();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->compiled->hash(), rules_->hash());
  EXPECT_EQ(Output(*found->compiled), Output(*rules_));
  ASSERT_EQ(found->warnings.size(), 1u);
  EXPECT_EQ(found->warnings[0].message, "hm");
  EXPECT_EQ(fs::status(folder_.Path("cache")).permissions(), fs::perms::owner_all);
}

TEST_F(RuleCacheTest, OtherPacksAndOptionsHaveOtherFiles) {
  const std::string path = Cache(sources_).path();
  std::vector<PackSource> other = sources_;
  other[0].text.back() = ' ';
  EXPECT_NE(Cache(other).path(), path);
  other = sources_;
  other[0].file = "other.rules";
  EXPECT_NE(Cache(other).path(), path);
  other = sources_;
  other[0].key = "desk";
  EXPECT_NE(Cache(other).path(), path);
  other.push_back(sources_[0]);
  EXPECT_NE(Cache(other).path(), path);
  CompileOptions options;
  options.include_drafts = true;
  EXPECT_NE(Cache(sources_, options).path(), path);
  options = {};
  options.further_fields = {"x"};
  EXPECT_NE(Cache(sources_, options).path(), path);
  EXPECT_EQ(Cache(sources_).path(), path);
}

TEST_F(RuleCacheTest, AFileWithAnyByteChangedIsNotThere) {
  const RuleCache cache = Cache(sources_);
  Store(cache);
  const std::string bytes = ReadFile(cache.path());
  for (std::size_t i = 0; i < bytes.size(); i += i < 500 ? 1 : 2003) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    WriteFile(cache.path(), damaged);
    ASSERT_FALSE(cache.Find().has_value()) << "byte " << i;
  }
  for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 20) {
    WriteFile(cache.path(), bytes.substr(0, size));
    ASSERT_FALSE(cache.Find().has_value()) << "cut at " << size;
  }
  WriteFile(cache.path(), bytes + "x");
  EXPECT_FALSE(cache.Find().has_value());
  WriteFile(cache.path(), bytes);
  EXPECT_TRUE(cache.Find().has_value());
}

TEST_F(RuleCacheTest, AFileUnderAnotherKeyIsNotLoaded) {
  const RuleCache cache = Cache(sources_);
  Store(cache);
  std::vector<PackSource> other = sources_;
  other[0].text += "# changed\n";
  fs::copy_file(cache.path(), Cache(other).path());
  EXPECT_FALSE(Cache(other).Find().has_value());
}

TEST_F(RuleCacheTest, AFileThatOthersMayWriteToIsNotLoaded) {
  const RuleCache cache = Cache(sources_);
  Store(cache);
  fs::permissions(cache.path(), fs::perms::others_write, fs::perm_options::add);
  EXPECT_FALSE(cache.Find().has_value());
  fs::permissions(cache.path(), fs::perms::others_write, fs::perm_options::remove);
  EXPECT_TRUE(cache.Find().has_value());
  fs::rename(cache.path(), folder_.Path("aside"));
  fs::create_symlink(folder_.Path("aside"), cache.path());
  EXPECT_FALSE(cache.Find().has_value());
}

TEST_F(RuleCacheTest, AListThatChangedMakesItStale) {
  const std::string list = folder_.Path("list.txt");
  WriteFile(list, "one\n");
  const RuleCache cache = Cache(sources_);
  // As if compiling had begun later than the list was written.
  timespec start = Now();
  start.tv_sec += 10;
  ASSERT_TRUE(cache.Store(FormOf(*rules_), {}, {list}, start).ok());
  const auto found = cache.Find();
  ASSERT_TRUE(found.has_value());
  EXPECT_THAT(found->list_files, ElementsAre(list));
  WriteFile(list, "two\n");
  EXPECT_FALSE(cache.Find().has_value());
  fs::remove(list);
  EXPECT_FALSE(cache.Find().has_value());
}

TEST_F(RuleCacheTest, AListThatChangedWhileItWasCompiledIsNotKept) {
  const std::string list = folder_.Path("list.txt");
  const timespec start = Now();
  WriteFile(list, "one\n");
  const RuleCache cache = Cache(sources_);
  ASSERT_TRUE(cache.Store(FormOf(*rules_), {}, {list}, start).ok());
  EXPECT_FALSE(fs::exists(cache.path()));
}

TEST_F(RuleCacheTest, KeepsOnlyTheFilesUsedLast) {
  std::vector<PackSource> other = sources_;
  for (std::size_t i = 0; i < RuleCache::kFilesMax + 5; ++i) {
    other[0].text += "# more\n";
    Store(Cache(other));
  }
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder_.Path("cache"))) ++files;
  EXPECT_EQ(files, RuleCache::kFilesMax);
  EXPECT_TRUE(Cache(other).Find().has_value());
}

TEST_F(RuleCacheTest, AFolderThatCannotBeMadeIsAnErrorOnly) {
  WriteFile(folder_.Path("file"), "");
  const RuleCache cache(folder_.Path("file"), sources_, {});
  EXPECT_FALSE(cache.Find().has_value());
  EXPECT_FALSE(cache.Store(FormOf(*rules_), {}, {}, Now()).ok());
}

TEST_F(RuleCacheTest, TheLoaderRebuildsWhatIsDamaged) {
  SetCompileProgram(WIREDESK_PROGRAM);
  RuleLoadOptions options;
  options.cache = folder_.Path("cache");
  const RuleLoad first = LoadPacks(sources_, options);
  ASSERT_NE(first.compiled, nullptr) << Render(first.diagnostics);
  EXPECT_FALSE(first.is_from_cache);
  const RuleLoad second = LoadPacks(sources_, options);
  EXPECT_TRUE(second.is_from_cache);
  EXPECT_EQ(second.compiled->hash(), rules_->hash());
  EXPECT_EQ(Output(*second.compiled), Output(*rules_));
  const std::string path = Cache(sources_).path();
  WriteFile(path, ReadFile(path) + "x");
  EXPECT_FALSE(LoadPacks(sources_, options).is_from_cache);
  EXPECT_TRUE(LoadPacks(sources_, options).is_from_cache);
  SetCompileProgram("");
}

}  // namespace
}  // namespace wiredesk
