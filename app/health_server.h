// Answers over HTTP how a worker is: GET /healthz, /readyz and /metrics. For supervisors and
// Prometheus, on an address that the settings name; there is no access control.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"

namespace httplib {
class Server;
}

namespace wiredesk {

struct HealthAnswer {
  bool good = true;
  std::string text;  // A line for people.
};

// Called on the server's threads.
struct HealthAnswers {
  std::function<HealthAnswer()> health;  // Not good: 503; a supervisor should restart the worker.
  std::function<HealthAnswer()> ready;   // Not good: 503; no work gets done at the moment.
  std::function<std::string()> metrics;  // In Prometheus' text format.
};

class HealthServer {
 public:
  // `listen`: PORT on 127.0.0.1, HOST:PORT or [IPv6]:PORT; port 0 is any that is free. Serves until
  // it is destroyed. kFailedPrecondition: the address can't be had.
  static absl::StatusOr<std::unique_ptr<HealthServer>> Start(const std::string& listen,
                                                             HealthAnswers answers);
  ~HealthServer();
  HealthServer(const HealthServer&) = delete;
  HealthServer& operator=(const HealthServer&) = delete;

  // "http://127.0.0.1:9645"
  const std::string& url() const { return url_; }

 private:
  explicit HealthServer(HealthAnswers answers);

  const HealthAnswers answers_;
  std::unique_ptr<httplib::Server> server_;
  std::string url_;
  std::thread thread_;
};

}  // namespace wiredesk
