#include "app/rule_child_form.h"

#include "stages/byte_form.h"

namespace wiredesk {
namespace {

bool TakeText(std::string_view& bytes, std::string& text) {
  std::string_view part;
  if (!TakeBytes(bytes, part)) return false;
  text = part;
  return true;
}

template <typename Number>
bool TakeAs(std::string_view& bytes, Number& number) {
  std::uint64_t value = 0;
  if (!TakeNumber(bytes, value)) return false;
  number = static_cast<Number>(value);
  return true;
}

void PutInt(int number, std::string& bytes) {
  PutNumber(static_cast<std::uint64_t>(static_cast<std::int64_t>(number)), bytes);
}

// One after the other. Each takes bytes, so a count that is not true ends with the bytes.
template <typename T, typename Take>
bool TakeList(std::string_view& bytes, std::vector<T>& list, Take take) {
  std::uint64_t count = 0;
  if (!TakeNumber(bytes, count)) return false;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (!take(bytes, list.emplace_back())) return false;
  }
  return true;
}

void Put(const Diagnostic& diagnostic, std::string& bytes) {
  PutInt(static_cast<int>(diagnostic.severity), bytes);
  PutInt(diagnostic.position.line, bytes);
  PutInt(diagnostic.position.column, bytes);
  PutInt(diagnostic.position.length, bytes);
  for (const std::string* text :
       {&diagnostic.file, &diagnostic.message, &diagnostic.help, &diagnostic.source_line}) {
    PutBytes(*text, bytes);
  }
}

bool Take(std::string_view& bytes, Diagnostic& diagnostic) {
  return TakeAs(bytes, diagnostic.severity) && TakeAs(bytes, diagnostic.position.line) &&
         TakeAs(bytes, diagnostic.position.column) && TakeAs(bytes, diagnostic.position.length) &&
         TakeText(bytes, diagnostic.file) && TakeText(bytes, diagnostic.message) &&
         TakeText(bytes, diagnostic.help) && TakeText(bytes, diagnostic.source_line);
}

bool TakeSource(std::string_view& bytes, PackSource& source) {
  return TakeText(bytes, source.file) && TakeText(bytes, source.key) &&
         TakeText(bytes, source.text);
}

}  // namespace

std::string Encode(const CompileRequest& request) {
  std::string bytes;
  PutNumber(request.limits.cpu_seconds, bytes);
  PutNumber(request.limits.memory_bytes, bytes);
  PutNumber(request.sources.size(), bytes);
  for (const PackSource& source : request.sources) {
    PutBytes(source.file, bytes);
    PutBytes(source.key, bytes);
    PutBytes(source.text, bytes);
  }
  return bytes;
}

std::optional<CompileRequest> DecodeRequest(std::string_view bytes) {
  CompileRequest request;
  if (TakeNumber(bytes, request.limits.cpu_seconds) &&
      TakeNumber(bytes, request.limits.memory_bytes) &&
      TakeList(bytes, request.sources, TakeSource) && bytes.empty()) {
    return request;
  }
  return std::nullopt;
}

std::string Encode(const CompileReply& reply) {
  std::string bytes;
  PutNumber(reply.is_compiled ? 1 : 0, bytes);
  PutNumber(reply.diagnostics.size(), bytes);
  for (const Diagnostic& diagnostic : reply.diagnostics) Put(diagnostic, bytes);
  PutNumber(reply.list_files.size(), bytes);
  for (const std::string& file : reply.list_files) PutBytes(file, bytes);
  return bytes;
}

std::optional<CompileReply> DecodeReply(std::string_view bytes) {
  CompileReply reply;
  if (TakeAs(bytes, reply.is_compiled) && TakeList(bytes, reply.diagnostics, Take) &&
      TakeList(bytes, reply.list_files, TakeText) && bytes.empty()) {
    return reply;
  }
  return std::nullopt;
}

}  // namespace wiredesk
