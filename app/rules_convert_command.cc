// wiredesk rules convert: a rule pack in its other form.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "app/exit_codes.h"
#include "app/rules_commands.h"
#include "config/diagnostic.h"
#include "config/file_text.h"
#include "config/rule_json_writer.h"
#include "config/rule_lexer.h"
#include "config/rule_parser.h"
#include "config/rule_text_writer.h"

namespace wiredesk {

namespace {

struct ConvertOptions {
  std::string in;
  std::string out;  // Empty: standard output.
  std::string to;   // "text", "json", or empty: as the name of `out` says, else the other form.
};

bool ToJson(const ConvertOptions& options, bool from_json) {
  if (!options.to.empty()) return options.to == "json";
  if (options.out.ends_with(".json")) return true;
  if (options.out.ends_with(".rules")) return false;
  return !from_json;
}

bool HasComments(std::string_view text) {
  RuleLexer lexer(text);
  while (lexer.Next().kind != RuleToken::Kind::kEnd) {
  }
  return lexer.has_comments();
}

void Note(const std::string& message) { std::fprintf(stderr, "wiredesk: %s\n", message.c_str()); }

void NoteMovedLists(const RulePack& pack, const ConvertOptions& options) {
  namespace fs = std::filesystem;
  if (options.out.empty()) return;
  std::error_code error;
  const fs::path from = fs::absolute(options.in, error).lexically_normal().parent_path();
  const fs::path to = fs::absolute(options.out, error).lexically_normal().parent_path();
  if (error || from == to) return;
  for (const TermList& list : pack.lists) {
    if (fs::path(list.path).is_absolute()) continue;
    return Note("the lists of the pack are looked for from " + to.string() + " now");
  }
}

// Beside the place first, so that what is there stays whole if this fails.
bool WriteWhole(const std::string& path, std::string_view text) {
  std::error_code error;
  const auto type = std::filesystem::status(path, error).type();
  const bool replaces =
      type == std::filesystem::file_type::not_found || type == std::filesystem::file_type::regular;
  const std::string written = replaces ? path + ".part" : path;
  std::ofstream file(written, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) return false;
  if (!replaces) return true;
  std::filesystem::rename(written, path, error);
  return !error;
}

int Convert(const ConvertOptions& options) {
  std::string reason;
  const std::optional<std::string> text = ReadFileText(options.in, kPackBytesMax, reason);
  if (!text) {
    Note("can't read " + options.in + ": " + reason);
    return kExitNoInput;
  }
  Diagnostics diagnostics;
  const std::optional<RulePack> pack = ParseRulePack(*text, options.in, diagnostics);
  std::fputs(Render(diagnostics).c_str(), stderr);
  if (!pack) return kExitFault;
  const bool from_json = IsJsonPack(*text, options.in);
  const std::string written =
      ToJson(options, from_json) ? WriteRuleJson(*pack) : WriteRuleText(*pack);
  if (options.out.empty()) {
    const bool good = std::fwrite(written.data(), 1, written.size(), stdout) == written.size() &&
                      std::fflush(stdout) == 0;
    if (!good) return kExitIo;
  } else if (!WriteWhole(options.out, written)) {
    Note("can't write " + options.out);
    return kExitIo;
  }
  if (!from_json && HasComments(*text)) Note("the comments of " + options.in + " are not kept");
  NoteMovedLists(*pack, options);
  return kExitOk;
}

}  // namespace

void AddRulesConvertCommand(CLI::App& rules, CommandAction& action) {
  CLI::App* convert =
      rules.add_subcommand("convert", "Write a pack in its other form: text as JSON, JSON as text");
  const auto options = std::make_shared<ConvertOptions>();
  convert->add_option("PACK", options->in, "A rule pack, text or JSON")->required();
  convert->add_option("-o,--output", options->out, "Where to (default: standard output)")
      ->type_name("FILE");
  convert
      ->add_option("--to", options->to,
                   "text or json (default: by the ending of FILE, .rules or .json; else the form "
                   "that PACK does not have)")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORM");
  convert->footer(
      "Both forms say the same, in the same order; comments are not kept.\n\n"
      "Examples:\n"
      "  wiredesk rules convert desk.rules -o desk.json\n"
      "  wiredesk rules convert desk.json -o desk.rules\n"
      "  wiredesk rules convert desk.rules | jq .topics[].id\n\n"
      "Exit status: 0 converted, 1 the pack has errors, 66 it is not there, 74 FILE can't be "
      "written");
  convert->callback([options, &action] { action = [options] { return Convert(*options); }; });
}

}  // namespace wiredesk
