#include "app/health_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>
#include <string>

#include "app/metrics_text.h"

namespace wiredesk {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class HealthServerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto server = HealthServer::Start(
        "0", {[this] {
                return HealthAnswer{healthy_, healthy_ ? "ok" : "thread x is stuck"};
              },
              [this] {
                return HealthAnswer{ready_, ready_ ? "ok" : "joining the group"};
              },
              [] { return std::string("wiredesk_x 1\n"); }});
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  httplib::Result Get(const char* path) { return httplib::Client(server_->url()).Get(path); }

  std::atomic<bool> healthy_ = true;
  std::atomic<bool> ready_ = true;
  std::unique_ptr<HealthServer> server_;
};

TEST_F(HealthServerTest, TellsHealthAndReadinessByStatusAndWords) {
  EXPECT_EQ(Get("/healthz")->status, 200);
  EXPECT_EQ(Get("/readyz")->status, 200);
  ready_ = false;
  EXPECT_EQ(Get("/healthz")->status, 200);
  EXPECT_EQ(Get("/readyz")->status, 503);
  EXPECT_EQ(Get("/readyz")->body, "joining the group\n");
  healthy_ = false;
  EXPECT_EQ(Get("/healthz")->status, 503);
  EXPECT_EQ(Get("/healthz")->body, "thread x is stuck\n");
}

TEST_F(HealthServerTest, ServesMetricsAndNothingElse) {
  const auto metrics = Get("/metrics");
  EXPECT_EQ(metrics->body, "wiredesk_x 1\n");
  EXPECT_THAT(metrics->get_header_value("Content-Type"), StartsWith("text/plain; version=0.0.4"));
  EXPECT_EQ(Get("/")->status, 404);
  EXPECT_EQ(Get("/../etc/passwd")->status, 404);
}

TEST_F(HealthServerTest, ListensOnLoopbackUnlessToldOtherwise) {
  EXPECT_THAT(server_->url(), StartsWith("http://127.0.0.1:"));
}

TEST_F(HealthServerTest, APortInUseIsAnError) {
  const std::string port = server_->url().substr(server_->url().rfind(':') + 1);
  const auto second = HealthServer::Start(port, {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("metrics.listen"));
}

TEST(MetricsTextTest, NamesEachFigureOnceWithItsType) {
  StatisticsSample sample;
  sample.counters.articles_in = 12;
  sample.counters.dead_letters[static_cast<std::size_t>(Failure::kInvalidJson)] = 3;
  sample.rules = "c750d890dd16087e";
  sample.stalled = 1;
  const std::string text =
      MetricsText(sample, {{"news.raw", 0, 17, false}, {"news.raw", 1, -1, true}},
                  {{"lane 0 match.0", std::chrono::milliseconds(2500), false},
                   {"lane 0 port", std::chrono::milliseconds(2500), true}});
  EXPECT_THAT(text, HasSubstr("# TYPE wiredesk_consumed_records_total counter\n"
                              "wiredesk_consumed_records_total 12\n"));
  EXPECT_THAT(text, HasSubstr("wiredesk_dead_letter_records_total{reason=\"invalid_json\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("wiredesk_ruleset_info{digest=\"c750d890dd16087e\"} 1\n"));
  EXPECT_THAT(text,
              HasSubstr("wiredesk_consumer_lag_records{topic=\"news.raw\",partition=\"0\"} 17\n"));
  EXPECT_THAT(text, Not(HasSubstr("lag_records{topic=\"news.raw\",partition=\"1\"}")));
  EXPECT_THAT(text,
              HasSubstr("wiredesk_partition_blocked{topic=\"news.raw\",partition=\"1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("wiredesk_stuck_threads 1\n"));
  EXPECT_THAT(text, HasSubstr("wiredesk_stalled_lanes 1\n"));
}

}  // namespace
}  // namespace wiredesk
