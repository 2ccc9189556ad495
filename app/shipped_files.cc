#include "app/shipped_files.h"

#include <filesystem>
#include <system_error>
#include <vector>

namespace wiredesk {

std::string FindShippedFile(const std::string& name) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<fs::path> roots;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    roots.push_back(program.parent_path().parent_path() / "share" / "wiredesk");
    for (fs::path folder = program.parent_path(); folder != folder.root_path();
         folder = folder.parent_path()) {
      // Only a tree of ours: the same name elsewhere may be anything.
      if (fs::exists(folder / "config" / "rules" / "mediatopics-en.rules", error)) {
        roots.push_back(folder);
      }
    }
  }
  roots.emplace_back(WIREDESK_DATA_DIR);
  for (const fs::path& root : roots) {
    if (fs::exists(root / name, error)) return (root / name).string();
  }
  return {};
}

}  // namespace wiredesk
