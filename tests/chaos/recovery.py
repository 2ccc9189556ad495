#!/usr/bin/env python3
"""How soon a killed worker is back, and how one that is told to stop stops, measured:

    tests/chaos/recovery.py --program build/release/app/wiredesk --brokers 127.0.0.1:9092 \\
        --mode exactly_once --kills 20 --terms 40

Needs a Kafka made by tools/kafka, and kcat. One worker with a name of its own in the group (static
membership), while articles flow. Kills: SIGKILL, and a start at once; what counts is the time from
the start to the first article that was not there before, as a read_committed reader sees it. Stops:
SIGTERM at a random moment, the start-up included; what counts is the time to the end and its status.

The bounds (--recovery-max, --term-max, in seconds) are checked, and so is that stops repeat nothing and
that nothing is ever lost. Prints figures as JSON; exit status 0, 1 where a bound does not hold, 2 if
the run itself failed.
"""

import argparse
import json
import pathlib
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from chaos import (Oracle, Run, Worker, add_brokers_option, expected_tags, lag_of, places_of,
                   status_without_brokers, wait_for, write_feed)


class Follower:
    """Sees outputs as they become visible: how many of different articles, and when the last new one
    came."""

    def __init__(self, brokers, topic):
        self.seen = set()
        self.new_at = 0.0
        self.lock = threading.Lock()
        self.process = subprocess.Popen(
            ["kcat", "-q", "-u", "-b", brokers, "-C", "-t", topic, "-o", "beginning", "-f", "%k\\n", "-X",
             "isolation.level=read_committed", "-X", "fetch.wait.max.ms=10"], stdout=subprocess.PIPE)
        threading.Thread(target=self.follow, daemon=True).start()

    def follow(self):
        for key in self.process.stdout:
            with self.lock:
                if key not in self.seen:
                    self.seen.add(key)
                    self.new_at = time.monotonic()

    def count(self):
        with self.lock:
            return len(self.seen)

    def wait_for_news(self, count, seconds):
        """The moment at which there is one more than `count`."""
        if not wait_for(lambda: self.count() > count, seconds, 0.002):
            raise RuntimeError(f"no output within {seconds} s")
        return time.monotonic()

    def close(self):
        self.process.kill()
        self.process.wait()


class Feed:
    """Articles in a stream that does not end by itself."""

    def __init__(self, run, path):
        self.process = subprocess.Popen(
            [run.options.program, "feed", path, "--to", run.topics["in"], "-b", run.options.brokers,
             "--rate", str(run.options.rate)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def measure_kills(run, worker, follower, chance):
    times = []
    worker.start()
    follower.wait_for_news(0, 60)
    for _ in range(run.options.kills):
        time.sleep(chance.uniform(0.5, 1.5))
        worker.signal(signal.SIGKILL)
        worker.wait(10)
        time.sleep(0.3)  # What it has sent is then seen.
        before = follower.count()
        begin = time.monotonic()
        worker.start()
        times.append(follower.wait_for_news(before, 60) - begin)
    return times


def measure_terms(run, worker, chance):
    times = []
    statuses = []
    for _ in range(run.options.terms):
        if not worker.alive():
            worker.start()
        # Before that a signal is not yet the program's to handle.
        wait_for(lambda: "group " in worker.log.read_text("utf-8", "replace"), 20)
        time.sleep(chance.uniform(0, 1.5))
        begin = time.monotonic()
        worker.signal(signal.SIGTERM)
        statuses.append(worker.wait(60))
        times.append(time.monotonic() - begin)
    return times, statuses


def work_off(run, worker, feed):
    feed.end()
    worker.start(more=("--until-end",))
    worker.wait(300)


def account(run, feed):
    oracle = Oracle(expected_tags(run.options, run.rules, feed), places_of(run))
    oracle.read(run.options, run.topics)
    return {**oracle.verdict(), "lag": lag_of(run)}


def figures(times):
    ordered = sorted(times)
    return {"runs": len(times), "median_s": round(statistics.median(times), 2),
            "p95_s": round(ordered[int(len(ordered) * 0.95)], 2) if len(ordered) > 1 else None,
            "max_s": round(ordered[-1], 2)}


def phase(options, folder, measure):
    """One part on topics of its own: what `measure` gives, and the account."""
    folder.mkdir()
    run = Run(options, folder)
    chance = random.Random(options.seed)
    path = folder / "feed.ndjson"
    write_feed(path, options.articles, chance)
    worker = Worker(run, "slot-0")
    follower = Follower(options.brokers, run.topics["out"])
    feed = Feed(run, path)
    try:
        result = measure(run, worker, follower, chance)
        worker.signal(signal.SIGTERM)
        if worker.process is not None:
            worker.wait(60)
        work_off(run, worker, feed)
    finally:
        follower.close()
        for process in (feed.process, worker.process):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
    return result, account(run, path)


def measure_all(options, folder):
    report = {"mode": options.mode}
    faults = []
    if options.kills:
        times, verdict = phase(options, folder / "kills", measure_kills)
        report["kills"] = {**figures(times), "account": verdict}
        if statistics.median(times) > options.recovery_max:
            faults.append(f"the median recovery takes more than {options.recovery_max} s")
        faults += accounted("kills", verdict, options.mode == "exactly_once")
    if options.terms:
        (times, statuses), verdict = phase(options, folder / "terms",
                                           lambda run, worker, _, chance: measure_terms(run, worker, chance))
        report["terms"] = {**figures(times), "statuses": sorted(set(statuses)), "account": verdict}
        if max(times) > options.term_max:
            faults.append(f"a stop takes more than {options.term_max} s")
        if set(statuses) != {0}:
            faults.append("a stop ends with another status than 0")
        faults += accounted("terms", verdict, True)
    report["faults"] = faults
    return report


def accounted(what, verdict, once):
    kinds = ["lost", "wrong_tags", "lag"] + (["doubled", "out_of_order"] if once else [])
    return [f"{what}: {verdict[kind]} {kind}" for kind in kinds if verdict[kind] != 0]


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    add_brokers_option(parser)
    parser.add_argument("--mode", choices=("at_least_once", "exactly_once"), default="exactly_once")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--terms", type=int, default=40)
    parser.add_argument("--rate", type=int, default=1000, help="articles a second")
    parser.add_argument("--articles", type=int, default=400000, help="more than are sent")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--recovery-max", type=float, default=2.0, help="of the median")
    parser.add_argument("--term-max", type=float, default=3.0, help="of each")
    parser.add_argument("--consumer", type=json.loads, default={},
                        help="more consumer properties, as JSON")
    parser.set_defaults(net=0)  # Of chaos.Run: no proxy.
    return parser.parse_args()


def main():
    options = parse_options()
    if not options.brokers:
        return status_without_brokers("recovery")
    with tempfile.TemporaryDirectory(prefix="wiredesk-recovery-") as folder:
        try:
            report = measure_all(options, pathlib.Path(folder))
        except (RuntimeError, subprocess.SubprocessError, OSError) as error:
            print(f"recovery: {error}", file=sys.stderr)
            return 2
    print(json.dumps(report, indent=1))
    return 1 if report["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
