//! Tags articles from Kafka by keywords: rdkafka, sonic-rs and an Aho-Corasick automaton.
//!
//!     peer daachorse|dfa BROKERS INPUT OUTPUT GROUP KEYWORDS.tsv
//!
//! At least once: offsets are committed once a second, when everything sent was delivered.

mod article;
mod keywords;
mod tagger;

use std::error::Error;
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Message};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, ProducerContext};

use keywords::Keywords;
use tagger::{Origin, Tagger};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const COMMIT_INTERVAL: Duration = Duration::from_secs(1);
const FLUSH_TIMEOUT: Duration = Duration::from_secs(60);
const SENT_BETWEEN_POLLS: u32 = 100; // Of the producer, for its delivery reports.

struct DeliveryCheck;
impl ClientContext for DeliveryCheck {}
impl ProducerContext for DeliveryCheck {
    type DeliveryOpaque = ();
    fn delivery(&self, result: &DeliveryResult<'_>, _: ()) {
        if let Err((error, _)) = result {
            eprintln!("peer: an output was not delivered: {error}");
            std::process::exit(1);
        }
    }
}

fn consumer(brokers: &str, group: &str) -> Result<BaseConsumer, KafkaError> {
    ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", group)
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false")
        .set("check.crcs", "true")
        .set("fetch.wait.max.ms", "100")
        .create()
}

fn producer(brokers: &str) -> Result<BaseProducer<DeliveryCheck>, KafkaError> {
    ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("enable.idempotence", "true")
        .set("linger.ms", "5")
        .set("compression.codec", "lz4")
        .set("queue.buffering.max.messages", "20000")
        .create_with_context(DeliveryCheck)
}

fn send(
    producer: &BaseProducer<DeliveryCheck>,
    topic: &str,
    key: &[u8],
    value: &[u8],
) -> Result<(), KafkaError> {
    let mut record = BaseRecord::to(topic).key(key).payload(value);
    loop {
        match producer.send(record) {
            Ok(()) => return Ok(()),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), refused)) => {
                record = refused;
                producer.poll(Duration::from_millis(10));
            }
            Err((error, _)) => return Err(error),
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [variant, brokers, input, output, group, rules] = arguments else {
        return Err("usage: peer daachorse|dfa BROKERS INPUT OUTPUT GROUP KEYWORDS.tsv".into());
    };
    let mut tagger = Tagger::new(Keywords::load(rules, variant)?);
    let consumer = consumer(brokers, group)?;
    consumer.subscribe(&[input])?;
    let producer = producer(brokers)?;
    let mut last_commit = Instant::now();
    let mut uncommitted = false;
    let mut sent = 0;
    loop {
        if let Some(message) = consumer.poll(Duration::from_millis(100)) {
            let message = message?;
            let origin = Origin {
                topic: input,
                partition: message.partition(),
                offset: message.offset(),
            };
            let record = tagger.tag(message.payload().unwrap_or_default(), &origin)?;
            send(&producer, output, message.key().unwrap_or_default(), record)?;
            uncommitted = true;
            sent += 1;
        }
        if sent >= SENT_BETWEEN_POLLS {
            producer.poll(Duration::ZERO);
            sent = 0;
        }
        if uncommitted && last_commit.elapsed() >= COMMIT_INTERVAL {
            producer.flush(FLUSH_TIMEOUT)?;
            consumer.commit_consumer_state(CommitMode::Async)?;
            last_commit = Instant::now();
            uncommitted = false;
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Err(error) = run(&arguments) {
        eprintln!("peer: {error}");
        std::process::exit(1);
    }
}
