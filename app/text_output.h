// What commands share that write reports. One thread.
#pragma once

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace wiredesk {

// --color auto|always|never, for ParseColorMode().
void AddColorOption(CLI::App& command, std::string& color);

// Writes all of `text` to the file `path`, made or emptied before. False: it was said on standard
// error why not.
bool WriteTextFile(const std::string& path, std::string_view text);

}  // namespace wiredesk
