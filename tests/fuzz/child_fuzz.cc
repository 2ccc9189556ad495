// What passes between the worker and the child that compiles rules: any bytes are a message or
// none, and a message is told to the user. The first byte chooses request or reply; the others are
// edits (edits.h) of a whole one.
#include <string>

#include "app/rule_child_form.h"
#include "config/check.h"
#include "stages/rules_form.h"
#include "tests/fuzz/edits.h"
#include "tests/fuzz/fuzz_target.h"

namespace wiredesk {
namespace {

std::string WholeRequest() {
  CompileRequest request;
  request.options.further_fields = {"dateline", "topic"};
  request.sources = {{"a.rules", "pack a version 1 language en\n", ""}, {"topic", "pack b", "b"}};
  return Encode(request);
}

std::string WholeReply() {
  CompileReply reply;
  reply.is_compiled = true;
  reply.list_files = {"a.txt", "b.txt"};
  reply.diagnostics = {{Diagnostic::Severity::kWarning,
                        "a.rules",
                        {3, 7, 2},
                        "what",
                        "help",
                        "  source \xe4\xb8\xad"},
                       {Diagnostic::Severity::kError, "b.rules", {1, 1, 0}, "what", "", ""}};
  return Encode(reply) + "the form";
}

void CheckRequest(const std::string& bytes) {
  const std::optional<CompileRequest> request = DecodeRequest(bytes);
  if (!request) return;
  // Numbers become flags, so only from here on is it the same.
  const std::string encoded = Encode(*request);
  const std::optional<CompileRequest> again = DecodeRequest(encoded);
  WIREDESK_CHECK(again.has_value() && Encode(*again) == encoded);
}

void CheckReply(const std::string& bytes) {
  std::string_view form;
  const std::optional<CompileReply> reply = DecodeReply(bytes, form);
  if (!reply) return;
  WIREDESK_CHECK(bytes.ends_with(form));
  Render(reply->diagnostics);
  HasErrors(reply->diagnostics);
  WIREDESK_CHECK(!ReadRulesForm(form).ok());
  const std::string encoded = Encode(*reply);
  std::string_view rest;
  const std::optional<CompileReply> again = DecodeReply(encoded, rest);
  WIREDESK_CHECK(again.has_value() && rest.empty() && Encode(*again) == encoded);
}

}  // namespace

void FuzzOne(std::string_view bytes) {
  FuzzInput input(bytes);
  const bool is_request = input.Byte() % 2 == 0;
  std::string message = is_request ? WholeRequest() : WholeReply();
  ApplyEdits(input, message);
  if (is_request) {
    CheckRequest(message);
  } else {
    CheckReply(message);
  }
}

}  // namespace wiredesk
