#!/usr/bin/env python3
"""Runs `wiredesk bench` with its own broker and checks what it says. Usage: bench_test.py PROGRAM"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

PROGRAM = os.path.abspath(sys.argv.pop())
SMALL = ("--articles", "600", "--partitions", "2", "--latency-rate", "0")
MANY = ("--articles", "30000", *SMALL[2:])

# A worker as any other program would be: told everything on its command line.
WORKER = """#!/bin/sh
set -e
cat > worker-$$.yaml <<END
version: 1
kafka: {{bootstrap.servers: "$1"}}
input: {{topics: [$2], group: $4{group}, start: earliest}}
rules: [{rules}]
output: {{topic: $3}}
runtime: {{lanes: 1}}
END
exec {program} run -c worker-$$.yaml
"""
COMMAND = "./worker {brokers} {input} {output} {group} {rules} {delivery}"


class Bench(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        syllables = ("bat", "cor", "dun", "fel", "gam", "hol", "irm", "jas", "ken", "lod", "mur")
        words = [a + b + c for a in syllables for b in syllables for c in syllables]
        dice = random.Random(1)
        with open(self.path("feed.ndjson"), "w", encoding="utf-8") as feed:
            for number in range(90):
                text = " ".join(dice.choice(words) for _ in range(60))
                feed.write(json.dumps({"id": f"a-{number}", "title": text[:40], "body": text}) + "\n")
            feed.write('{"id": "refused", "title": 7}\n')

    def path(self, name):
        return os.path.join(self.folder, name)

    def bench(self, status, *arguments):
        """Standard output and error of a benchmark that must end with `status`."""
        done = subprocess.run([PROGRAM, "bench", "feed.ndjson", *arguments], cwd=self.folder,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout, done.stderr

    def results(self, name="out.json"):
        with open(self.path(name), encoding="utf-8") as file:
            return json.load(file)

    def write_worker(self, rules="", group=""):
        with open(self.path("worker"), "w", encoding="utf-8") as file:
            file.write(WORKER.format(program=PROGRAM, rules=rules, group=group))
        os.chmod(self.path("worker"), 0o755)

    def write_rules(self, name, keywords):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write("pack other version 1 language any\n")
            for topic in sorted({topic for _, topic in keywords}):
                scores = " ".join(f'1 "{word}"' for word, of in keywords if of == topic)
                file.write(f'topic {topic} "other" {{ score {scores} need 1 }}\n')

    def write_keywords(self):
        keywords = [("batcordun", "kw:00"), ("felgamhol", "kw:01"), ("irmjasken", "kw:00")]
        with open(self.path("keywords.tsv"), "w", encoding="utf-8") as file:
            file.writelines(f"{word}\t{topic}\n" for word, topic in keywords)
        return keywords

    def test_rows_json_and_report(self):
        out, _ = self.bench(0, *SMALL[:4], "--latency-rate", "100,400", "--latency-seconds", "1",
                            "--sweep", "rules=20,60", "--json", "out.json", "--report", "report")
        for text in ("wiredesk, 20 keywords", "wiredesk, 60 keywords", "articles/s", "p99.9"):
            self.assertIn(text, out)
        results = self.results()
        self.assertEqual(results["broker"], "embedded broker")
        self.assertEqual([run["keywords"] for run in results["runs"]], [20, 60])
        for run in results["runs"]:
            self.assertEqual(run["articles"], 600)
            self.assertGreaterEqual(run["cpu_s_per_100k_second_half"], 0)
            for name in ("articles_per_second", "megabytes_per_second", "cpu_s_per_100k",
                         "memory_peak_bytes", "startup_s",
                         "broker_cpu_s_per_100k", "tags_per_article"):
                self.assertGreater(run[name], 0, name)
            self.assertEqual(list(run["stages_us_per_article"]),
                             ["decode", "canonicalise", "match", "tag", "encode"])
            self.assertEqual([at["articles"] for at in run["latency"]], [100, 400])
            for at in run["latency"]:
                times = [at[name] for name in ("p50_ms", "p90_ms", "p99_ms", "p999_ms", "max_ms")]
                self.assertGreater(times[0], 0)
                self.assertEqual(times, sorted(times))
        self.assertEqual(self.results("report/results.json"), results)
        with open(self.path("report/README.md"), encoding="utf-8") as file:
            text = file.read()
        for name in ("throughput", "latency", "cost"):
            self.assertIn(f"]({name}.svg)", text)
            svg = xml.etree.ElementTree.parse(self.path(f"report/{name}.svg")).getroot()
            self.assertEqual(svg.tag, "{http://www.w3.org/2000/svg}svg")

    def test_exactly_once_and_two_lanes(self):
        out, _ = self.bench(0, *SMALL, "--keywords", "30", "--delivery", "exactly_once", "--sweep",
                            "lanes=1,2", "--transaction-interval", "50ms", "--idle-seconds", "1",
                            "--json", "out.json")
        self.assertIn("exactly once at 50ms", out)
        self.assertIn("idle %", out)
        runs = self.results()["runs"]
        for run in runs:
            self.assertEqual(run["transaction_interval_ms"], 50)
            self.assertGreater(run["idle_cpu_share"], 0)
            self.assertLess(run["join_s"], run["startup_s"])
        self.assertEqual([(run["lanes"], run["delivery"]) for run in runs],
                         [(1, "exactly_once"), (2, "exactly_once")])

    def test_articles_of_a_size(self):
        self.bench(0, *SMALL, "--keywords", "30", "--sweep", "bytes=500,20KB", "--json", "out.json")
        for run, size in zip(self.results()["runs"], (500, 20000)):
            self.assertAlmostEqual(run["input_bytes"] / run["articles"], size, delta=size / 10)

    def test_another_program_is_measured(self):
        keywords = self.write_keywords()
        self.write_rules("same.rules", keywords)
        self.write_worker("same.rules")
        self.bench(0, *SMALL, "--keywords-file", "keywords.tsv", "--worker-command", COMMAND,
                   "--name", "other", "--json", "out.json")
        run = self.results()["runs"][0]
        self.assertEqual((run["name"], run["stages_us_per_article"]), ("other", {}))
        self.assertGreater(run["cpu_s_per_100k"], 0)
        self.assertGreater(run["tags_per_article"], 0)

    def test_wrong_tags_fail(self):
        keywords = self.write_keywords()
        self.write_rules("other.rules", keywords[1:])
        self.write_worker("other.rules")
        out, err = self.bench(1, *SMALL, "--keywords-file", "keywords.tsv", "--worker-command",
                              COMMAND, "--json", "out.json")
        self.assertIn("tagged otherwise than by `wiredesk tag`", err)
        self.assertEqual(out, "")
        self.assertFalse(os.path.exists(self.path("out.json")))

    def test_outputs_can_be_counted_only(self):
        keywords = self.write_keywords()
        self.write_rules("other.rules", keywords[1:])
        self.write_worker("other.rules")
        out, _ = self.bench(0, *SMALL, "--keywords-file", "keywords.tsv", "--worker-command",
                            COMMAND, "--count-only", "--json", "out.json")
        self.assertIn("nobody looked", out)
        self.assertFalse(self.results()["runs"][0]["tags_checked"])

    def test_doubled_articles_fail(self):
        keywords = self.write_keywords()
        self.write_rules("same.rules", keywords)
        self.write_worker("same.rules", group="-$$")  # Each worker reads everything.
        # So many that one is not done before the other has begun.
        _, err = self.bench(1, *MANY, "--keywords-file", "keywords.tsv", "--worker-command",
                            COMMAND, "--workers", "2")
        self.assertIn("doubled", err)

    def test_a_worker_that_ends_or_does_nothing_fails(self):
        self.write_keywords()
        _, err = self.bench(75, *SMALL, "--keywords-file", "keywords.tsv", "--worker-command",
                            "echo no such luck; exit 3")
        self.assertIn("ended with exit status 3", err)
        self.assertIn("no such luck", err)
        _, err = self.bench(1, *SMALL, "--keywords-file", "keywords.tsv", "--worker-command",
                            "sleep 100", "--patience", "1")
        self.assertIn("no output for 1 s: 0 of", err)

    def test_a_signal_ends_it_and_its_workers(self):
        self.write_keywords()
        command = "echo $$ > pid; exec sleep 1000"
        with subprocess.Popen([PROGRAM, "bench", "feed.ndjson", *SMALL, "--keywords-file",
                               "keywords.tsv", "--worker-command", command], cwd=self.folder,
                              stderr=subprocess.PIPE, text=True) as bench:
            pid = ""
            while not pid.endswith("\n") and bench.poll() is None:
                time.sleep(0.02)
                if os.path.exists(self.path("pid")):
                    with open(self.path("pid"), encoding="utf-8") as file:
                        pid = file.read()
            bench.terminate()
            _, err = bench.communicate()
        self.assertEqual(bench.returncode, 143, err)
        self.assertIn("nothing is scored", err)
        self.assertFalse(os.path.exists(f"/proc/{int(pid)}"))

    def test_wrong_options_are_told(self):
        for arguments, text in (
                (("--sweep", "speed=1"), "speed can't be swept"),
                (("--sweep", "lanes=0"), "lanes=0: allowed is a number from 1 to 256"),
                (("--worker-command", "true"), "--keywords"),
                (("--count-only",), "add --worker-command"),
                (("--transaction-interval", "100ms"), "add --delivery exactly_once"),
                (("--bytes", "1B"), "bytes=1B")):
            _, err = self.bench(78, *SMALL, *arguments)
            self.assertIn(text, err)


if __name__ == "__main__":
    unittest.main()
