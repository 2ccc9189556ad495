#include "app/rule_child_form.h"

#include "app/diagnostics_form.h"
#include "stages/byte_form.h"

namespace wiredesk {
namespace {

bool TakeSource(std::string_view& bytes, PackSource& source) {
  return TakeText(bytes, source.file) && TakeText(bytes, source.key) &&
         TakeText(bytes, source.text);
}

}  // namespace

std::string Encode(const CompileRequest& request) {
  std::string bytes;
  PutNumber(request.limits.cpu_seconds, bytes);
  PutNumber(request.limits.memory_bytes, bytes);
  PutNumber(request.options.further_fields.size(), bytes);
  for (const std::string& field : request.options.further_fields) PutBytes(field, bytes);
  PutNumber(request.options.accept_declared_fields ? 1 : 0, bytes);
  PutNumber(request.options.include_drafts ? 1 : 0, bytes);
  PutNumber(static_cast<std::uint64_t>(request.options.engine), bytes);
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
      TakeList(bytes, request.options.further_fields, TakeText) &&
      TakeAs(bytes, request.options.accept_declared_fields) &&
      TakeAs(bytes, request.options.include_drafts) &&
      TakeAs(bytes, request.options.engine) &&
      TakeList(bytes, request.sources, TakeSource) && bytes.empty()) {
    return request;
  }
  return std::nullopt;
}

std::string Encode(const CompileReply& reply) {
  std::string bytes;
  PutNumber(reply.is_compiled ? 1 : 0, bytes);
  PutDiagnostics(reply.diagnostics, bytes);
  PutNumber(reply.list_files.size(), bytes);
  for (const std::string& file : reply.list_files) PutBytes(file, bytes);
  return bytes;
}

std::optional<CompileReply> DecodeReply(std::string_view bytes, std::string_view& form) {
  CompileReply reply;
  if (TakeAs(bytes, reply.is_compiled) && TakeDiagnostics(bytes, reply.diagnostics) &&
      TakeList(bytes, reply.list_files, TakeText)) {
    form = bytes;
    return reply;
  }
  return std::nullopt;
}

}  // namespace wiredesk
