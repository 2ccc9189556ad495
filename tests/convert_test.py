#!/usr/bin/env python3
"""Converts rule packs with the program, there and back.

Usage: convert_test.py PROGRAM PACK
"""

import json
import os
import subprocess
import sys
import tempfile

PACK = """# A comment.
pack p version 1 language en
file words = "words.tsv"
topic t "T" { when @words & not (a NEAR/3 b) }
"""


def run(program, *arguments):
    return subprocess.run([program, "rules", "convert", *arguments], capture_output=True, text=True,
                          check=False)


def check(condition, what):
    if not condition:
        sys.exit(f"convert_test.py: {what}")


def there_and_back(program, pack, folder):
    first, text, second = (os.path.join(folder, name) for name in ("1.json", "2.rules", "3.json"))
    for source, target in ((pack, first), (first, text), (text, second)):
        done = run(program, source, "-o", target)
        check(done.returncode == 0, f"{source} to {target}: {done.stderr}")
    with open(first, encoding="utf-8") as one, open(second, encoding="utf-8") as two:
        written = one.read()
        check(written == two.read(), "JSON differs after it was text")
        check(json.loads(written)["topics"], "the JSON has no topics")
    check(sorted(os.listdir(folder)) == ["1.json", "2.rules", "3.json"], "files are left over")


def notes_and_exit_codes(program, folder):
    os.mkdir(os.path.join(folder, "out"))
    pack = os.path.join(folder, "p.rules")
    with open(pack, "w", encoding="utf-8") as file:
        file.write(PACK)
    done = run(program, pack)
    check(done.returncode == 1 and "can't read the list" in done.stderr, "a missing list passed")
    with open(os.path.join(folder, "words.tsv"), "w", encoding="utf-8") as file:
        file.write("insolvency\n")
    done = run(program, pack)
    check(done.returncode == 0, done.stderr)
    check(json.loads(done.stdout)["files"][0]["path"] == "words.tsv", "the list's path is lost")
    check("comments" in done.stderr, "nothing said of the comments")
    done = run(program, pack, "--to", "text")
    check(done.stdout.startswith("pack p  version 1"), "not written as text")
    done = run(program, pack, "-o", os.path.join(folder, "out", "p.json"))
    check(done.returncode == 0 and "looked for from" in done.stderr, "nothing said of the lists")
    check(run(program, os.path.join(folder, "none.rules")).returncode == 66, "no input")
    check(run(program, pack, "-o", os.path.join(folder, "none", "p.json")).returncode == 74, "no output")
    check(run(program, pack, "--to", "yaml").returncode == 64, "no such form")


def main():
    program, pack = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        there_and_back(program, pack, folder)
    with tempfile.TemporaryDirectory() as folder:
        notes_and_exit_codes(program, folder)


if __name__ == "__main__":
    main()
