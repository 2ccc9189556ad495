#include "app/rule_reloader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>

#include "app/file_watch.h"
#include "app/worker_rules.h"
#include "tests/kafka_record.h"
#include "tests/tagged.h"

namespace wiredesk {
namespace {

using testing::HasSubstr;

std::shared_ptr<const CompiledRules> Rules(const std::string& word) {
  return RulesOf({{"a", "A", "", {word}}});
}

// Long enough that only a wake-up can be why something happens.
constexpr std::chrono::milliseconds kNever{600000};

// Loads what a test says, when it says so.
class FakeInputs : public RuleInputs {
 public:
  bool HasChanged() override {
    const std::lock_guard lock(mutex_);
    return std::exchange(changed_, false);
  }

  RuleLoad Load(int cancel_fd) override {
    std::unique_lock lock(mutex_);
    ++loads_;
    started_.notify_all();
    if (is_endless_) {
      lock.unlock();
      pollfd cancel = {cancel_fd, POLLIN, 0};
      poll(&cancel, 1, -1);
      return {};
    }
    may_end_.wait(lock, [this] { return ends_ >= loads_; });
    RuleLoad load;
    load.compiled = next_;
    if (next_ == nullptr) {
      load.diagnostics.push_back({Diagnostic::Severity::kError, "a.rules", {}, "wrong", "", ""});
    }
    return load;
  }

  void WaitForLoad(int number) {
    std::unique_lock lock(mutex_);
    started_.wait(lock, [&] { return loads_ >= number; });
  }
  // The loads up to `number` may end, and give these.
  void LetEnd(int number, std::shared_ptr<const CompiledRules> rules) {
    const std::lock_guard lock(mutex_);
    ends_ = number;
    next_ = std::move(rules);
    may_end_.notify_all();
  }
  void Change() {
    const std::lock_guard lock(mutex_);
    changed_ = true;
  }
  void MakeEndless() { is_endless_ = true; }
  int loads() {
    const std::lock_guard lock(mutex_);
    return loads_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable started_;
  std::condition_variable may_end_;
  int loads_ = 0;
  int ends_ = 0;
  bool changed_ = false;
  bool is_endless_ = false;
  std::shared_ptr<const CompiledRules> next_;
};

class RuleReloaderTest : public testing::Test {
 protected:
  void Ring() {
    const std::uint64_t one = 1;
    ASSERT_EQ(write(reloader_.wake_fd(), &one, sizeof one), 8);
  }
  bool WaitForReloads(std::uint64_t count) {
    return WaitFor([&] { return reloader_.reloads() + reloader_.failed_reloads() >= count; });
  }

  FakeInputs inputs_;
  RulesHolder holder_{Rules("rain")};
  RuleReloader reloader_{inputs_, holder_, kNever};
};

TEST_F(RuleReloaderTest, ARequestSwapsTheRules) {
  reloader_.Start();
  const auto next = Rules("snow");
  inputs_.LetEnd(1, next);
  reloader_.Request();
  EXPECT_TRUE(WaitFor([&] { return holder_.Get() == next; }));
  EXPECT_EQ(reloader_.reloads(), 1u);
  EXPECT_EQ(reloader_.failed_reloads(), 0u);
}

TEST_F(RuleReloaderTest, AChangeSwapsTheRulesAndOtherWakeUpsDoNot) {
  reloader_.Start();
  Ring();
  inputs_.Change();
  inputs_.LetEnd(1, Rules("snow"));
  Ring();
  EXPECT_TRUE(WaitForReloads(1));
  EXPECT_EQ(inputs_.loads(), 1);
}

TEST_F(RuleReloaderTest, RulesThatAreWrongChangeNothingAndAreCounted) {
  const auto old = holder_.Get();
  reloader_.Start();
  inputs_.LetEnd(1, nullptr);
  reloader_.Request();
  EXPECT_TRUE(WaitForReloads(1));
  EXPECT_EQ(holder_.Get(), old);
  EXPECT_EQ(reloader_.failed_reloads(), 1u);
  EXPECT_EQ(reloader_.reloads(), 0u);
}

TEST_F(RuleReloaderTest, TheSameRulesAgainAreAReloadWithoutASwap) {
  const auto old = holder_.Get();
  const std::uint64_t version = holder_.version();
  reloader_.Start();
  inputs_.LetEnd(1, Rules("rain"));
  reloader_.Request();
  EXPECT_TRUE(WaitForReloads(1));
  EXPECT_EQ(holder_.Get(), old);
  EXPECT_EQ(holder_.version(), version);
}

TEST_F(RuleReloaderTest, RequestsDuringAReloadAreOneMoreAfterIt) {
  reloader_.Start();
  reloader_.Request();
  inputs_.WaitForLoad(1);
  for (int i = 0; i < 5; ++i) reloader_.Request();
  inputs_.LetEnd(1, Rules("snow"));
  inputs_.WaitForLoad(2);
  const auto last = Rules("hail");
  inputs_.LetEnd(2, last);
  EXPECT_TRUE(WaitFor([&] { return holder_.Get() == last; }));
  // A third one would be under way by the time that this one is.
  inputs_.LetEnd(3, Rules("fog"));
  reloader_.Request();
  EXPECT_TRUE(WaitForReloads(3));
  EXPECT_EQ(inputs_.loads(), 3);
}

TEST_F(RuleReloaderTest, ReplacedRulesAreFreedOnItsThread) {
  std::weak_ptr<const CompiledRules> old = holder_.Get();
  reloader_.Start();
  inputs_.LetEnd(1, Rules("snow"));
  reloader_.Request();
  EXPECT_TRUE(WaitFor([&] { return old.expired(); }));
}

TEST(RuleReloaderStopTest, AReloadThatIsUnderWayIsGivenUp) {
  FakeInputs inputs;
  inputs.MakeEndless();
  RulesHolder holder(Rules("rain"));
  const auto old = holder.Get();
  {
    RuleReloader reloader(inputs, holder, kNever);
    reloader.Start();
    reloader.Request();
    inputs.WaitForLoad(1);
  }
  EXPECT_EQ(holder.Get(), old);
}

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "reload-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string Write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = path_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  std::string Path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

TEST(FileWatchTest, TellsEachChangeOnceAndOnlyWhenItHasSettled) {
  const Folder folder;
  const std::string a = folder.Write("a", "1");
  const std::string b = folder.Path("b");
  FileWatch watch;
  watch.Watch({a, b});
  EXPECT_FALSE(watch.Look());
  EXPECT_FALSE(watch.Look());
  folder.Write("a", "22");
  EXPECT_FALSE(watch.Look());  // Perhaps still being written.
  folder.Write("a", "333");
  EXPECT_FALSE(watch.Look());
  EXPECT_TRUE(watch.Look());
  EXPECT_FALSE(watch.Look());
  folder.Write("b", "");  // One that was not there.
  EXPECT_FALSE(watch.Look());
  EXPECT_TRUE(watch.Look());
  // Replaced by one of the same size, as editors do.
  std::filesystem::rename(folder.Write("c", "444"), a);
  EXPECT_FALSE(watch.Look());
  EXPECT_TRUE(watch.Look());
  std::filesystem::remove(b);
  EXPECT_FALSE(watch.Look());
  EXPECT_TRUE(watch.Look());
}

TEST(FileWatchTest, FilesMayBeAdded) {
  const Folder folder;
  FileWatch watch;
  watch.Watch({});
  watch.Add(folder.Write("a", "1"));
  EXPECT_FALSE(watch.Look());
  folder.Write("a", "22");
  EXPECT_FALSE(watch.Look());
  EXPECT_TRUE(watch.Look());
}

const char kPack[] =
    "pack desk version 1 language any\ntopic desk:1 \"x\" { score 5 number need 5 }\n";

TEST(WorkerRulesTest, LoadsItsFilesAndSaysWhatIsWrong) {
  const Folder folder;
  Settings settings;
  settings.rule_packs = {folder.Write("a.rules", kPack)};
  WorkerRules rules(settings);
  ASSERT_TRUE(rules.Connect(std::chrono::seconds(1)).ok());
  const RuleLoad first = rules.Load(-1);
  ASSERT_NE(first.compiled, nullptr) << Render(first.diagnostics);
  EXPECT_EQ(first.compiled->topics().size(), 1u);
  folder.Write("a.rules", "pack desk");
  const RuleLoad second = rules.Load(-1);
  EXPECT_EQ(second.compiled, nullptr);
  EXPECT_TRUE(HasErrors(second.diagnostics));
  std::filesystem::remove(settings.rule_packs[0]);
  const RuleLoad third = rules.Load(-1);
  EXPECT_EQ(third.compiled, nullptr);
  ASSERT_EQ(third.diagnostics.size(), 1u);
  EXPECT_THAT(third.diagnostics[0].message, HasSubstr("can't read"));
}

}  // namespace
}  // namespace wiredesk
