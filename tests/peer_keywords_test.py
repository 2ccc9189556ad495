#!/usr/bin/env python3
"""Keywords for the peers are those that every program understands alike: peer_keywords_test.py WIREDESK"""

import importlib.util
import json
import os
import sys
import tempfile

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../bench/peers/keywords.py")
# Text of an article, and whether all find "blue car" in it, or all don't.
CASES = {
    "one space": ("A blue car.", True),
    "neither word": ("A green bus.", True),
    "capitals": ("BLUE Car", True),
    "two spaces": ("A blue  car.", False),
    "a no-break space, two bytes": ("A blue\u00a0car.", False),
    "a dash, three bytes": ("A blue\u2013car.", False),
    "the end of a sentence": ("It was blue. Car dealers", False),
}


def load():
    spec = importlib.util.spec_from_file_location("keywords", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    program = sys.argv[1]
    keywords = load()
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        feed = os.path.join(folder, "feed.ndjson")
        for what, (body, alike) in CASES.items():
            article = {"id": "a", "title": "", "body": body}
            with open(feed, "w", encoding="utf-8") as file:
                file.write(json.dumps(article) + "\n")
            bad = keywords.misunderstood(program, feed, [article], ["blue car", "green"])
            if bad != (set() if alike else {"blue car"}):
                print(f"{what}: not understood alike are {sorted(bad)}")
                failures += 1
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
