#include "tests/sim/articles.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <utility>

#include "pipeline/worker.h"
#include "stages/make_stage.h"
#include "tests/sim/random.h"
#include "tests/tagged.h"

namespace wiredesk::sim {
namespace {

constexpr std::array<const char*, 6> kTitles = {
    "Minister opens talks",       "Rain on Sunday",
    "Market closes unchanged",    "Cyber-attack on a mill",
    "Talks, rain and more talks", "Nothing happened"};

// Hands everything on to a stage that others use too.
class SharedStage final : public Stage {
 public:
  explicit SharedStage(Stage& stage) : stage_(stage) {}
  std::string_view name() const override { return stage_.name(); }
  void Process(Batch& batch) override { stage_.Process(batch); }

 private:
  Stage& stage_;
};

void Judge(InputRecord& record) {
  std::vector<std::unique_ptr<Stage>> stages;
  for (const std::string_view name : kStageNames) stages.push_back(Articles::MakeStage(name));
  Batch batch(1);
  batch.KeepRules(Articles::rules().Get());
  const Article& article =
      batch.Append({"news.raw", record.partition, record.offset}, record.value);
  RunStages(stages, batch);
  record.dead_letter = !article.ok();
  record.result = article.ok() ? std::string(article.output) : record.value;
}

}  // namespace

const Articles& Articles::Get() {
  static const Articles articles;
  return articles;
}

const RulesHolder& Articles::rules() {
  static const RulesHolder holder(DiplomacyRules());
  return holder;
}

std::unique_ptr<Stage> Articles::MakeStage(std::string_view name) {
  static std::map<std::string, std::unique_ptr<Stage>, std::less<>> stages;
  auto& stage = stages[std::string(name)];
  if (stage == nullptr) stage = wiredesk::MakeStage(name, Settings());
  return std::make_unique<SharedStage>(*stage);
}

Articles::Articles() : records_(kPartitionsMax) {
  Random random(1);
  for (std::int32_t p = 0; p < kPartitionsMax; ++p) {
    std::vector<InputRecord>& records = records_[static_cast<std::size_t>(p)];
    std::int64_t offset = 0;
    for (int i = 0; i < kRecordsMax; ++i, ++offset) {
      if (i > 0 && random.Chance(10)) offset += random.Between(1, 3);
      InputRecord& record = records.emplace_back();
      record.partition = p;
      record.offset = offset;
      record.key = std::to_string(p);
      const auto title = static_cast<std::size_t>(random.Between(0, kTitles.size() - 1));
      const bool broken = random.Chance(8);
      record.value = fmt::format(R"({{"id": "{}-{}", "title": "{}"{})", p, offset, kTitles[title],
                                 broken ? "" : "}");
      Judge(record);
    }
    for (const InputRecord& record : records) by_result_[record.result] = &record;
  }
}

const InputRecord* Articles::Find(std::string_view result) const {
  const auto found = by_result_.find(result);
  return found == by_result_.end() ? nullptr : found->second;
}

}  // namespace wiredesk::sim
