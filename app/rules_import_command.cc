// wiredesk rules import: rules of other systems as a rule pack.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/counted.h"
#include "app/exit_codes.h"
#include "app/rules_commands.h"
#include "config/file_text.h"
#include "config/import_extra.h"
#include "config/import_lucene.h"
#include "config/language_codes.h"
#include "config/rule_bounds.h"
#include "config/rule_text_writer.h"
#include "config/rule_words.h"
#include "config/text_check.h"

namespace wiredesk {

namespace {

struct ImportCommand {
  std::string from;
  std::string file;
  std::string output;
  std::vector<std::string> fields;  // FROM=TO
  std::string default_operator = "or";
  ImportOptions options;
};

int Fail(int status, const std::string& message) {
  std::fprintf(stderr, "wiredesk: %s\n", message.c_str());
  return status;
}

// Nothing if the options make no sense, which was said.
std::optional<ImportOptions> ReadOptions(const ImportCommand& command) {
  ImportOptions options = command.options;
  options.default_and = command.default_operator == "and";
  for (const std::string& field : command.fields) {
    const std::size_t sign = field.find('=');
    if (sign == std::string::npos || sign == 0) {
      Fail(kExitUsage,
           "--field is written FROM=TO, as in --field headline=title; \"" + field + "\" is not");
      return std::nullopt;
    }
    options.fields[field.substr(0, sign)] = field.substr(sign + 1);
  }
  if (options.pack_name.empty()) {
    options.pack_name = std::filesystem::path(command.file).stem().string();
  }
  if (!IsRuleId(options.pack_name) || !(options.id_prefix.empty() || IsRuleId(options.id_prefix))) {
    Fail(kExitUsage, "names and ids are letters, digits and _.:/-; choose another --name");
    return std::nullopt;
  }
  if (options.language != "any" && !IsLanguageCode(options.language)) {
    Fail(kExitUsage, "--language is a code of ISO 639-1 such as en, or any");
    return std::nullopt;
  }
  return options;
}

int WriteOutput(const std::string& path, const std::string& text) {
  if (path.empty() || path == "-") {
    std::fputs(text.c_str(), stdout);
    return std::fflush(stdout) == 0 ? kExitOk : Fail(kExitIo, "can't write standard output");
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  return file ? kExitOk : Fail(kExitIo, "can't write " + path);
}

int Import(const ImportCommand& command) {
  const std::optional<ImportOptions> options = ReadOptions(command);
  if (!options) return kExitUsage;
  std::string error;
  const std::optional<std::string> text = ReadFileText(command.file, kPackBytesMax, error);
  if (!text) return Fail(kExitNoInput, command.file + ": " + error);
  if (const std::optional<TextFault> fault = FindTextFault(*text)) {
    return Fail(kExitData, command.file + ": byte " + std::to_string(fault->offset) +
                               " is no UTF-8 text or a control character");
  }
  Diagnostics diagnostics;
  const ImportResult result = command.from == "extra"
                                  ? ImportExtra(*text, command.file, *options, diagnostics)
                                  : ImportLucene(*text, command.file, *options, diagnostics);
  std::fputs(Render(diagnostics).c_str(), stderr);
  if (!result.pack.topics.empty()) {
    const std::string source = std::filesystem::path(command.file).filename().string();
    const int status = WriteOutput(
        command.output, "# Imported from " + source + " by wiredesk rules import --from " +
                            command.from + ".\n" + WriteRuleText(result.pack));
    if (status != kExitOk) return status;
  }
  std::fprintf(stderr, "%s in %s; %zu left out\n",
               Counted(result.rules - result.left_out, "rule").c_str(),
               Counted(result.pack.topics.size(), "topic").c_str(), result.left_out);
  return result.left_out == 0 && result.rules > 0 ? kExitOk : kExitFault;
}

}  // namespace

void AddRulesImportCommand(CLI::App& rules, CommandAction& action) {
  CLI::App* import = rules.add_subcommand("import", "Make a pack of the rules of another system");
  const auto command = std::make_shared<ImportCommand>();
  command->options.pack_name.clear();
  import->add_option("FILE", command->file, "Rules, one a line")->required();
  import->add_option("--from", command->from, "extra (IPTC EXTRA), lucene (query strings)")
      ->required()
      ->check(CLI::IsMember({"extra", "lucene"}));
  import->add_option("-o,--output", command->output, "The pack; standard output if left out");
  import->add_option("--name", command->options.pack_name, "The pack's name; else the file's");
  import->add_option("--language", command->options.language, "The pack's language")
      ->capture_default_str();
  import->add_option("--id-prefix", command->options.id_prefix, "Put before each topic's id");
  import->add_option("--field", command->fields,
                     "FROM=TO: what their field is called here; FROM= for all of the text");
  import
      ->add_option("--default-operator", command->default_operator,
                   "lucene: between terms without an operator, and or or")
      ->check(CLI::IsMember({"and", "or"}))
      ->capture_default_str();
  import->footer(
      "extra reads lines of JSON with topicId, name and query; lucene reads lines that are a "
      "query,\n"
      "name TAB query, or JSON with id and query. What the rule language can't express is an "
      "error;\n"
      "its rule is left out, and the others are written. What was changed is a warning.\n"
      "Examples:\n"
      "  wiredesk rules import --from extra english.ndjson -o english.rules\n"
      "  wiredesk rules import --from lucene queries.txt --default-operator and --field text=body\n"
      "Exit status: 0 all rules imported, 1 some left out");
  import->callback([command, &action] { action = [command] { return Import(*command);
};
}  // namespace wiredesk
);
}

}  // namespace wiredesk
