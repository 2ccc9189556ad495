// What wiredesk knows about librdkafka's properties. Any thread.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace wiredesk {

// A property that an operator can't set, because wiredesk sets it itself.
struct OwnedKafkaProperty {
  std::string_view name;
  std::string_view instead;  // What to do: "set input.group".
};

std::span<const OwnedKafkaProperty> OwnedKafkaProperties();

// Whether the value of `name` is the path of a file that holds a secret: a private key or a keytab.
bool NamesSecretFile(std::string_view name);

// The entry for `name`, or nullptr if the operator may set it.
const OwnedKafkaProperty* FindOwnedKafkaProperty(std::string_view name);

}  // namespace wiredesk
