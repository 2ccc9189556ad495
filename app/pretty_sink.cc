#include "app/pretty_sink.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace wiredesk {

bool PrettySink::Send(Batch& batch) {
  for (const Article& article : batch.articles()) {
    Print(article);
    printed_.push_back(article.ack);
  }
  batch.send_cursor = batch.articles().size();
  if (std::fflush(stdout) != 0) status_ = absl::DataLossError("standard output takes no more");
  return true;
}

void PrettySink::Print(const Article& article) {
  if (article.ok()) {
    const nlohmann::json record = nlohmann::json::parse(article.output);
    const std::string text = RenderTaggedArticle(record, article.parts, terminal_, {});
    std::printf("%s\n", text.c_str());
    return;
  }
  std::string line = std::string(article.origin.topic) + " #" +
                     std::to_string(article.origin.offset) + ": not tagged (" +
                     std::string(article.failed_stage) +
                     "): " + std::string(FailureReason(article.failure));
  if (!article.failure_detail.empty()) line.append(": ").append(article.failure_detail);
  std::printf("%s\n\n", Styled(terminal_, Style::kBad, OneLine(line, 400)).c_str());
}

int PrettySink::Poll() {
  const int count = static_cast<int>(printed_.size());
  for (std::uint64_t ack : printed_) source_.Acknowledge(ack, status_.ok());
  printed_.clear();
  return count;
}

}  // namespace wiredesk
