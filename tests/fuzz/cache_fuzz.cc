// The cache of compiled rules: a file with any bytes is as if it were not there, or gives the rules
// that were kept. The first byte chooses what the edits behind it (edits.h) change: the file as it
// is, its head under a checksum that is right, or the form of the rules by itself.
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "app/rule_cache.h"
#include "config/check.h"
#include "stages/byte_form.h"
#include "stages/checksum.h"
#include "stages/rules_form.h"
#include "tests/fuzz/edits.h"
#include "tests/fuzz/fuzz_target.h"

namespace wiredesk {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string path = (fs::temp_directory_path() / "wiredesk-fuzz-XXXXXX").string();
    WIREDESK_CHECK(mkdtemp(path.data()) != nullptr);
    path_ = path;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

// The parts of a cache's file, as app/rule_cache.cc lays them out.
struct CacheFile {
  std::string magic;
  std::string head;
  std::string form;

  static CacheFile Split(std::string_view bytes) {
    CacheFile file;
    const std::size_t magic_size = bytes.find('\n') + 1;
    file.magic = bytes.substr(0, magic_size);
    bytes.remove_prefix(magic_size);
    std::uint64_t sum = 0;
    std::string_view head;
    WIREDESK_CHECK(TakeNumber(bytes, sum) && TakeNumber(bytes, sum) && TakeBytes(bytes, head));
    file.head = head;
    file.form = bytes;
    return file;
  }
  std::string Join() const {
    std::string bytes = magic;
    const std::uint64_t sum_of_form = Checksum(form);
    PutNumber(Checksum(head, sum_of_form), bytes);
    PutNumber(sum_of_form, bytes);
    PutBytes(head, bytes);
    return bytes + form;
  }
};

struct World {
  World() : sources(Sources()), cache(folder.path(), sources, {}) {
    Diagnostics warnings;
    const std::vector<RulePack> packs = ParsePacks(sources, warnings);
    const auto rules = CompileRules(packs, warnings);
    WIREDESK_CHECK(rules != nullptr);
    WriteRulesForm(*rules, form);
    timespec start{};
    clock_gettime(CLOCK_REALTIME, &start);
    WIREDESK_CHECK(cache.Store(form, warnings, {}, start).ok());
    std::ifstream stored(cache.path(), std::ios::binary);
    file.assign(std::istreambuf_iterator<char>(stored), {});
    WIREDESK_CHECK(CacheFile::Split(file).Join() == file);
    WIREDESK_CHECK(cache.Find().has_value());
  }
  static std::vector<PackSource> Sources() {
    return {{"desk.rules", R"(pack p version 1 language en
let firm = {company~ =Acme "new york*"}
topic r "R"
topic t "T" parent r { when tax NEAR/3 @firm & source = dpa score 5 /chapter \d+/ 2 bank* need 3 }
topic u "U" { when @topic t | title:court }
)"}};
  }

  const Folder folder;
  const std::vector<PackSource> sources;
  const RuleCache cache;
  std::string form;
  std::string file;
};

void CheckFile(const World& world, const std::string& bytes) {
  std::ofstream(world.cache.path(), std::ios::binary | std::ios::trunc) << bytes;
  const std::optional<CachedRules> found = world.cache.Find();
  WIREDESK_CHECK(found.has_value() || bytes != world.file);
  if (!found) return;
  std::string form;
  WriteRulesForm(*found->compiled, form);
  WIREDESK_CHECK(form == world.form);
  Render(found->warnings);
}

void CheckForm(const World& world, std::string_view bytes) {
  const auto read = ReadRulesForm(bytes);
  if (!read.ok()) return;
  std::string form;
  WriteRulesForm(**read, form);
  WIREDESK_CHECK(form == world.form);
}

// Changes the tables and leaves the engine's bytes, for which only the file's checksum stands.
std::string EditTables(FuzzInput& input, const World& world, std::size_t engine_bytes) {
  const std::size_t size = world.form.size() - engine_bytes;
  std::string tables = world.form.substr(0, size);
  ApplyEdits(input, tables);
  return tables + world.form.substr(size);
}

std::size_t EngineBytes(const World& world) {
  const auto rules = ReadRulesForm(world.form);
  WIREDESK_CHECK(rules.ok());
  std::string engine;
  (*rules)->engine().Serialise(engine);
  WIREDESK_CHECK(world.form.ends_with(engine));
  return engine.size();
}

}  // namespace

void FuzzOne(std::string_view bytes) {
  static const World world;
  static const std::size_t engine_bytes = EngineBytes(world);
  FuzzInput input(bytes);
  switch (input.Byte() % 3) {
    case 0: {
      std::string file = world.file;
      ApplyEdits(input, file);
      return CheckFile(world, file);
    }
    case 1: {
      CacheFile file = CacheFile::Split(world.file);
      ApplyEdits(input, file.head);
      return CheckFile(world, file.Join());
    }
    default:
      return CheckForm(world, EditTables(input, world, engine_bytes));
  }
}

}  // namespace wiredesk
