#include "config/rule_pack_lists.h"

#include <string>

#include <fmt/format.h>

#include "config/rule_words.h"

namespace wiredesk {
namespace {

constexpr std::size_t kPathBytesMax = 4096;

}  // namespace

void PackLists::Read(const SourcePosition& path, TermList& list) {
  if (IsBlank(list.path) || list.path.size() > kPathBytesMax) {
    return errors_.Error(path, "this is no path of a file",
                         fmt::format("a path has 1 to {} bytes", WithThousands(kPathBytesMax)));
  }
  if (list_files_ == ListFiles::kRefuse) {
    return errors_.Error(path, "this pack can't read files",
                         "only a pack that is a file itself has lists; write the terms into it");
  }
  list.file = ListFilePath(list.path, pack_file_);
  std::string reason;
  if (ReadTermList(list, budget_, reason, diagnostics_)) return;
  // After errors at their own lines this says whose they are.
  errors_.Error(path, reason.empty()
                          ? fmt::format("there are errors in the list \"{}\"", list.name)
                          : fmt::format("can't read the list {}: {}", list.file, reason));
}

}  // namespace wiredesk
