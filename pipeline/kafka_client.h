// From settings to librdkafka's configuration: our defaults, the operator's properties on top, the
// few that belong to the program last.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "config/settings.h"
#include "pipeline/rdkafka.h"

namespace wiredesk {

// All properties of the two clients. An operator's property replaces our default. Refused with
// kInvalidArgument: properties that the program sets itself because its guarantees rest on them
// (enable.auto.commit, enable.auto.offset.store, group.id, auto.offset.reset and so on).
absl::StatusOr<KafkaProperties> ConsumerProperties(const Settings& settings);
absl::StatusOr<KafkaProperties> ProducerProperties(const KafkaSettings& settings);

// Makes of producer properties those of lane `lane`, with transactions if `settings` say so.
void AddTransactions(const Settings& settings, std::size_t lane, KafkaProperties& properties);

// A configuration with `properties` set, whose log lines go to spdlog. kInvalidArgument names the
// property that librdkafka does not know, and the nearest one that it does, or the refused value.
absl::StatusOr<KafkaConf> MakeKafkaConf(const KafkaProperties& properties);

// The property `name` as a client made of `conf` has it; 0: it is not there, or no such number.
std::size_t NumberOf(const rd_kafka_conf_t& conf, const char* name);

// Creates the client. The configuration is used up either way.
absl::StatusOr<KafkaHandle> MakeKafkaClient(rd_kafka_type_t type, KafkaConf conf);

// "bootstrap.servers" of `properties`, for messages.
std::string BrokersOf(const KafkaProperties& properties);

}  // namespace wiredesk
