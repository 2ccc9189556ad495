#!/usr/bin/env python3
"""Runs `wiredesk rules ...` and checks exit codes and output. Usage: rules_commands_test.py PROGRAM"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

PROGRAM = os.path.abspath(sys.argv.pop())

PACK = """pack desk version 1 language en
topic t:0 "World"
topic t:1 "Banks" parent t:0 {
  score 10 bank~ 10 {lender lenders} need 10
  test yes body:"The bank."
  test no  body:"The river."
}
topic t:2 "Rivers" { score 10 river~ need 10  test yes body:"A river." }
"""
ARTICLES = [
    {"id": "a-1", "title": "A bank", "body": "Nothing.", "labels": ["banks"]},
    {"id": "a-2", "title": "A river", "body": "It bends by the bank.", "labels": ["rivers"]},
    {"id": "a-3", "title": "Rain", "body": "It rains.", "labels": ["rivers", "weather"]},
    {"id": "a-4", "title": "Unlabelled", "body": "The bank."},
]


class RulesCommands(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.write("desk.rules", PACK)
        with gzip.open(self.path("feed.ndjson.gz"), "wt") as feed:
            feed.write("".join(json.dumps(article) + "\n" for article in ARTICLES))

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def run_rules(self, status, *arguments, input=None, command=("rules",)):
        """The standard output and error of a run that must end with `status`."""
        done = subprocess.run([PROGRAM, *command, *arguments], cwd=self.folder, input=input,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertNotIn("\033", done.stdout)  # No terminal, no colour.
        self.assertNotIn("\r", done.stderr)    # And no progress.
        return done.stdout, done.stderr

    def test_every_subcommand_has_help_with_examples_and_exit_status(self):
        for name in ("check", "test", "eval", "diff", "stats"):
            out, _ = self.run_rules(0, name, "--help")
            self.assertIn("Example", out)
            self.assertIn("Exit status:", out)
            self.run_rules(64, name)

    def test_check_warns_and_denies(self):
        out, err = self.run_rules(0, "check", "desk.rules")
        self.assertIn("1 pack, 2 topics with rules", out)
        self.assertEqual(err, "")
        self.write("doubt.rules", PACK.replace("lenders}", "lender}"))
        _, err = self.run_rules(0, "check", "doubt.rules")
        self.assertIn("doubt.rules:4:", err)
        self.assertIn("lender is among these alternatives already", err)
        self.assertIn("^~~~~~", err)
        self.run_rules(1, "check", "--deny-warnings", "doubt.rules")
        out, _ = self.run_rules(0, "check", "--format", "json", "doubt.rules")
        report = json.loads(out)
        self.assertTrue(report["ok"])
        self.assertEqual([(entry["severity"], entry["line"]) for entry in report["diagnostics"]],
                         [("warning", 4)])

    def test_check_tells_errors(self):
        self.write("bad.rules", PACK.replace("need 10", "nede 10", 1))
        out, err = self.run_rules(1, "check", "bad.rules")
        self.assertEqual(out, "")
        self.assertIn('did you mean "need"?', err)
        out, _ = self.run_rules(1, "check", "--format", "json", "bad.rules")
        self.assertFalse(json.loads(out)["ok"])
        self.run_rules(1, "check", "missing.rules")

    def test_check_compiles_drafts_too_and_tells_the_hash_of_the_worker(self):
        draft = 'topic t:3 "Draft" { state draft when @topic t:%d & bank }\n'
        hashes = set()
        for pack in (PACK, PACK + draft % 1):
            self.write("draft.rules", pack)
            out, _ = self.run_rules(0, "check", "draft.rules", "--format", "json")
            hashes.add(json.loads(out)["hash"])
        self.assertEqual(len(hashes), 1)
        self.write("draft.rules", PACK + draft % 9)
        _, err = self.run_rules(1, "check", "draft.rules")
        self.assertIn("t:9", err)

    def test_settings_decide_which_fields_there_are(self):
        self.write("fields.rules", PACK.replace("topic t:0", "fields title, body, byline\ntopic t:0")
                   .replace("10 {lender lenders}", "10 byline:smith"))
        self.run_rules(0, "check", "fields.rules")
        settings = ("version: 1\noutput: {topic: out}\nrules: desk.rules\n"
                    "kafka: {bootstrap.servers: localhost}\n"
                    "input: {topics: in, group: g, fields: {title: /title, body: /body%s}}\n")
        self.write("worker.yaml", settings % "")
        _, err = self.run_rules(1, "check", "fields.rules", "-c", "worker.yaml")
        self.assertIn("byline", err)
        self.write("worker.yaml", settings % ", byline: /by")
        self.run_rules(0, "check", "fields.rules", "-c", "worker.yaml")
        self.write("feed.ndjson", '{"body": "x", "by": "Smith", "labels": ["banks"]}\n')
        out, _ = self.run_rules(0, "eval", "fields.rules", "-c", "worker.yaml", "--on", "feed.ndjson",
                                "--json")
        self.assertEqual(json.loads(out)["micro"]["f1"], 1)

    def test_check_warns_of_frequent_terms(self):
        _, err = self.run_rules(0, "check", "desk.rules", "--on", "feed.ndjson.gz")
        self.assertIn("bank~ is in 75 % of the articles (3 of 4)", err)
        _, err = self.run_rules(0, "check", "desk.rules", "--on", "feed.ndjson.gz", "--frequent", "75")
        self.assertEqual(err, "")
        self.run_rules(66, "check", "desk.rules", "--on", "missing.ndjson")

    def test_test_reports_and_writes_junit(self):
        out, _ = self.run_rules(0, "test", "desk.rules")
        self.assertEqual(out, "all 3 tests passed (2 topics)\n")
        out, _ = self.run_rules(0, "test", "desk.rules", "-v", "-k", "RIVER")
        self.assertIn("✓ t:2 Rivers  1 passed", out)
        self.run_rules(64, "test", "desk.rules", "-k", "nothing")
        self.write("bad.rules", PACK.replace('no  body:"The river', 'no  body:"The bank'))
        out, _ = self.run_rules(1, "test", "bad.rules", "--junit", "junit.xml")
        self.assertIn("2 of 3 tests passed, 1 FAILED", out)
        root = xml.etree.ElementTree.parse(self.path("junit.xml")).getroot()
        self.assertEqual((root.get("tests"), root.get("failures")), ("3", "1"))
        failed = [case for case in root.iter("testcase") if case.find("failure") is not None]
        self.assertEqual([(case.get("classname"), case.get("line")) for case in failed],
                         [("desk.t:1", "6")])
        self.run_rules(74, "test", "desk.rules", "--junit", "missing/junit.xml")
        self.run_rules(1, "test", "missing.rules")

    def test_eval_computes_figures(self):
        out, _ = self.run_rules(0, "eval", "desk.rules", "--on", "feed.ndjson.gz", "--json")
        report = json.loads(out)
        topics = {topic["id"]: topic for topic in report["topics"]}
        self.assertEqual((report["articles"], report["unlabelled"]), (3, 1))
        self.assertEqual(report["unknown_labels"], {"weather": 1})
        self.assertEqual((topics["t:1"]["precision"], topics["t:1"]["recall"]), (0.5, 1))
        self.assertEqual((topics["t:2"]["precision"], topics["t:2"]["recall"]), (1, 0.5))
        self.assertAlmostEqual(report["micro"]["f1"], 2 * 2 / (3 + 3))
        self.assertAlmostEqual(report["macro"]["f1"], 2 / 3)
        out, _ = self.run_rules(0, "eval", "desk.rules", "--on", "feed.ndjson.gz", "--list-errors", "9")
        self.assertIn("t:1 Banks, found but not expected\n  a-2  A river", out)
        self.assertIn("t:2 Rivers, expected but not found\n  a-3  Rain", out)
        self.run_rules(0, "eval", "desk.rules", "--on", "feed.ndjson.gz", "--errors", "wrong.tsv")
        with open(self.path("wrong.tsv"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "t:1\tfalse positive\ta-2\tA river\n"
                                          "t:2\tfalse negative\ta-3\tRain\n")

    def test_eval_maps_labels_and_counts_parents(self):
        self.write("map.tsv", "banks\tt:0\n")
        arguments = ("eval", "desk.rules", "--on", "feed.ndjson.gz", "--labels-map", "map.tsv", "--json")
        report = json.loads(self.run_rules(0, *arguments)[0])
        self.assertEqual([(topic["id"], topic["found"]) for topic in report["topics"]], [("t:0", 0)])
        report = json.loads(self.run_rules(0, *arguments, "--with-parents")[0])
        self.assertEqual([(topic["id"], topic["found"]) for topic in report["topics"]], [("t:0", 2)])
        self.assertEqual(report["topics"][0]["recall"], 1)
        self.write("map.tsv", "banks t:0\n")
        _, err = self.run_rules(78, *arguments)
        self.assertIn("map.tsv:1: error:", err)
        self.run_rules(65, "eval", "desk.rules", "--on", "feed.ndjson.gz", "--labels", "none")
        self.run_rules(66, "eval", "desk.rules", "--on", "missing.ndjson")
        self.run_rules(78, "eval", "missing.rules", "--on", "feed.ndjson.gz")

    def test_diff_tells_changes(self):
        out, _ = self.run_rules(0, "diff", "desk.rules", "desk.rules", "--on", "feed.ndjson.gz")
        self.assertEqual(out, "0 of 4 articles differ; tags gained: 0, lost: 0\n")
        self.write("new.rules", PACK.replace("10 {lender lenders}", "-20 river"))
        out, _ = self.run_rules(1, "diff", "desk.rules", "new.rules", "--on", "feed.ndjson.gz")
        self.assertIn("t:1 Banks: 3 articles before, 2 after, 0 gained, 1 lost\n  - a-2  A river\n", out)
        self.assertIn("1 of 4 articles differ; tags gained: 0, lost: 1", out)
        self.run_rules(78, "diff", "desk.rules", "desk.rules,missing.rules", "--on", "feed.ndjson.gz")

    def test_stats_counts(self):
        out, _ = self.run_rules(0, "stats", "desk.rules", "--on", "feed.ndjson.gz", "--json")
        report = json.loads(out)
        self.assertEqual(report["articles"], 4)
        rules = {rule["id"]: rule for rule in report["rules"]}
        self.assertEqual((rules["t:1"]["tagged"], rules["t:1"]["woken"]), (3, 3))
        self.assertEqual((rules["t:2"]["tagged"], rules["t:2"]["woken"]), (1, 1))
        self.assertEqual(report["terms"][0]["term"], "bank~")
        self.assertEqual((report["terms"][0]["articles"], report["terms"][0]["matches"]), (3, 3))

    def explain(self, status, *arguments, input=None):
        return self.run_rules(status, *arguments, "--rules", "desk.rules", input=input,
                              command=("explain",))

    def test_explain_shows_tags_and_near_misses(self):
        out, _ = self.explain(0, "feed.ndjson.gz", "--id", "a-2")
        self.assertRegex(out, r"2 tags\n  ✓ t:1 Banks +score 10 of 10\n  ✓ t:2 Rivers +score 10 of 10\n"
                              r"0 near misses")
        self.assertRegex(self.explain(0, "-", input="Rain.")[0], "0 tags\n0 near misses")

    def test_explain_shows_one_rule_and_ends_with_whether_it_holds(self):
        out, _ = self.explain(0, "feed.ndjson.gz", "--id", "a-2", "--tag", "t:1")
        self.assertIn("✓ t:1 Banks: the rule holds\n  score 10 of 10\n    ✓     10  10 bank~  “bank” body", out)
        self.assertIn("It bends by the [bank].", out)
        out, _ = self.explain(1, "-", "--tag", "BANKS", input='{"body": "A river."}')
        self.assertIn("In the way\n  - the score is 0 of 10: 10 too few", out)
        pretty = json.dumps({"id": "z", "body": "A bank."}, indent=2)
        self.explain(0, "-", "--tag", "banks", input=pretty)

    def test_explain_ends_as_documented(self):
        self.assertIn("Exit status:", self.explain(0, "--help")[0])
        self.explain(64, "-", "--tag", "none", input="A bank.")
        self.explain(65, "feed.ndjson.gz", "--id", "none")
        self.explain(65, "-", input="{")
        self.explain(66, "missing.txt")
        self.run_rules(78, "-", "--rules", "missing.rules", input="A bank.", command=("explain",))

    def test_articles_that_cannot_be_read_are_told(self):
        self.write("feed.ndjson", '{"id": "x", "body": "bank", "labels": ["banks"]}\n{"id": "y"\n')
        _, err = self.run_rules(0, "eval", "desk.rules", "--on", "feed.ndjson")
        self.assertIn("left out 1 article that can't be read", err)

    def test_color_is_forced_and_forbidden(self):
        done = subprocess.run([PROGRAM, "rules", "test", "desk.rules", "--color", "always"],
                              cwd=self.folder, capture_output=True, text=True, check=True)
        self.assertIn("\033[32m", done.stdout)


if __name__ == "__main__":
    unittest.main()
