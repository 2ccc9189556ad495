#include "app/health_server.h"

#include <fmt/format.h>
#include <httplib.h>

#include <charconv>
#include <chrono>
#include <string_view>
#include <utility>

namespace wiredesk {
namespace {

constexpr const char* kText = "text/plain; charset=utf-8";
constexpr const char* kMetrics = "text/plain; version=0.0.4; charset=utf-8";
constexpr std::size_t kThreads = 2;
constexpr std::size_t kBodyBytesMax = 1024;  // Nobody needs to send us anything.
constexpr time_t kTimeoutSeconds = 5;

struct Address {
  std::string host;
  int port = 0;
};

Address Parse(std::string_view listen) {
  const std::size_t colon = listen.rfind(':');
  Address address{"127.0.0.1", 0};
  std::string_view port = listen;
  if (colon != std::string_view::npos) {
    std::string_view host = listen.substr(0, colon);
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    address.host = host;
    port = listen.substr(colon + 1);
  }
  std::from_chars(port.data(), port.data() + port.size(), address.port);
  return address;
}

httplib::Server::Handler Answer(const std::function<HealthAnswer()>& ask) {
  return [&ask](const httplib::Request&, httplib::Response& response) {
    const HealthAnswer answer = ask();
    response.status = answer.good ? 200 : 503;
    response.set_content(answer.text + "\n", kText);
  };
}

// Not the library's SO_REUSEPORT, by which two workers would share one port in silence.
void ReuseAddress(socket_t socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
}

}  // namespace

HealthServer::HealthServer(HealthAnswers answers)
    : answers_(std::move(answers)), server_(std::make_unique<httplib::Server>()) {}

absl::StatusOr<std::unique_ptr<HealthServer>> HealthServer::Start(const std::string& listen,
                                                                  HealthAnswers answers) {
  std::unique_ptr<HealthServer> health(new HealthServer(std::move(answers)));
  httplib::Server& server = *health->server_;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_payload_max_length(kBodyBytesMax);
  server.set_read_timeout(kTimeoutSeconds);
  server.set_write_timeout(kTimeoutSeconds);
  server.set_keep_alive_max_count(1);  // A connection that is held would keep one of few threads.
  server.set_socket_options(ReuseAddress);
  server.Get("/healthz", Answer(health->answers_.health));
  server.Get("/readyz", Answer(health->answers_.ready));
  server.Get("/metrics", [&health = *health](const httplib::Request&, httplib::Response& response) {
    response.set_content(health.answers_.metrics(), kMetrics);
  });

  Address address = Parse(listen);
  if (address.port == 0) {
    address.port = server.bind_to_any_port(address.host.c_str());
    if (address.port < 0) address.port = 0;
  } else if (!server.bind_to_port(address.host.c_str(), address.port)) {
    address.port = 0;
  }
  if (address.port == 0) {
    return absl::FailedPreconditionError(fmt::format(
        "metrics.listen: can't listen at {}: the address is not this machine's, or in use",
        listen));
  }
  const bool is_v6 = address.host.find(':') != std::string::npos;
  health->url_ = fmt::format("http://{}{}{}:{}", is_v6 ? "[" : "", address.host, is_v6 ? "]" : "",
                             address.port);
  health->thread_ = std::thread([&server] { server.listen_after_bind(); });
  // Before that, stop() would have no effect.
  while (!server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return health;
}

HealthServer::~HealthServer() {
  server_->stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace wiredesk
