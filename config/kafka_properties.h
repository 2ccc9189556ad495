// What wiredesk knows about librdkafka's properties. Any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace wiredesk {

// A property that an operator can't set, because wiredesk sets it itself.
struct OwnedKafkaProperty {
  std::string_view name;
  std::string_view instead;  // What to do: "set input.group".
};

std::span<const OwnedKafkaProperty> OwnedKafkaProperties();

// What must be in no log line: the values of properties that are secret by their name or came from
// a reference, the longest first. Not the brokers' addresses, which every message about them needs,
// nor numbers and other short values, which would blot out half the log.
std::vector<std::string> HiddenValues(const KafkaSettings& settings);

// Whether the value of `name` is the path of a file that holds a secret: a private key or a keytab.
bool NamesSecretFile(std::string_view name);

// The entry for `name`, or nullptr if the operator may set it.
const OwnedKafkaProperty* FindOwnedKafkaProperty(std::string_view name);

}  // namespace wiredesk
