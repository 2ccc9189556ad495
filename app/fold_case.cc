#include "app/fold_case.h"

#include <unicode/unistr.h>

namespace wiredesk {

std::string FoldCase(std::string_view utf8) {
  std::string folded;
  icu::UnicodeString::fromUTF8({utf8.data(), static_cast<std::int32_t>(utf8.size())})
      .foldCase()
      .toUTF8String(folded);
  return folded;
}

}  // namespace wiredesk
