#include "app/diagnostics_form.h"

namespace wiredesk {
namespace {

void PutInt(int number, std::string& bytes) {
  PutNumber(static_cast<std::uint64_t>(static_cast<std::int64_t>(number)), bytes);
}

bool Take(std::string_view& bytes, Diagnostic& diagnostic) {
  return TakeAs(bytes, diagnostic.severity) && TakeAs(bytes, diagnostic.position.line) &&
         TakeAs(bytes, diagnostic.position.column) && TakeAs(bytes, diagnostic.position.length) &&
         TakeText(bytes, diagnostic.file) && TakeText(bytes, diagnostic.message) &&
         TakeText(bytes, diagnostic.help) && TakeText(bytes, diagnostic.source_line);
}

}  // namespace

void PutDiagnostics(const Diagnostics& diagnostics, std::string& bytes) {
  PutNumber(diagnostics.size(), bytes);
  for (const Diagnostic& diagnostic : diagnostics) {
    PutInt(static_cast<int>(diagnostic.severity), bytes);
    PutInt(diagnostic.position.line, bytes);
    PutInt(diagnostic.position.column, bytes);
    PutInt(diagnostic.position.length, bytes);
    for (const std::string* text :
         {&diagnostic.file, &diagnostic.message, &diagnostic.help, &diagnostic.source_line}) {
      PutBytes(*text, bytes);
    }
  }
}

bool TakeDiagnostics(std::string_view& bytes, Diagnostics& diagnostics) {
  return TakeList(bytes, diagnostics, Take);
}

}  // namespace wiredesk
