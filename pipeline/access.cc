#include "pipeline/access.h"

#include <fmt/format.h>
#include <openssl/x509_vfy.h>

#include <array>

#include "pipeline/kafka_client.h"

namespace wiredesk {
namespace {

// What a sign in librdkafka's text means for an operator.
struct Reading {
  std::string_view sign;
  std::string_view cause;  // Empty: the text says it.
  std::string_view look_at;
};

constexpr std::string_view kTokenSettings =
    "sasl.oauthbearer.client.id, sasl.oauthbearer.client.secret, "
    "sasl.oauthbearer.token.endpoint.url and sasl.oauthbearer.scope";

constexpr std::string_view kNoToken = "acquire SASL OAUTHBEARER token";

// The first that fits counts.
constexpr std::array<Reading, 4> kReadings{{
    {kNoToken, "the issuer gives no token", kTokenSettings},
    {"mechanism handshake failed", "", "sasl.mechanism"},
    {"certificate verify failed", "the broker's certificate is not accepted", "ssl.ca.location"},
    {"SSL alert", "the broker does not accept our certificate, or misses one",
     "ssl.certificate.location and ssl.key.location"},
}};

std::string MechanismOf(const KafkaProperties& properties) {
  for (const char* name : {"sasl.mechanism", "sasl.mechanisms"}) {
    const auto found = properties.find(name);
    if (found != properties.end()) return found->second;
  }
  return "GSSAPI";  // librdkafka's default.
}

Reading ReadingOfLogin(std::string_view mechanism) {
  if (mechanism == "OAUTHBEARER")
    return {"", "the broker does not accept the token", kTokenSettings};
  if (mechanism == "GSSAPI") {
    return {"", "", "sasl.mechanism, sasl.kerberos.principal and sasl.kerberos.keytab"};
  }
  return {"", "", "sasl.username and sasl.password"};
}

Reading ReadingOfCertificate(int error) {
  switch (error) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return {"", "the broker's certificate is for another host",
              "bootstrap.servers, and the broker's advertised.listeners"};
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {"", "the broker's certificate is out of date",
              "the broker's certificate, and this machine's clock"};
    default:
      return kReadings[2];
  }
}

Reading ReadingOf(std::string_view text, const KafkaProperties& properties, int certificate_error) {
  for (const Reading& reading : kReadings) {
    if (text.find(reading.sign) == std::string_view::npos) continue;
    return &reading == &kReadings[2] ? ReadingOfCertificate(certificate_error) : reading;
  }
  return ReadingOfLogin(MechanismOf(properties));
}

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

std::string_view BareErrorText(std::string_view text) {
  const std::size_t colon = text.find(": ");
  if (colon != std::string_view::npos && Has(text.substr(0, colon), ":") &&
      !Has(text.substr(0, colon), " ")) {
    text.remove_prefix(colon + 2);
  }
  return text.substr(0, text.rfind(" (after "));
}

bool IsRefusal(rd_kafka_resp_err_t error, std::string_view text) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      // A login that broke off was not answered.
      return !Has(text, "ransport failure") && !Has(text, "imed out") && !Has(text, "isconnected");
    default:
      // With TLS 1.3 a certificate of ours is refused after the handshake: a broken connection.
      return Has(text, "certificate verify failed") || Has(text, "SSL alert number");
  }
}

bool IsBrokersRefusal(rd_kafka_resp_err_t error, std::string_view text) {
  return IsRefusal(error, text) && !Has(text, kNoToken);
}

absl::Status RefusalStatus(std::string_view text, const KafkaProperties& properties,
                           int certificate_error) {
  const Reading reading = ReadingOf(text, properties, certificate_error);
  std::string_view details = BareErrorText(text);
  if (certificate_error != X509_V_OK) details = X509_verify_cert_error_string(certificate_error);
  return absl::PermissionDeniedError(
      fmt::format("no access to Kafka at {}: {}{}{}; look at {}", BrokersOf(properties),
                  reading.cause, reading.cause.empty() ? "" : ": ", details, reading.look_at));
}

}  // namespace wiredesk
