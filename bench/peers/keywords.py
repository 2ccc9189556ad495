#!/usr/bin/env python3
"""Makes a list of keywords for a feed: lines `keyword TAB topic`, topics kw:00 to kw:49.

    keywords.py FEED COUNT WIREDESK > keywords.tsv

FEED is NDJSON, also gzip. Half of the keywords are words and phrases of the feed, as long as it
has such that are neither in a single article nor in more than one of fifty; the others are random
pairs of its words, as names are that are watched for and hardly ever seen. The first lines of a
list are a smaller list of the same kind, and the same feed gives the same list.

Only keywords are taken that everybody understands alike: of plain letters, and found in the same
articles (1) by the program WIREDESK, (2) as words with one character between, which is what a
plain search finds, (3) as words with one byte between, which is what a plain search of UTF-8 finds,
and (4) as words with anything but letters and digits between, which is what tokenisers find.
"""

import collections
import gzip
import json
import os
import random
import re
import subprocess
import sys
import tempfile

TOPICS = 50
PHRASE_WORDS_MAX = 3
FAVOUR = 0.7  # 0: all phrases of the feed are as likely; 1: as their frequencies are.
MARKS = re.compile("[\u0080-\u00bf\u2000-\u203f]")
OTHER = re.compile(r"[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]")
WORD = re.compile(r"[a-z]{4,14}\Z")


def read_articles(path):
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def ascii_lower(text):
    return re.sub("[A-Z]+", lambda found: found[0].lower(), text)


def one_space(_):
    return " "


def space_per_byte(mark):
    return " " * len(mark[0].encode())


def fields(article, spaces):
    """Folded as the peers do it: spaces for what is neither letter nor digit.

    `spaces`: how many for a mark that is not ASCII, one_space (the peers in Java) or space_per_byte.
    """
    for name in ("title", "body"):
        text = article.get(name) or ""
        assert isinstance(text, str), "articles whose body is a list are not for the peers"
        yield OTHER.sub(" ", MARKS.sub(spaces, ascii_lower(text)))


def phrases(words):
    for count in range(1, PHRASE_WORDS_MAX + 1):
        for at in range(len(words) - count + 1):
            phrase = words[at:at + count]
            if all(phrase):
                yield " ".join(phrase)


def is_plain(phrase):
    return all(WORD.match(word) for word in phrase.split(" "))


def candidates(articles, count):
    """More than enough, the best ones first."""
    generator = random.Random(1)
    frequency = collections.Counter()
    for article in articles:
        found = set()
        for text in fields(article, one_space):
            found.update(phrases(text.split(" ")))
        frequency.update(found)
    most = len(articles) // 50
    of_feed = sorted(p for p, n in frequency.items() if 2 <= n <= most and is_plain(p))
    words = [phrase for phrase in of_feed if " " not in phrase]
    # The more frequent of two is likely, not certain, to come first.
    of_feed.sort(key=lambda phrase: generator.random() ** (1 / frequency[phrase] ** FAVOUR))
    unseen = set()
    wanted = count + count // 4
    result = []
    while len(result) < wanted:
        if of_feed and len(result) % 2 == 0:
            result.append(of_feed.pop())
            continue
        pair = " ".join(generator.sample(words, 2))
        if pair not in frequency and pair not in unseen:
            unseen.add(pair)
            result.append(pair)
    return result


def write_pack(keywords, path):
    with open(path, "w", encoding="utf-8") as pack:
        pack.write("pack keywords  version 1  language any\n")
        for topic in range(min(TOPICS, len(keywords))):
            pack.write(f'topic kw:{topic:02} "kw:{topic:02}" {{\n  score\n')
            pack.writelines(f'  1 "{keyword}"\n' for keyword in keywords[topic::TOPICS])
            pack.write("  need 1\n  emit hits 1000\n}\n")


def found_by_program(program, feed, keywords):
    """Keywords found, article by article."""
    with tempfile.TemporaryDirectory() as folder:
        pack = os.path.join(folder, "keywords.rules")
        write_pack(keywords, pack)
        with subprocess.Popen([program, "tag", "--rules", pack, feed],
                              stdout=subprocess.PIPE) as process:
            for line in process.stdout:
                yield {place["term"].strip('"') for tag in json.loads(line)["tags"]
                       for place in tag["evidence"]}
        if process.returncode != 0:
            sys.exit(f"keywords.py: {program} tag failed")


def misunderstood(program, feed, articles, keywords):
    """Those that the program, characters, bytes and words don't find in the same articles."""
    known = set(keywords)
    bad = set()
    for article, by_program in zip(articles, found_by_program(program, feed, keywords),
                                   strict=True):
        by_characters, by_bytes, by_words = set(), set(), set()
        for text in fields(article, one_space):
            by_characters.update(phrases(text.split(" ")))
            by_words.update(phrases(text.split()))
        for text in fields(article, space_per_byte):
            by_bytes.update(phrases(text.split(" ")))
        for others in by_bytes, by_words, by_program:
            bad |= (by_characters ^ others) & known
    return bad


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    feed, count, program = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    articles = read_articles(feed)
    keywords = candidates(articles, count)
    bad = misunderstood(program, feed, articles, keywords)
    good = [keyword for keyword in keywords if keyword not in bad]
    if len(good) < count:
        sys.exit(f"keywords.py: the feed has only {len(good)} keywords that are understood alike")
    for number, keyword in enumerate(good[:count]):
        print(f"{keyword}\tkw:{number % TOPICS:02}")


if __name__ == "__main__":
    main()
