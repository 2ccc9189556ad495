// Values of metadata, as rules compare them: NFKC and case folded, without space around them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wiredesk {

// Writes over `out`.
void FoldValue(std::string_view value, std::string& out);

// A value that is a decimal number as a whole, with nothing but space around it.
std::optional<double> NumberOf(std::string_view value);

// The value of a JSON token that stands in a valid document: strings without their quotes and
// escapes, anything else as it is. Writes over `out`.
void UnquoteJson(std::string_view token, std::string& out);

}  // namespace wiredesk
