#include "stages/hyperscan.h"

#include <utility>
#include <vector>

#include "config/check.h"

namespace wiredesk {

namespace {

// Folded text on both sides would make case-blindness needless, but a regex's own letters can't be
// folded without reading its syntax.
constexpr unsigned kRegexFlags =
    HS_FLAG_CASELESS | HS_FLAG_DOTALL | HS_FLAG_UTF8 | HS_FLAG_SOM_LEFTMOST;

absl::Status CompileStatus(hs_error_t result, hs_compile_error_t* raw_error) {
  const std::unique_ptr<hs_compile_error_t, HyperscanDeleter> error(raw_error);
  if (result == HS_SUCCESS) return absl::OkStatus();
  return absl::InvalidArgumentError(error && error->message ? error->message : "unknown error");
}

class HyperscanScanner : public PatternScanner {
 public:
  HyperscanScanner(const hs_database_t* literals, const hs_database_t* regexes)
      : literals_(literals), regexes_(regexes) {
    hs_scratch_t* scratch = nullptr;
    for (const hs_database_t* database : {literals, regexes}) {
      // Fails only for want of memory, and there is no going on without.
      if (database) WIREDESK_CHECK(hs_alloc_scratch(database, &scratch) == HS_SUCCESS);
    }
    scratch_.reset(scratch);
  }

  void Scan(std::string_view canonical, Hits& hits) override {
    ScanOne(literals_, canonical, OnLiteral, hits);
    ScanOne(regexes_, canonical, OnRegex, hits);
  }

 private:
  void ScanOne(const hs_database_t* database, std::string_view text, match_event_handler on_match,
               Hits& hits) {
    if (database == nullptr) return;
    const hs_error_t result = hs_scan(database, text.data(), static_cast<unsigned>(text.size()), 0,
                                      scratch_.get(), on_match, &hits);
    WIREDESK_CHECK(result == HS_SUCCESS);
  }

  static int OnLiteral(unsigned id, unsigned long long, unsigned long long end, unsigned,
                       void* context) {
    static_cast<Hits*>(context)->literals.push_back({id, static_cast<std::uint32_t>(end)});
    return 0;
  }

  static int OnRegex(unsigned id, unsigned long long start, unsigned long long end, unsigned,
                     void* context) {
    auto& regexes = static_cast<Hits*>(context)->regexes;
    // A pattern with an open end is reported at each end: the longest is the last from one start.
    if (!regexes.empty() && regexes.back().regex == id && regexes.back().start == start) {
      regexes.back().end = static_cast<std::uint32_t>(end);
    } else {
      regexes.push_back({id, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
    }
    return 0;
  }

  const hs_database_t* const literals_;
  const hs_database_t* const regexes_;
  HyperscanScratch scratch_;
};

}  // namespace

absl::StatusOr<HyperscanDatabase> CompileLiterals(std::span<const std::string> literals) {
  if (literals.empty()) return HyperscanDatabase();
  std::vector<const char*> starts;
  std::vector<std::size_t> sizes;
  std::vector<unsigned> ids;
  for (const std::string& literal : literals) {
    ids.push_back(static_cast<unsigned>(starts.size()));
    starts.push_back(literal.data());
    sizes.push_back(literal.size());
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

absl::StatusOr<HyperscanDatabase> CompileRegexes(std::span<const std::string> regexes) {
  if (regexes.empty()) return HyperscanDatabase();
  std::vector<const char*> starts;
  std::vector<unsigned> ids;
  for (const std::string& regex : regexes) {
    ids.push_back(static_cast<unsigned>(starts.size()));
    starts.push_back(regex.c_str());
  }
  const std::vector<unsigned> flags(regexes.size(), kRegexFlags);
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t result = hs_compile_multi(starts.data(), flags.data(), ids.data(),
                                             static_cast<unsigned>(starts.size()), HS_MODE_BLOCK,
                                             nullptr, &database, &error);
  const absl::Status status = CompileStatus(result, error);
  if (!status.ok()) return status;
  return HyperscanDatabase(database);
}

std::unique_ptr<PatternScanner> HyperscanEngine::NewScanner() const {
  return std::make_unique<HyperscanScanner>(literals_.get(), regexes_.get());
}

}  // namespace wiredesk
