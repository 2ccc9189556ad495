// What a text in the settings has to look like, by what it is used for. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wiredesk {

struct TextForm {
  std::string_view type;   // "topic name"
  std::string_view bound;  // "1 to 249 of A-Z a-z 0-9 . _ -"; also ends the error message.
  // What is wrong with a text, or nothing.
  std::optional<std::string> (*find_fault)(std::string_view text);
  bool may_be_null = false;  // null stands for the empty text.
};

extern const TextForm kTopicForm;  // A Kafka topic.
extern const TextForm
    kSubscriptionForm;             // A Kafka topic, or ^ and a regular expression for several.
extern const TextForm kGroupForm;  // A consumer group.
extern const TextForm kTransactionalIdForm;
extern const TextForm kPointerForm;  // RFC 6901; empty: none.
extern const TextForm kMemberForm;   // The name of a member of a JSON object.
extern const TextForm kPathForm;     // Files.
extern const TextForm kFolderForm;   // A folder.
extern const TextForm kListenForm;   // PORT, or HOST:PORT, or [IPv6]:PORT.

// Whether subscribing to `subscription` (a valid kSubscriptionForm) takes in `topic`, by the rules
// of librdkafka: POSIX extended expressions that may match anywhere.
bool SubscriptionTakesIn(const std::string& subscription, const std::string& topic);

}  // namespace wiredesk
