#!/usr/bin/env python3
"""Makes the fuzz targets' first inputs out of data that is there anyway: articles, rule packs,
settings, the texts of tests/data/hostile, and tests/fuzz/corpus, which holds what was once found.

Usage: make_corpora.py ROOT FOLDER. Writes a folder for each target; the targets' own files say what
their bytes mean.
"""

import gzip
import json
import os
import re
import shutil
import sys
import tarfile

TARGETS = ("article", "rules", "list", "import", "settings", "cache", "child", "tracker", "record",
           "feed")


def read(root, *path):
    with open(os.path.join(root, *path), "rb") as file:
        return file.read()


def blocks(markdown, language):
    """What stands in fences of that language."""
    return re.findall(rb"^```" + language + rb"\n(.*?)^```$", markdown, re.DOTALL | re.MULTILINE)


def hostile_texts(root):
    texts = [text.encode() for text in json.loads(read(root, "tests/data/hostile/naughty-strings.json"))]
    texts += [line for line in read(root, "tests/data/hostile/UTF-8-test-kuhn.txt").split(b"\n") if line]
    for line in read(root, "tests/data/hostile/invalid-utf8.tsv").decode().split("\n")[1:]:
        if line:
            texts.append(bytes.fromhex(line.split("\t")[2]))
    return texts


def json_documents(root):
    with tarfile.open(os.path.join(root, "tests/data/hostile/json-test-suite.tar.gz")) as archive:
        for member in archive:
            if member.name.endswith(".json"):
                yield archive.extractfile(member).read()
    folder = os.path.join(root, "tests/data/json")
    for name in sorted(os.listdir(folder)):
        yield read(folder, name)


def articles(root):
    """The first byte: '0' tags, '1' enriched, both by what the record looks like; '4' plain text."""
    for number, document in enumerate(json_documents(root)):
        yield b"01"[number % 2:][:1] + document
    for line in read(root, "tests/data/articles.ndjson").split(b"\n"):
        yield b"0" + line
    for line in read(root, "data/sample-feed.ndjson").split(b"\n")[:20]:
        yield b"1" + line
    yield b"0" + read(root, "tests/data/article.txt")
    yield b"1" + read(root, "data/seed-article.txt")
    for text in hostile_texts(root):
        yield b"0" + text
        try:
            yield b"1" + json.dumps({"title": text.decode(), "body": ["x", text.decode()]}).encode()
            yield b"0" + json.dumps({"title": text.decode(), "id": 1}, ensure_ascii=False).encode()
        except UnicodeDecodeError:
            yield b'0{"title":"' + text + b'"}'


def rules(root):
    yield read(root, "tests/fuzz/every-operator.rules")
    yield from blocks(read(root, "docs/RULES.md"), b"rules")
    yield from blocks(read(root, "docs/RULES.md"), b"json")
    for pack in ("mediatopics-en.rules", "extra/extra-de.rules"):
        head, *topics = re.split(rb"^(?=topic )", read(root, "config/rules", pack), flags=re.MULTILINE)
        head = re.search(rb"^pack .*$", head, re.MULTILINE)[0]
        with_rules = [topic for topic in topics if b"{" in topic and len(topic) < 3000]
        for topic in with_rules[:40]:
            yield head + b"\n" + topic
    for regex in read(root, "tests/data/hostile/regex-torture.txt").split(b"\n"):
        yield b"pack p version 1 language en\ntopic t \"T\" { when /" + regex + b"/ }\n"


def lists(root):
    yield "# words\n\ninsolvency\nchapter 11\t3\n=Acme\n=São Paulo\t-2\n中国\n".encode()
    yield from hostile_texts(root)[::5]


def queries(root):
    """The first byte: '0' EXTRA, '1' Lucene, '3' Lucene where all terms must occur."""
    for name in ("english.ndjson", "german.ndjson"):
        for line in read(root, "tests/data/extra", name).split(b"\n"):
            yield b"0" + line
    for query in (b'+bank* AND title:"chapter 11" -"tax joke"^2', b"(a OR b) AND NOT c && d || !e",
                  b"category:economy AND version:[1 TO 5} price:>=10", b"te?t *lead /joh?n(ath[oa]n)/",
                  b'"new york court"~3 a~ *:* _exists_:x', b"name\tquery \\(x\\) \\u4e2d",
                  b'{"id":"q","name":"Q","query":"title:(tax court) \\"a b\\""}'):
        yield b"1" + query
        yield b"3" + query + b"\n# comment\n" + query


def settings(root):
    yield read(root, "config/worker.yaml")
    yield from blocks(read(root, "docs/CONFIG.md"), b"yaml")
    for match in re.findall(r'R"\((.*?)\)"', read(root, "tests/settings_test.cc").decode(), re.DOTALL):
        yield match.encode()


def edits(_root):
    """A byte that chooses, then edits: a kind, a place of three bytes, and what it needs."""
    yield b""
    for choice in range(3):
        yield bytes([choice])
        for kind in range(6):
            for place in (0, 40, 300, 700, 1500, 4000, 9000):
                yield bytes([choice, kind]) + place.to_bytes(3, "big") + b"\x01\0\0\0"


def steps(_root):
    yield bytes(range(24))
    yield bytes([0, 0, 2, 2, 4, 4, 20, 22, 14, 16, 0, 0, 6, 4, 20, 22] * 8)
    yield bytes([(7 * i + i // 5) % 24 for i in range(400)])


def records(root):
    """A byte of choices, then texts that end with a NUL: names and values of headers, key, value."""
    documents = list(json_documents(root))[::15]
    yield b"\x57content-type\0application/json\0key\0{\"title\":\"talks\"}\0"
    yield b"\x57Content-Type\0text/plain; charset=utf-8\0key\0{\"title\":\"talks\"}\0"
    yield b"\x1b\0\0trace\0\0key\0the minister talks\0"
    yield b"\0\0\0" + b"\x01\0\0" + b"\x02\0rain\0" * 6
    yield b"".join(b"\x03k\0" + document.replace(b"\0", b"") + b"\0" for document in documents)


def feeds(root):
    lines = b'{"id":"a","labels":["x"]}\r\n\n{"id":7,"labels":"y"}\n{"id":null}'
    yield lines
    yield b"\xef\xbb\xbf" + lines
    yield b"Title\n\nText of one article.\n"
    whole = gzip.compress(lines, mtime=0)
    yield whole
    yield whole + whole
    yield whole[:-5]
    yield gzip.compress(b"\n" * 5000, mtime=0)
    yield from list(json_documents(root))[::20]


def main():
    root, folder = sys.argv[1:]
    makers = {"article": articles, "rules": rules, "list": lists, "import": queries,
              "settings": settings, "cache": edits, "child": edits, "tracker": steps,
              "record": records, "feed": feeds}
    for target in TARGETS:
        place = os.path.join(folder, target)
        shutil.rmtree(place, ignore_errors=True)
        os.makedirs(place)
        for number, text in enumerate(dict.fromkeys(makers[target](root))):
            with open(os.path.join(place, f"{number:05}"), "wb") as file:
                file.write(text)
        kept = os.path.join(root, "tests/fuzz/corpus", target)
        for name in sorted(os.listdir(kept)) if os.path.isdir(kept) else ():
            shutil.copy(os.path.join(kept, name), place)


if __name__ == "__main__":
    main()
