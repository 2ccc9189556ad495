#!/usr/bin/env python3
"""Checks the style rules that a machine can check (CONTRIBUTING.md), on every file of the repository.

Usage: tidy_test.py [ROOT]. Prints file:line: message for each fault; exit code 1 if there is one.
Before it looks at the repository it must find one planted fault of every kind.
"""

import os
import re
import subprocess
import sys

LINE_COLUMNS_MAX = 100
FUNCTION_LINES_MAX = 70
LAYERS = ["config", "stages", "pipeline", "app"]  # Each may include itself and those before it.
CODE = (".h", ".cc")
DATA = (".ndjson", ".gz", ".zst", ".txt", ".tsv", ".json", ".rules", ".csv")  # Other people's words.
SKIPPED_FOLDERS = {".git", "build", ".cache"}

# Written in pieces, so that this file passes its own check.
UNFINISHED = re.compile(r"\b(" + "TO" + "DO|FIX" + r"ME)\b")
MACHINE = re.compile(r"(?<![\w.$~}])/(?:" + "work|root|home" + r")/|" + r"\.\./sha" + r"red\b|"
                     r"registry\.npm" + r"js|repo[\w.]*\.ma" + r"ven|py" + r"pi\.org|\bpkg\." + "dev")
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
MENTION = re.compile(r"(?<![\w/.])(?:docs/[\w-]+\.md|tools/[a-z_-]+(?:\.[a-z]+)?\b(?!/))")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"/]+)/[^"]*"')
CONTAINER = re.compile(r"\b(namespace|class|struct|enum|union|extern)\b")


def repository_files(root):
    """Paths of all files that are tracked, or would be."""
    git = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others",
                          "--exclude-standard"], capture_output=True, check=False)
    if git.returncode == 0 and git.stdout:
        paths = set(git.stdout.decode().split("\0")) - {""}
        return sorted(path for path in paths if os.path.isfile(os.path.join(root, path)))
    paths = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        paths += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return sorted(paths)


def read_texts(root):
    """Path -> text; None for what is not UTF-8 text."""
    texts = {}
    for path in repository_files(root):
        with open(os.path.join(root, path), "rb") as file:
            data = file.read()
        try:
            texts[path] = None if b"\0" in data else data.decode()
        except UnicodeDecodeError:
            texts[path] = None
    return texts


def check_columns(path, text):
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LINE_COLUMNS_MAX:
            yield number, f"the line has {len(line)} columns; {LINE_COLUMNS_MAX} are allowed"


def check_header(path, text):
    if not text.startswith("//"):
        yield 1, "a header starts with a comment that says what it is"
    if not re.search(r"^#pragma once$", text, re.MULTILINE):
        yield 1, "a header has #pragma once"


def check_includes(path, text):
    folder = path.split("/")[0]
    if folder not in LAYERS:
        return
    allowed = LAYERS[:LAYERS.index(folder) + 1]
    for number, line in enumerate(text.split("\n"), 1):
        found = INCLUDE.match(line)
        if found and found[1] in LAYERS + ["tests", "bench"] and found[1] not in allowed:
            yield number, f"{folder}/ may not include from {found[1]}/"


def blank_literals(text):
    """The text with directives, comments, strings and characters as spaces; lines stay."""
    pattern = re.compile(
        r'^[ \t]*#(?:[^\n\\]|\\.)*|R"([^(\s]*)\(.*?\)\1"|//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'
        r"(?<![0-9A-Fa-f])'(?:[^'\\\n]|\\.)+'", re.DOTALL | re.MULTILINE)
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def check_functions(path, text):
    """A '{' outside of all functions opens one if a parameter list stands before it."""
    text = blank_literals(text)
    stack, opened = [], 0   # "c": container, "f": function, "b": anything else.
    start_of_phrase = 0
    for found in re.finditer(r"[{};]", text):
        at = found.start()
        if found[0] == "{":
            phrase = text[start_of_phrase:at]
            if any(kind != "c" for kind in stack):
                stack.append("b")
            elif ")" in phrase and not re.search(r"=\s*$", phrase):
                stack.append("f")
                opened = text.count("\n", 0, at) + 1
            else:
                stack.append("c" if CONTAINER.search(phrase) else "b")
        elif found[0] == "}" and stack:
            if stack.pop() == "f":
                lines = text.count("\n", 0, at) + 2 - opened
                if lines > FUNCTION_LINES_MAX:
                    yield opened, f"the function has {lines} lines; {FUNCTION_LINES_MAX} are allowed"
        start_of_phrase = at + 1


def check_words(path, text):
    for number, line in enumerate(text.split("\n"), 1):
        if UNFINISHED.search(line):
            yield number, "unfinished work is noted in the tracker, not in a file"
        if MACHINE.search(line):
            yield number, "a path or a host of one machine"


def anchors(text):
    """What GitHub makes of the headings."""
    found = set()
    for line in re.findall(r"^#+ +(.*)$", text, re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", line.strip().lower())
        found.add(plain.replace(" ", "-"))
    return found


def check_links(path, text, texts):
    folders = {os.path.dirname(name) for name in texts}
    for number, line in enumerate(text.split("\n"), 1):
        for target in LINK.findall(line):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            name = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
            if name not in texts and name not in folders:
                yield number, f"the link leads nowhere: {target}"
            elif anchor and name.endswith(".md") and anchor not in anchors(texts[name]):
                yield number, f"the link's heading is not there: {target}"


def check_mentions(path, text, texts):
    for number, line in enumerate(text.split("\n"), 1):
        for name in MENTION.findall(line):
            if name not in texts:
                yield number, f"there is no {name}"


def faults(texts):
    """(path, line, message) for everything that is wrong with the files."""
    for path, text in texts.items():
        if text is None:
            continue
        checks = []
        if path.endswith(CODE):
            checks += [check_columns(path, text), check_includes(path, text),
                       check_functions(path, text)]
        if path.endswith(".h"):
            checks.append(check_header(path, text))
        if not path.endswith(DATA):
            checks.append(check_words(path, text))
            if path != "tests/tidy_test.py":  # Its planted names are not there.
                checks.append(check_mentions(path, text, texts))
        if path.endswith(".md"):
            checks.append(check_links(path, text, texts))
        for check in checks:
            for number, message in check:
                yield path, number, message


def check_itself():
    """Each planted fault is found, where it is, and nothing else is."""
    good = '// A header.\n#pragma once\n#include "config/a.h"\n'
    body = "  int x = '{' + 1'000;\n"
    planted = {
        "config/wide.cc": ("// " + "w" * 98 + "\n", 1),
        "config/bare.h": ("#pragma once\n", 1),
        "config/twice.h": ("// Twice.\n", 1),
        "stages/up.cc": ('// Up.\n#include "pipeline/b.h"\n', 2),
        "app/test.cc": ('#include "tests/b.h"\n', 1),
        "pipeline/long.cc": ("#if defined(X)\n#endif\nnamespace a {\nvoid F(int) {\n" + body * 69 + "}\n}\n", 4),
        "app/later.cc": ("// TO" + "DO: later\n", 1),
        "tools/place": ("cd /wo" + "rk/main\n", 1),
        "docs/A.md": ("[b](B" + ".md)\n", 1),
        "docs/C.md": ("# One\n[c](#tw" + "o)\n", 2),
        "config/see.cc": ("// See docs/" + "Z.md.\n", 1),
    }
    harmless = {
        "config/good.h": good,
        "app/main.cc": '#include "pipeline/b.h"\n#include "app/c.h"\n',
        "pipeline/short.cc": "namespace a {\nvoid F(int) {\n" + body * 68 + "}\n}\n",
        "config/table.cc": "const int kTable[] = {\n" + "  1,\n" * 90 + "};\n",
        "docs/D.md": "# A b\n[a](A.md) [d](#a-b) [web](https://example.org/x)\n",
    }
    texts = {path: text for path, (text, _) in planted.items()} | harmless
    found = {(path, line) for path, line, _ in faults(texts)}
    wanted = {(path, line) for path, (_, line) in planted.items()}
    if found != wanted:
        sys.exit(f"tidy_test.py is broken: missed {sorted(wanted - found)}, "
                 f"invented {sorted(found - wanted)}")


def main():
    check_itself()
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..")
    texts = read_texts(root)
    if not any(path.endswith(CODE) for path in texts):
        sys.exit(f"{root} holds no source files")
    found = list(faults(texts))
    for path, number, message in found:
        print(f"{path}:{number}: {message}")
    print(f"{len(texts)} files, {len(found)} faults")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
