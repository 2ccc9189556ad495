#include "app/worker.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "config/check.h"
#include "pipeline/broker_check.h"
#include "pipeline/kafka_client.h"
#include "stages/make_stage.h"

namespace wiredesk {
namespace {

constexpr std::chrono::milliseconds kLimitsTimeout{1000};

std::size_t LaneCount(const RuntimeSettings& runtime) {
  if (runtime.lanes > 0) return static_cast<std::size_t>(runtime.lanes);
  return std::max(1u, std::thread::hardware_concurrency());
}

// Once for all lanes; as consumer and as producer, which may have different rights.
absl::Status CheckAccess(const Settings& settings, std::chrono::milliseconds timeout) {
  const absl::StatusOr<KafkaProperties> consumer = ConsumerProperties(settings);
  if (!consumer.ok()) return consumer.status();
  const absl::StatusOr<KafkaProperties> producer = ProducerProperties(settings.kafka);
  if (!producer.ok()) return producer.status();
  const std::string outputs[] = {settings.output.topic, settings.dead_letter_topic};
  absl::Status status = CheckBrokers(RD_KAFKA_CONSUMER, *consumer, settings.input.topics, timeout);
  if (status.ok()) status = CheckBrokers(RD_KAFKA_PRODUCER, *producer, outputs, timeout);
  return status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaWorker>> KafkaWorker::Open(const Settings& settings,
                                                               const RulesHolder& rules,
                                                               const WorkerOptions& options) {
  std::unique_ptr<KafkaWorker> worker(new KafkaWorker(settings, rules));
  if (absl::Status status = CheckAccess(settings, options.connect_timeout); !status.ok()) {
    return status;
  }
  if (absl::Status status = worker->AskLimits(); !status.ok()) return status;
  const std::size_t count = LaneCount(settings.runtime);
  for (std::size_t i = 0; i < count; ++i) {
    if (absl::Status status = worker->AddLane(options); !status.ok()) return status;
  }
  for (const auto& lane : worker->lanes_) {
    if (!lane->sink->Connect()) break;  // Lanes connect in the background, too.
  }
  for (const auto& lane : worker->lanes_) {
    if (!lane->sink->transactional()) continue;
    if (absl::Status status = lane->sink->InitTransactions(options.connect_timeout); !status.ok()) {
      return status;
    }
  }
  return worker;
}

KafkaWorker::KafkaWorker(const Settings& settings, const RulesHolder& rules)
    : settings_(settings), rules_(rules), ended_fd_(eventfd(0, EFD_CLOEXEC)) {
  WIREDESK_CHECK(ended_fd_ >= 0);
}

KafkaWorker::~KafkaWorker() {
  for (const auto& lane : lanes_) WIREDESK_CHECK(!lane->thread.joinable());
  close(ended_fd_);
}

// Once for all lanes, and before they are made: how large records may be.
absl::Status KafkaWorker::AskLimits() {
  absl::StatusOr<KafkaProperties> properties = ProducerProperties(settings_.kafka);
  if (!properties.ok()) return properties.status();
  absl::StatusOr<KafkaConf> conf = MakeKafkaConf(*properties);
  if (!conf.ok()) return conf.status();
  const std::size_t client_bytes_max = NumberOf(**conf, "message.max.bytes");
  absl::StatusOr<KafkaHandle> client = MakeKafkaClient(RD_KAFKA_PRODUCER, *std::move(conf));
  if (!client.ok()) return client.status();
  limits_ = AskRecordLimits(client->get(), settings_.output.topic, settings_.dead_letter_topic,
                            client_bytes_max, kLimitsTimeout);
  std::size_t& bytes_max = settings_.output.record_bytes_max;
  bytes_max =
      bytes_max == 0 ? limits_.output_bytes_max : std::min(bytes_max, limits_.output_bytes_max);
  return absl::OkStatus();
}

absl::Status KafkaWorker::AddLane(const WorkerOptions& options) {
  absl::StatusOr<KafkaProperties> consumer = ConsumerProperties(settings_);
  if (!consumer.ok()) return consumer.status();
  absl::StatusOr<KafkaProperties> producer = ProducerProperties(settings_.kafka);
  if (!producer.ok()) return producer.status();
  AddTransactions(settings_, lanes_.size(), *producer);
  // Each lane is a member, and one of two members with the same name is fenced.
  if (const auto name = consumer->find("group.instance.id"); name != consumer->end()) {
    name->second += "-" + std::to_string(lanes_.size());
  }

  auto ends = std::make_unique<LaneEnds>();
  KafkaSourceOptions source_options;
  source_options.topics = settings_.input.topics;
  source_options.properties = *std::move(consumer);
  source_options.commit_interval = settings_.delivery == DeliveryMode::kExactlyOnce
                                       ? settings_.runtime.transaction_interval
                                       : settings_.runtime.commit_interval;
  source_options.until_end = options.until_end;
  auto source = KafkaSource::Open(source_options);
  if (!source.ok()) return source.status();
  ends->source = *std::move(source);

  auto sink = KafkaSink::Open(
      {settings_.output.topic, settings_.dead_letter_topic, *std::move(producer), limits_},
      *ends->source);
  if (!sink.ok()) return sink.status();
  ends->sink = *std::move(sink);
  if (ends->sink->transactional()) ends->source->CommitBy(*ends->sink);

  LaneOptions lane_options;
  lane_options.runtime = settings_.runtime;
  lane_options.make_stage = [this](std::string_view name) { return MakeStage(name, settings_); };
  lane_options.rules = &rules_;
  lane_options.name = "lane " + std::to_string(lanes_.size());
  lane_options.watchdog = options.watchdog;
  auto lane = Lane::Make(lane_options, *ends->source, *ends->sink);
  if (!lane.ok()) return lane.status();
  ends->lane = *std::move(lane);
  ends->source->WakeBy(ends->lane->doorbell_fd());
  ends->sink->WakeBy(ends->lane->doorbell_fd());
  lanes_.push_back(std::move(ends));
  return absl::OkStatus();
}

void KafkaWorker::Start() {
  // Relaxed: the threads do not exist yet.
  running_.store(lanes_.size(), std::memory_order_relaxed);
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    lanes_[i]->thread = std::thread([this, i] {
      pthread_setname_np(pthread_self(), fmt::format("lane.{}", i).c_str());
      RunLane(*lanes_[i]);
    });
  }
}

void KafkaWorker::RunLane(LaneEnds& lane) {
  lane.result.status = lane.source->Subscribe(*lane.lane);
  if (lane.result.status.ok()) lane.result = lane.lane->Run();
  // One member's failure is the worker's: half a worker would hide it.
  if (!lane.result.status.ok()) Stop();
  // Relaxed: Join() synchronises on the thread, the eventfd wakes whoever waits.
  if (running_.fetch_sub(1, std::memory_order_relaxed) == 1) {
    const std::uint64_t one = 1;
    WIREDESK_CHECK(write(ended_fd_, &one, sizeof(one)) == static_cast<ssize_t>(sizeof(one)));
  }
}

void KafkaWorker::Stop() {
  for (const auto& lane : lanes_) lane->lane->Stop();
}

LaneResult KafkaWorker::Join() {
  LaneResult all;
  all.drained = true;
  for (const auto& lane : lanes_) {
    if (lane->thread.joinable()) lane->thread.join();
    all.status.Update(lane->result.status);
    all.drained = all.drained && lane->result.drained;
  }
  return all;
}

StatisticsSample KafkaWorker::Sample() const {
  StatisticsSample sample;
  sample.time = std::chrono::steady_clock::now();
  for (const auto& lane : lanes_) {
    sample.counters += lane->lane->counters();
    sample.stalled += lane->lane->stalled() ? 1 : 0;
    sample.blocked += lane->source->blocked();
    const std::int32_t partitions = lane->source->assigned();
    if (partitions < 0) continue;
    sample.partitions = std::max(sample.partitions, 0) + partitions;
    if (const std::int64_t lag = lane->source->lag(); lag >= 0) {
      sample.lag = std::max<std::int64_t>(sample.lag, 0) + lag;
    }
  }
  return sample;
}

std::vector<PartitionState> KafkaWorker::Partitions() const {
  std::vector<PartitionState> all;
  for (const auto& lane : lanes_) {
    for (PartitionState& partition : lane->source->partitions())
      all.push_back(std::move(partition));
  }
  return all;
}

}  // namespace wiredesk
