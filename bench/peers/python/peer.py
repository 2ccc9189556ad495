"""Tags articles from Kafka by keywords: confluent-kafka, orjson and a compiled automaton.

    peer.py BROKERS INPUT OUTPUT GROUP KEYWORDS.tsv

At least once: offsets are committed once a second, when everything sent was delivered.
"""

import os
import re
import sys
import time

import orjson
from ahocorasick_rs import BytesAhoCorasick, MatchKind
from confluent_kafka import Consumer, Producer

EVIDENCE_MAX = 20
COMMIT_INTERVAL_S = 1
BATCH = 500

# Lower-case ASCII; a space for what is neither letter nor digit.
FOLD = bytes(ord(chr(c).lower()) if chr(c).isalnum() or c >= 128 else 32 for c in range(128))
FOLD += bytes(range(128, 256))
# Marks that are not ASCII: as many spaces. Two patterns, as a constant replacement calls no Python.
MARKS_OF_2 = re.compile(rb"\xc2.", re.DOTALL)
MARKS_OF_3 = re.compile(rb"\xe2\x80.", re.DOTALL)


def fold(text):
    text = text.translate(FOLD)
    if b"\xc2" in text:
        text = MARKS_OF_2.sub(b"  ", text)
    if b"\xe2\x80" in text:
        text = MARKS_OF_3.sub(b"   ", text)
    return text


class Tagger:
    def __init__(self, rules):
        with open(rules, encoding="ascii") as lines:
            pairs = [line.rstrip("\n").split("\t") for line in lines]
        self.keywords = [keyword for keyword, _ in pairs]
        self.topics = [topic for _, topic in pairs]
        # The spaces beside it make the automaton find whole words only.
        self.automaton = BytesAhoCorasick(
            [b" %s " % keyword.encode() for keyword in self.keywords],
            matchkind=MatchKind.Standard)

    def evidence(self, keyword, start, title, body):
        field, text = "title", title
        if start > len(title):
            field, text = "body", body
            start -= len(title) + 2
        end = start + len(self.keywords[keyword])
        return {"term": self.keywords[keyword], "field": field, "start": start, "end": end,
                "text": text[start:end].decode()}

    def tags(self, title, body):
        """`title`, `body`: UTF-8."""
        text = b" %s  %s " % (fold(title), fold(body))
        seen = set()
        tags = {}
        for keyword, start, _ in self.automaton.find_matches_as_indexes(text, overlapping=True):
            if keyword in seen:
                continue
            seen.add(keyword)
            topic = self.topics[keyword]
            tag = tags.get(topic)
            if tag is None:
                tag = tags[topic] = {"id": topic, "score": 0, "evidence": []}
            tag["score"] += 1
            if len(tag["evidence"]) < EVIDENCE_MAX:
                tag["evidence"].append(self.evidence(keyword, start, title, body))
        return sorted(tags.values(), key=lambda tag: (-tag["score"], tag["id"]))

    def record(self, message):
        article = orjson.loads(message.value())
        title = article.get("title")
        body = article.get("body") or ""
        return orjson.dumps({
            "id": article["id"], "language": article.get("language"), "title": title,
            "published_at": article.get("published_at"), "source": article.get("source"),
            "tags": self.tags((title or "").encode(), body.encode()),
            "origin": {"topic": message.topic(), "partition": message.partition(),
                       "offset": message.offset()}})


def check_delivery(error, _):
    if error is not None:
        print("peer: an output was not delivered:", error, file=sys.stderr, flush=True)
        os._exit(1)


def send(producer, output, key, value):
    while True:
        try:
            producer.produce(output, value, key, on_delivery=check_delivery)
            return
        except BufferError:
            producer.poll(0.01)


def take(consumer):
    """What is there; waits only for the first message, as a batch is waited for until it is full."""
    first = consumer.poll(0.1)
    return [] if first is None else [first, *consumer.consume(BATCH - 1, 0)]


def main():
    if len(sys.argv) != 6:
        sys.exit("usage: peer.py BROKERS INPUT OUTPUT GROUP KEYWORDS.tsv")
    brokers, source, output, group, rules = sys.argv[1:]
    tagger = Tagger(rules)
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": group,
                         "auto.offset.reset": "earliest", "enable.auto.commit": False,
                         "check.crcs": True, "fetch.wait.max.ms": 100})
    producer = Producer({"bootstrap.servers": brokers, "enable.idempotence": True, "linger.ms": 5,
                         "compression.codec": "lz4", "queue.buffering.max.messages": 20000})
    consumer.subscribe([source])
    last_commit = time.monotonic()
    uncommitted = False
    while True:
        for message in take(consumer):
            if message.error():
                sys.exit(f"peer: {message.error()}")
            send(producer, output, message.key(), tagger.record(message))
            uncommitted = True
        producer.poll(0)
        if uncommitted and time.monotonic() - last_commit >= COMMIT_INTERVAL_S:
            producer.flush()
            consumer.commit(asynchronous=True)
            last_commit = time.monotonic()
            uncommitted = False


if __name__ == "__main__":
    main()
