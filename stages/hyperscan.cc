#include "stages/hyperscan.h"

#include <cstdlib>
#include <utility>
#include <vector>

#include "config/check.h"
#include "stages/byte_form.h"

namespace wiredesk {

namespace {

bool IsNonAscii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

// How to compile a regex. The text is folded: a regex without capitals and letters outside ASCII
// needs no case-blindness. One that takes no character outside ASCII needs no UTF-8. Both make
// databases many times larger and slower to compile and to scan with.
unsigned RegexFlags(std::string_view regex) {
  unsigned flags = HS_FLAG_DOTALL | HS_FLAG_SOM_LEFTMOST;
  for (std::size_t i = 0; i < regex.size(); ++i) {
    const bool is_capital = regex[i] >= 'A' && regex[i] <= 'Z';
    if (is_capital || IsNonAscii(regex[i])) flags |= HS_FLAG_CASELESS;
    // Any character, [^...], and \W and the like, which are capitals too.
    const bool is_open = regex[i] == '.' || regex[i] == '^' || is_capital;
    if (is_open || IsNonAscii(regex[i])) flags |= HS_FLAG_UTF8;
  }
  return flags;
}

absl::Status CompileStatus(hs_error_t result, hs_compile_error_t* raw_error) {
  const std::unique_ptr<hs_compile_error_t, HyperscanDeleter> error(raw_error);
  if (result == HS_SUCCESS) return absl::OkStatus();
  return absl::InvalidArgumentError(error && error->message ? error->message : "unknown error");
}

// The number of tokens that start before byte `at` of the canonical text, given that at least
// `from` of them do. Hits come in order of their ends, so all searches of an article together walk
// its token table once; jumping ahead costs more in mispredicted branches than it saves.
std::uint32_t TokensBefore(std::span<const Token> tokens, std::uint32_t at, std::uint32_t from) {
  const Token* token = tokens.data() + from;
  const Token* const end = tokens.data() + tokens.size();
  while (token < end && token->canonical < at) ++token;
  return static_cast<std::uint32_t>(token - tokens.data());
}

}  // namespace

absl::StatusOr<HyperscanDatabase> CompileLiterals(std::span<const LiteralPattern> literals) {
  if (literals.empty()) return HyperscanDatabase();
  std::vector<const char*> starts;
  std::vector<std::size_t> sizes;
  std::vector<unsigned> ids;
  for (const LiteralPattern& literal : literals) {
    ids.push_back(static_cast<unsigned>(starts.size()));
    starts.push_back(literal.text.data());
    sizes.push_back(literal.text.size());
  }
  const std::vector<unsigned> flags(literals.size(), 0);
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t result = hs_compile_lit_multi(starts.data(), flags.data(), ids.data(),
                                                 sizes.data(), static_cast<unsigned>(starts.size()),
                                                 HS_MODE_BLOCK, nullptr, &database, &error);
  const absl::Status status = CompileStatus(result, error);
  if (!status.ok()) return status;
  return HyperscanDatabase(database);
}

absl::StatusOr<HyperscanDatabase> CompileRegexes(std::span<const std::string> regexes,
                                                 std::span<const unsigned> numbers) {
  WIREDESK_CHECK(numbers.empty() || numbers.size() == regexes.size());
  if (regexes.empty()) return HyperscanDatabase();
  std::vector<const char*> starts;
  std::vector<unsigned> ids(numbers.begin(), numbers.end());
  for (const std::string& regex : regexes) {
    if (numbers.empty()) ids.push_back(static_cast<unsigned>(starts.size()));
    starts.push_back(regex.c_str());
  }
  std::vector<unsigned> flags;
  for (const std::string& regex : regexes) flags.push_back(RegexFlags(regex));
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t result = hs_compile_multi(starts.data(), flags.data(), ids.data(),
                                             static_cast<unsigned>(starts.size()), HS_MODE_BLOCK,
                                             nullptr, &database, &error);
  const absl::Status status = CompileStatus(result, error);
  if (!status.ok()) return status;
  return HyperscanDatabase(database);
}

std::uint32_t RegexWidth(const std::string& regex) {
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t result = hs_expression_info(regex.c_str(), RegexFlags(regex), &info, &error);
  WIREDESK_CHECK(CompileStatus(result, error).ok());
  const std::uint32_t width = info->max_width;
  std::free(info);
  return width;
}

void GrowScratch(const hs_database_t* database, HyperscanScratch& scratch) {
  if (database == nullptr) return;
  hs_scratch_t* grown = scratch.release();
  // Fails only for want of memory, and there is no going on without.
  WIREDESK_CHECK(hs_alloc_scratch(database, &grown) == HS_SUCCESS);
  scratch.reset(grown);
}

void ScanText(const hs_database_t* database, std::string_view text, hs_scratch_t* scratch,
              match_event_handler on_match, void* context) {
  if (database == nullptr) return;
  const hs_error_t result = hs_scan(database, text.data(), static_cast<unsigned>(text.size()), 0,
                                    scratch, on_match, context);
  WIREDESK_CHECK(result == HS_SUCCESS);
}

void PutDatabase(const hs_database_t* database, std::string& bytes) {
  if (database == nullptr) return PutBytes({}, bytes);
  char* form = nullptr;
  std::size_t size = 0;
  WIREDESK_CHECK(hs_serialize_database(database, &form, &size) == HS_SUCCESS);
  PutBytes({form, size}, bytes);
  std::free(form);
}

absl::StatusOr<HyperscanDatabase> TakeDatabase(std::string_view& bytes) {
  std::string_view form;
  if (!TakeBytes(bytes, form)) return absl::DataLossError("the bytes of a database are cut off");
  if (form.empty()) return HyperscanDatabase();
  hs_database_t* database = nullptr;
  if (hs_deserialize_database(form.data(), form.size(), &database) != HS_SUCCESS) {
    return absl::DataLossError("these bytes are no database for this library and processor");
  }
  return HyperscanDatabase(database);
}

class HyperscanLiterals::Scanner : public PatternScanner {
 public:
  explicit Scanner(const HyperscanLiterals& engine) : engine_(engine) {
    GrowScratch(engine.database_.get(), scratch_);
  }

  void Scan(const Article& article, Hits& hits) override {
    ends_.clear();
    ScanText(engine_.database_.get(), article.canonical, scratch_.get(), OnMatch, this);
    AddHits(article, hits.literals);
  }

 private:
  // A literal ends before byte `end` of the canonical text.
  struct LiteralEnd {
    std::uint32_t literal;
    std::uint32_t end;
  };

  static int OnMatch(unsigned id, unsigned long long, unsigned long long end, unsigned,
                     void* context) {
    static_cast<Scanner*>(context)->ends_.push_back({id, static_cast<std::uint32_t>(end)});
    return 0;
  }

  void AddHits(const Article& article, std::vector<PatternHit>& hits) const {
    std::uint32_t token_end = 0;
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      if (i + 4 < ends_.size()) __builtin_prefetch(&engine_.shapes_[ends_[i + 4].literal]);
      const LiteralEnd& found = ends_[i];
      const Shape shape = engine_.shapes_[found.literal];
      // The last byte of whole words is the space behind them, that of a prefix is in its word.
      token_end = TokensBefore(article.tokens, found.end - (shape.is_prefix ? 0 : 1), token_end);
      hits.push_back({found.literal, token_end - shape.token_count, token_end});
    }
  }

  const HyperscanLiterals& engine_;
  HyperscanScratch scratch_;
  std::vector<LiteralEnd> ends_;  // Of the article.
};

absl::StatusOr<std::unique_ptr<HyperscanLiterals>> HyperscanLiterals::Build(
    std::span<const LiteralPattern> literals) {
  absl::StatusOr<HyperscanDatabase> database = CompileLiterals(literals);
  if (!database.ok()) return database.status();
  std::vector<Shape> shapes;
  shapes.reserve(literals.size());
  for (const LiteralPattern& literal : literals) {
    shapes.push_back({literal.token_count & 0x7fffffff, literal.is_prefix});
  }
  return std::unique_ptr<HyperscanLiterals>(
      new HyperscanLiterals(std::move(shapes), *std::move(database)));
}

std::unique_ptr<PatternScanner> HyperscanLiterals::NewScanner() const {
  return std::make_unique<Scanner>(*this);
}

void HyperscanLiterals::Serialise(std::string& bytes) const {
  PutArray(shapes_, bytes);
  PutDatabase(database_.get(), bytes);
}

absl::StatusOr<std::unique_ptr<HyperscanLiterals>> HyperscanLiterals::Load(std::string_view bytes) {
  std::vector<Shape> shapes;
  if (!TakeArray(bytes, shapes)) return absl::DataLossError("the bytes of an engine are cut off");
  absl::StatusOr<HyperscanDatabase> database = TakeDatabase(bytes);
  if (!database.ok()) return database.status();
  return std::unique_ptr<HyperscanLiterals>(
      new HyperscanLiterals(std::move(shapes), *std::move(database)));
}

}  // namespace wiredesk
