"""Breaks workers, brokers and the network while articles flow, then accounts for every article.

    tests/chaos/chaos.py --program build/release/tests/wiredesk_chaos --brokers 127.0.0.1:9092 \
        --kills 300 --minutes 15 --seed 1

Needs a Kafka made by tools/kafka (three nodes for --broker-kills) and kcat; WIREDESK_KAFKA_DIR says which.
Workers are two slots that keep their identity over restarts, and guests that join and leave. What happens
to them:

  kill    SIGKILL at a random time
  crash   SIGKILL at a named point of the commit path (pipeline/crash_point.h): the one that was
          passed the fewest times
  reload  SIGHUP after the rules were written anew
  term    SIGTERM; must end with status 0
  guest   one more member joins, and leaves by SIGTERM or SIGKILL
  zombie  SIGSTOP for longer than the session timeout, then SIGCONT
  broker  SIGKILL of a node, which comes back seconds later
  net     the network to one broker or to all is bad for some seconds, in each way of network.py in
          turn: slow, narrow, reset, swallowing all or only the replies, cutting a frame in its middle,
          dropping the reply to the end of a transaction (to a commit of offsets, at least once)

For --nets the Kafka needs `--listener PROXIED=PLAINTEXT`: workers then go through a proxy (proxy.py) all the
time, the feed and the oracle do not.

The oracle reads with isolation.level=read_committed and counts for each input record (partition and
offset, which outputs and dead letters carry): lost, doubled, out of order, wrongly tagged (against
`wiredesk tag` on the same articles), and at the end the group's lag. Exactly once allows none of them;
at least once allows repeats, at most what was in flight at each violent end.

With --steady the first slot is left alone, and the growth of its memory after the first sixth of the run
is reported.

Exit status: 0 all accounted for, 1 violations, 2 the run itself failed.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import network

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
PARTITIONS = 4
SESSION_TIMEOUT_S = 6
# Until the broker has aborted the transaction of somebody who did not come back. What stands behind an
# open one is not to be read yet.
TRANSACTION_TIMEOUT_S = 15 + 30
BATCHES = 8
BATCH_ARTICLES = 64
POINTS = {
    "exactly_once": ["after_poll", "between_sends", "before_flush", "after_flush", "before_send_offsets",
                     "after_send_offsets", "after_commit", "drain", "drained", "assign",
                     "revoke_begin", "revoke_end", "reload"],
    "at_least_once": ["after_poll", "between_sends", "before_commit", "drain", "drained", "assign",
                      "revoke_begin", "revoke_end", "reload"],
}
# By the method of Faults: the option that says how many, and its default.
FAULTS = {"kill": ("--kills", 5), "crash": ("--crashes", 8), "term": ("--terms", 2),
          "guest": ("--guests", 2), "zombie": ("--zombies", 1), "reload": ("--reloads", 2),
          "broker": ("--broker-kills", 0), "net": ("--nets", 0)}
# For the tests: each kind of fault, and each point about once.
SHORT = {"minutes": 1.2, "rate": 1000, "kill": 3, "term": 1, "guest": 1, "zombie": 1, "reload": 2}
# Points that only a rebalance, a stop or a reload comes by.
NEEDS_REBALANCE = {"revoke_begin", "revoke_end"}
NEEDS_TERM = {"drain", "drained"}
NEEDS_RELOAD = {"reload"}
# How a worker may end that met a fault of somebody else: restart me, no broker, fenced, drain timeout.
MAY_END_WITH = {69, 75, 79, 80}


class Run:
    """One cluster, its topics, and the settings of the workers."""

    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        name = f"chaos-{os.getpid()}-{folder.name}"
        self.group = name
        self.network = self.make_network() if options.net else None
        self.worker_brokers = self.network.brokers if self.network else options.brokers
        self.topics = {kind: f"{name}.{kind}" for kind in ("in", "out", "dead")}
        for topic in self.topics.values():
            self.tool("topic", topic, str(PARTITIONS))
        self.rules = folder / "chaos.rules"
        self.rules_version = 0
        self.write_rules()
        self.counts = collections.Counter()
        self.ends = collections.Counter()
        self.memory = []  # KiB, by the second.

    def make_network(self):
        try:
            addresses = [self.tool(command, "PROXIED").strip() for command in ("bootstrap", "behind")]
        except RuntimeError as error:
            raise RuntimeError(f"{error}\n--nets needs a Kafka started by `tools/kafka start --listener "
                               "PROXIED=PLAINTEXT`") from error
        return network.BadNetwork(*addresses, self.options.mode)

    def write_rules(self):
        """Rules of another version, which give the same tags."""
        self.rules_version += 1
        new = self.rules.with_suffix(".new")
        new.write_text(
            f"pack chaos version {self.rules_version} language en\n"
            'topic c:1 "one" { score 5 alpha~ max 3 2 "beta gamma" need 5 }\n'
            'topic c:2 "two" { score 3 delta max 9 need 6 }\n', encoding="utf-8")
        new.replace(self.rules)

    def tool(self, *arguments):
        result = subprocess.run([TOOLS / "kafka", *arguments], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, timeout=120, check=False)
        if result.returncode != 0:
            raise RuntimeError(f"tools/kafka {' '.join(arguments)}: {result.stderr}")
        return result.stdout

    def settings(self, slot, is_static):
        consumer = {"session.timeout.ms": SESSION_TIMEOUT_S * 1000, "heartbeat.interval.ms": 500}
        if is_static:
            consumer["group.instance.id"] = f"{self.group}-{slot}"
        consumer.update(self.options.consumer)
        settings = {
            "version": 1,
            "kafka": {"bootstrap.servers": self.worker_brokers, "consumer": consumer},
            "input": {"topics": [self.topics["in"]], "group": self.group, "start": "earliest"},
            "rules": [str(self.rules)],
            "output": {"topic": self.topics["out"]},
            "dead_letter": {"topic": self.topics["dead"]},
            "delivery": self.options.mode,
            "transactional_id": f"{self.group}-{slot}",
            "runtime": {"lanes": 1, "batches": BATCHES, "batch_articles": BATCH_ARTICLES,
                        "commit_interval": "200ms", "transaction_interval": "100ms"},
            "statistics": {"interval": "1s"},
        }
        path = self.folder / f"{slot}.yaml"
        path.write_text(json.dumps(settings), encoding="utf-8")  # YAML reads JSON.
        return path

    def rebalances(self):
        """How often a worker was given partitions or gave some up, by its log."""
        return sum(len(re.findall("kafka: (assigned|giving up|lost) ", log.read_text("utf-8", "replace")))
                   for log in self.folder.glob("*.log"))

    def watch_memory(self, worker):
        """Takes down the worker's resident memory each second, until it ends."""
        def watch():
            status = pathlib.Path(f"/proc/{worker.process.pid}/status")
            while worker.alive():
                lines = status.read_text("ascii").splitlines()
                self.memory += [int(line.split()[1]) for line in lines if line.startswith("VmRSS")]
                time.sleep(1)
        threading.Thread(target=watch, daemon=True).start()

    def memory_growth(self):
        """Of the median of the last sixth over that of the second sixth."""
        sixth = len(self.memory) // 6
        early, late = self.memory[sixth:2 * sixth], self.memory[-sixth:]
        return statistics.median(late) / statistics.median(early) - 1 if sixth else None


class Worker:
    """A slot: its process is replaced, its identity stays."""

    def __init__(self, run, slot, is_static=True):
        self.run = run
        self.slot = slot
        self.config = run.settings(slot, is_static)
        self.process = None
        self.starts = 0

    def start(self, crash="", more=()):
        self.starts += 1
        self.log = self.run.folder / f"{self.slot}-{self.starts}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [self.run.options.program, "run", "-c", self.config, *more], stdout=log,
                stderr=subprocess.STDOUT, env={**os.environ, "WIREDESK_CRASH": crash})

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        if self.alive():
            self.process.send_signal(number)

    def wait(self, seconds):
        """The exit status; a negative one for a signal."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise RuntimeError(f"{self.slot} does not end; its log is {self.log}") from error
        self.run.ends[status] += 1
        if status not in {0, -signal.SIGKILL} | MAY_END_WITH:
            raise RuntimeError(f"{self.slot} ended with {status}:\n" + tail(self.log))
        return status

    def wait_for_assignment(self, seconds):
        return wait_for(lambda: not self.alive() or "assigned" in self.log.read_text("utf-8", "replace"),
                        seconds)

    def restart_if_ended(self):
        if not self.alive():
            self.wait(0)
            self.start()


def tail(path):
    return path.read_text("utf-8", "replace")[-3000:]


def wait_for(done, seconds, pause=0.05):
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


class Faults:
    """What can be done to the workers, each as one call that leaves two live slots behind."""

    def __init__(self, run, chance):
        self.run = run
        self.chance = chance
        self.slots = [Worker(run, f"slot-{i}") for i in range(2)]
        self.guests = 0
        self.passed = {point: 0 for point in POINTS[run.options.mode]}
        self.tried = dict(self.passed)
        self.spared = self.slots[:1] if run.options.steady else []

    def any_slot(self):
        return self.chance.choice([slot for slot in self.slots if slot not in self.spared])

    def kill(self):
        slot = self.any_slot()
        slot.signal(signal.SIGKILL)
        slot.wait(10)
        slot.start()

    def term(self):
        slot = self.any_slot()
        slot.wait_for_assignment(20)
        slot.signal(signal.SIGTERM)
        slot.wait(60)
        slot.start()

    def crash(self):
        point = min(self.passed, key=lambda name: (self.passed[name], self.tried[name]))
        self.tried[point] += 1
        slot = self.any_slot()
        slot.signal(signal.SIGKILL)
        slot.wait(10)
        once = NEEDS_REBALANCE | NEEDS_TERM | NEEDS_RELOAD | {"assign"}
        passes = 1 if point in once else self.chance.randint(1, 30)
        slot.start(crash=f"{point}:{passes}")
        guests = []
        if point in once - {"assign"}:
            slot.wait_for_assignment(20)
        if point in NEEDS_TERM:
            slot.signal(signal.SIGTERM)
        elif point in NEEDS_RELOAD:
            self.run.write_rules()
            slot.signal(signal.SIGHUP)
        elif point in NEEDS_REBALANCE:  # With two more, each member has one partition.
            guests = [self.join(), self.join()]
        by_itself = wait_for(lambda: not slot.alive(), 20)
        slot.signal(signal.SIGKILL)
        if slot.wait(10) == -signal.SIGKILL and by_itself:
            self.passed[point] += 1
            self.run.counts[f"crash {point}"] += 1
        slot.start()
        for guest in guests:
            self.leave(guest)

    def join(self):
        self.guests += 1
        guest = Worker(self.run, f"guest-{self.guests}", is_static=False)
        guest.start()
        return guest

    def leave(self, guest):
        guest.wait_for_assignment(15)
        time.sleep(self.chance.uniform(0, 1))
        guest.signal(self.chance.choice([signal.SIGTERM, signal.SIGKILL]))
        guest.wait(60)

    def guest(self):
        self.leave(self.join())

    def reload(self):
        self.run.write_rules()
        for slot in self.slots:
            slot.wait_for_assignment(20)  # At its very start SIGHUP ends a process.
            slot.signal(signal.SIGHUP)

    def zombie(self):
        slot = self.any_slot()
        slot.signal(signal.SIGSTOP)
        time.sleep(SESSION_TIMEOUT_S + self.chance.uniform(1, 4))
        slot.signal(signal.SIGCONT)
        time.sleep(1)

    def broker(self):
        node = str(self.chance.randint(1, 3))
        self.run.tool("kill", node)
        time.sleep(self.chance.uniform(0.5, 5))
        try:
            self.run.tool("revive", node)
        except RuntimeError:  # A busy machine may not have let go of what the node held.
            time.sleep(5)
            self.run.tool("revive", node)

    def net(self):
        self.run.counts[f"net {self.run.network.break_once(self.chance)}"] += 1

    def after(self):
        for slot in self.slots:
            slot.restart_if_ended()


def write_feed(path, count, chance):
    words = ["alpha", "alphas", "beta gamma", "delta", "epsilon", "zeta", "eta", "theta"]
    with path.open("w", encoding="utf-8") as file:
        for i in range(count):
            text = " ".join(chance.choices(words, k=12))
            # One in a thousand is bad, and must come out as a dead letter.
            bad = "" if i % 1000 else ", \"title\": 1e"
            file.write(f'{{"id": "{i}", "title": "{words[i % 8]}", "body": "{text}"{bad}}}\n')


def expected_tags(options, rules, feed):
    """By id: [(topic, score)...], or "dead"."""
    output = subprocess.run([options.program, "tag", "--rules", rules, feed], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, check=False).stdout
    tags = {}
    for line in output.splitlines():
        record = json.loads(line)
        if "tags" in record:
            tags[record["id"]] = [(tag["id"], tag["score"]) for tag in record["tags"]]
    return tags


def read_topic(options, topic):
    """(partition, offset, key, headers, value) of each committed record of the topic."""
    arguments = ["kcat", "-q", "-b", options.brokers, "-C", "-t", topic, "-o", "beginning", "-e",
                 "-X", "isolation.level=read_committed", "-f", "%p\\t%o\\t%k\\t%h\\t%s\\n"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as reader:
        for line in reader.stdout:
            partition, offset, key, headers, value = line.rstrip(b"\n").split(b"\t", 4)
            yield (int(partition), int(offset), key.decode(), headers.decode("utf-8", "replace"),
                   value)


class Oracle:
    """Compares what came out with what went in, by the place of each input record: the feed itself may
    write an article twice when a broker dies."""

    def __init__(self, expected, places):
        self.expected = expected
        self.places = places
        self.seen = collections.Counter()
        self.last = {}
        self.inverted = 0
        self.wrong = 0

    def read(self, options, topics):
        for partition, _, _, _, value in read_topic(options, topics["out"]):
            record = json.loads(value)
            place = record["origin"]["partition"], record["origin"]["offset"]
            tags = [(tag["id"], tag["score"]) for tag in record["tags"]]
            self.wrong += tags != self.expected.get(self.places.get(place), "dead")
            self.note("out", partition, place)
        for partition, _, _, headers, _ in read_topic(options, topics["dead"]):
            fields = dict(field.split("=", 1) for field in headers.split(",") if "=" in field)
            place = int(fields["wiredesk.error.partition"]), int(fields["wiredesk.error.offset"])
            self.wrong += self.places.get(place) in self.expected
            self.note("dead", partition, place)

    def note(self, topic, partition, place):
        self.seen[place] += 1
        stream = topic, partition, place[0]
        self.inverted += place[1] <= self.last.get(stream, -1)
        self.last[stream] = max(place[1], self.last.get(stream, -1))

    def verdict(self):
        return {
            "records": len(self.places),
            "lost": len(self.places.keys() - self.seen.keys()),
            "doubled": sum(times - 1 for times in self.seen.values()),
            "strays": len(self.seen.keys() - self.places.keys()),
            "out_of_order": self.inverted,
            "wrong_tags": self.wrong,
        }


def places_of(run):
    """The key of each input record, by its place."""
    return {(partition, offset): key
            for partition, offset, key, _, _ in read_topic(run.options, run.topics["in"])}


def lag_of(run):
    lag = 0
    for line in run.tool("groups").splitlines():
        fields = line.split()
        if len(fields) >= 6 and fields[0] == run.group:
            lag += int(fields[5]) if fields[5].isdigit() else 0
    return lag


def plan_of(options, chance):
    plan = []
    for name in FAULTS:
        plan += [name] * getattr(options, name)
    chance.shuffle(plan)
    return plan


def break_things(run, faults, chance):
    """All faults of the plan, spread over the time that the feed takes."""
    plan = plan_of(run.options, chance)
    begin = time.monotonic()
    if run.options.steady:
        run.watch_memory(faults.slots[0])
    for number, name in enumerate(plan):
        due = begin + run.options.minutes * 60 * number / max(len(plan), 1)
        time.sleep(max(0.0, due - time.monotonic(), chance.uniform(0, 0.5)))
        getattr(faults, name)()
        run.counts[name] += 1
        faults.after()
        if run.options.verbose:
            print(f"chaos: {number + 1}/{len(plan)} {name}", file=sys.stderr, flush=True)


def account(run, feed, count):
    expected = expected_tags(run.options, run.rules, feed)
    places = places_of(run)
    if len(set(places.values())) != count:
        raise RuntimeError(f"the feed wrote {len(set(places.values()))} articles, not {count}")
    end = time.monotonic() + TRANSACTION_TIMEOUT_S
    while True:
        oracle = Oracle(expected, places)
        oracle.read(run.options, run.topics)
        verdict = oracle.verdict()
        if verdict["lost"] == 0 or time.monotonic() > end:
            break
        time.sleep(3)
    verdict["lag"] = lag_of(run)
    violent = sum(run.counts[name] for name in ("kill", "crash", "guest", "zombie", "broker"))
    violent += 2 * run.counts["net"]  # Both slots may lose their partitions by one.
    in_flight = BATCHES * BATCH_ARTICLES + run.options.rate  # And what a commit interval holds.
    verdict["doubled_max"] = 0 if run.options.mode == "exactly_once" else violent * in_flight
    verdict["rebalances"] = run.rebalances()
    if run.options.steady:
        verdict["memory_kib"] = run.memory[-1]
        verdict["memory_growth"] = run.memory_growth()
    verdict["faults"] = dict(sorted(run.counts.items()))
    verdict["exit_statuses"] = {str(k): v for k, v in sorted(run.ends.items())}
    faults = ("lost", "strays", "wrong_tags", "lag") + (
        ("out_of_order",) if run.options.mode == "exactly_once" else ())
    verdict["passed"] = (all(verdict[name] == 0 for name in faults)
                         and verdict["doubled"] <= verdict["doubled_max"])
    return verdict


def run_all(options, folder):
    chance = random.Random(options.seed)
    run = Run(options, folder)
    count = int(options.minutes * 60 * options.rate)
    feed = folder / "feed.ndjson"
    write_feed(feed, count, chance)
    faults = Faults(run, chance)
    sender = subprocess.Popen(
        [options.program, "feed", feed, "--to", run.topics["in"], "-b", options.brokers, "--rate",
         str(options.rate)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for slot in faults.slots:
            slot.start()
        break_things(run, faults, chance)
        if sender.wait(options.minutes * 60 + 300) != 0:
            raise RuntimeError("the feed failed")
        for slot in faults.slots:
            slot.wait_for_assignment(30)
            slot.signal(signal.SIGTERM)
        for slot in faults.slots:
            slot.wait(60)
        time.sleep(SESSION_TIMEOUT_S + 1)  # Until nobody has a partition any more, to the group's mind.
        rest = faults.slots[0]
        rest.start(more=("--until-end",))
        rest.wait(300)
    finally:
        for process in [sender] + [slot.process for slot in faults.slots]:
            if process and process.poll() is None:
                process.kill()
                process.wait()
    return account(run, feed, count)


def add_brokers_option(parser):
    parser.add_argument("--brokers", default=os.environ.get("WIREDESK_TEST_BROKERS"),
                        help="default: WIREDESK_TEST_BROKERS")


def status_without_brokers(name):
    """Says what is missing; the exit status, by whether that is wanted."""
    print(f"{name}: no brokers: run tools/test or tools/chaos, which start some", file=sys.stderr)
    return 77 if os.environ.get("WIREDESK_SKIP_BROKER_TESTS") else 2


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="a worker built with crash points")
    add_brokers_option(parser)
    parser.add_argument("--mode", choices=sorted(POINTS), default="exactly_once")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1, help="how long articles are sent")
    parser.add_argument("--rate", type=int, default=2000, help="articles a second")
    for name, (option, default) in FAULTS.items():
        parser.add_argument(option, dest=name, type=int, default=default)
    parser.add_argument("--consumer", type=json.loads, default={},
                        help="more consumer properties, as JSON")
    parser.add_argument("--steady", action="store_true",
                        help="leave the first slot alone, and watch its memory")
    parser.add_argument("--short", action="store_true", help="each kind of fault, some 90 seconds")
    parser.add_argument("--keep", action="store_true", help="keep settings and logs")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    if options.short:
        vars(options).update(SHORT, crash=len(POINTS[options.mode]))
    return options


def main():
    options = parse_options()
    if not options.brokers:
        return status_without_brokers("chaos")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="wiredesk-chaos-"))
    keep = options.keep
    try:
        verdict = run_all(options, folder)
        print(json.dumps(verdict, indent=1))
        keep = keep or not verdict["passed"]
        return 0 if verdict["passed"] else 1
    except (RuntimeError, subprocess.SubprocessError, OSError) as error:
        print(f"chaos: {error}", file=sys.stderr)
        keep = True
        return 2
    finally:
        if keep:
            print(f"chaos: settings and logs are in {folder}", file=sys.stderr)
        else:
            subprocess.run(["rm", "-r", folder], check=False)


if __name__ == "__main__":
    sys.exit(main())
