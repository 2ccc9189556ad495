#include "bench/peers/floor/floor_work.h"

#include <hs.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "stages/arena.h"
#include "stages/article.h"
#include "stages/hyperscan.h"
#include "stages/pattern_engine.h"
#include "stages/tokeniser.h"
#include "stages/word_index.h"

namespace wiredesk {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t kArticleBytesMax = std::size_t{1} << 20;

class Echo final : public FloorWork {
 public:
  bool Do(std::string_view) override { return true; }
};

// Title and body, with room behind them that may be read; until the next call.
class Texts {
 public:
  Texts() { ready_ = parser_.allocate(kArticleBytesMax) == simdjson::SUCCESS; }

  bool Read(std::string_view json) {
    ondemand::document document;
    ondemand::object object;
    title = body = {};
    if (!ready_ || json.size() > kArticleBytesMax / 2 ||
        parser_.iterate(json.data(), json.size(), json.size() + kPadding).get(document) ||
        document.get_object().get(object)) {
      return false;
    }
    for (auto member_or_error : object) {
      ondemand::field member;
      if (std::move(member_or_error).get(member) || !ReadMember(member)) return false;
    }
    return true;
  }

  std::string_view title;
  std::string_view body;

 private:
  bool ReadMember(ondemand::field& member) {
    std::string_view ignored;
    for (const std::string_view name :
         {"id", "title", "body", "language", "source", "published_at"}) {
      if (!member.key().unsafe_is_equal(name)) continue;
      std::string_view& text = name == "title" ? title : name == "body" ? body : ignored;
      return member.value().get_string().get(text) == simdjson::SUCCESS;
    }
    return true;
  }

  ondemand::parser parser_;
  bool ready_;
};

class HyperscanWork final : public FloorWork {
 public:
  explicit HyperscanWork(HyperscanDatabase database) : database_(std::move(database)) {
    GrowScratch(database_.get(), scratch_);
  }

  bool Do(std::string_view json) override {
    if (!texts_.Read(json)) return false;
    folded_.assign(1, ' ');
    Fold(texts_.title);
    folded_.append(2, ' ');
    Fold(texts_.body);
    folded_.push_back(' ');
    const auto nothing = [](unsigned, unsigned long long, unsigned long long, unsigned, void*) {
      return 0;
    };
    return hs_scan(database_.get(), folded_.data(), static_cast<unsigned>(folded_.size()), 0,
                   scratch_.get(), nothing, nullptr) == HS_SUCCESS;
  }

 private:
  void Fold(std::string_view text) {
    const std::size_t begin = folded_.size();
    folded_.resize(begin + text.size());
    std::transform(text.begin(), text.end(), folded_.begin() + static_cast<std::ptrdiff_t>(begin),
                   [](char c) -> char {
                     const auto byte = static_cast<unsigned char>(c);
                     const auto lower = static_cast<unsigned char>(byte | 0x20);
                     const bool is_letter = static_cast<unsigned char>(lower - 'a') < 26;
                     const bool is_digit = static_cast<unsigned char>(byte - '0') < 10;
                     if (is_letter) return static_cast<char>(lower);
                     return is_digit || byte >= 0x80 ? c : ' ';
                   });
  }

  HyperscanDatabase database_;
  HyperscanScratch scratch_;
  Texts texts_;
  std::string folded_;
};

class WordsWork final : public FloorWork {
 public:
  explicit WordsWork(WordIndex index) : index_(std::move(index)) {}

  bool Do(std::string_view json) override {
    if (!texts_.Read(json)) return false;
    tokeniser_.Begin(ApostropheMode::kEnglish, nullptr);
    tokeniser_.AddPart(texts_.title);
    tokeniser_.AddPart(texts_.body);
    Article article;
    article.canonical = tokeniser_.canonical();
    article.tokens = tokeniser_.tokens();
    hits_.clear();
    index_.Find(article, scratch_, hits_);
    return true;
  }

 private:
  WordIndex index_;
  WordIndex::Scratch scratch_;
  Tokeniser tokeniser_;
  Texts texts_;
  std::vector<PatternHit> hits_;
};

absl::StatusOr<std::vector<LiteralPattern>> ReadLiterals(const std::string& path) {
  std::ifstream file(path);
  std::vector<LiteralPattern> literals;
  for (std::string line; std::getline(file, line);) {
    const std::string keyword = line.substr(0, line.find('\t'));
    const auto spaces = std::count(keyword.begin(), keyword.end(), ' ');
    literals.push_back(
        {absl::StrCat(" ", keyword, " "), static_cast<std::uint32_t>(spaces + 1), false});
  }
  if (literals.empty()) return absl::InvalidArgumentError(path + ": no keywords");
  return literals;
}

}  // namespace

absl::StatusOr<std::unique_ptr<FloorWork>> MakeFloorWork(std::string_view name,
                                                         const std::string& keywords) {
  if (name == "echo") return std::make_unique<Echo>();
  const absl::StatusOr<std::vector<LiteralPattern>> literals = ReadLiterals(keywords);
  if (!literals.ok()) return literals.status();
  if (name == "hyperscan") {
    absl::StatusOr<HyperscanDatabase> database = CompileLiterals(*literals);
    if (!database.ok()) return database.status();
    return std::make_unique<HyperscanWork>(*std::move(database));
  }
  if (name == "words") {
    absl::StatusOr<WordIndex> index = WordIndex::Build(*literals);
    if (!index.ok()) return index.status();
    return std::make_unique<WordsWork>(*std::move(index));
  }
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(name), ": the work is echo, hyperscan or words"));
}

}  // namespace wiredesk
