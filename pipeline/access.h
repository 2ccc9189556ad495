// Why a broker does not let us in, in words that name the settings to look at.
//
// librdkafka tries again for ever, which is right for a broker that is away and wrong for one that
// has refused a password. What is told apart here: a refusal is an answer, of a broker, of the
// issuer of tokens, or of our own check of the broker's certificate; a broken connection is none.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "config/settings.h"
#include "pipeline/rdkafka.h"

namespace wiredesk {

// Whether an error of a client, with librdkafka's text, is a refusal by a broker. Any thread.
bool IsBrokersRefusal(rd_kafka_resp_err_t error, std::string_view text);

// The same, or that the issuer gives no token. Any thread.
bool IsRefusal(rd_kafka_resp_err_t error, std::string_view text);

// The refusal as kPermissionDenied: who refused, why, and which of `properties` to look at.
// `certificate_error` is OpenSSL's number (X509_V_ERR_...) of what is wrong with the broker's
// certificate, or 0. Any thread.
absl::Status RefusalStatus(std::string_view text, const KafkaProperties& properties,
                           int certificate_error);

// librdkafka's text of an error without the broker's address before it and the time taken after it.
std::string_view BareErrorText(std::string_view text);

}  // namespace wiredesk
