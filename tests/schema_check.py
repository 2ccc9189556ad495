#!/usr/bin/env python3
"""Checks output records against their JSON Schema: schema_check.py SCHEMA PROGRAM

PROGRAM prints {"form": "tags" | "enriched", "record": ...} lines. Exits with 77 (skipped) where
python3-jsonschema is missing.
"""

import copy
import json
import os
import subprocess
import sys

SKIPPED = 77
SYSTEM_PYTHON = "/usr/bin/python3"
MEMBER = "wiredesk"


def broken_copies(record):
    """Records that the schema has to refuse, each with what is wrong with it."""

    def broken(what, change):
        copied = copy.deepcopy(record)
        change(copied)
        return what, copied

    yield broken("another schema", lambda r: r.update(schema="other/1"))
    yield broken("an unknown member", lambda r: r.update(extra=1))
    yield broken("no origin", lambda r: r.pop("origin"))
    yield broken("an offset that is text", lambda r: r["origin"].update(offset="1"))
    yield broken("rules that are no hash", lambda r: r.update(rules="x"))
    if record["tags"]:
        yield broken("a tag without label", lambda r: r["tags"][0].pop("label"))
        yield broken("a score that is no whole number", lambda r: r["tags"][0].update(score=1.5))
        evidence = record["tags"][0]["evidence"]
        if evidence:
            change_field = lambda r: r["tags"][0]["evidence"][0].update(field="body/01")
            yield broken("a field that is none", change_field)
            change_start = lambda r: r["tags"][0]["evidence"][0].update(start=-1)
            yield broken("a place before the start", change_start)


def main(schema_path, program):
    try:
        import jsonschema
    except ImportError:
        # The package is Debian's, the first python3 on the path may be another.
        if sys.executable != SYSTEM_PYTHON and os.access(SYSTEM_PYTHON, os.X_OK):
            os.execv(SYSTEM_PYTHON, [SYSTEM_PYTHON, *sys.argv])
        print("SKIPPED: python3-jsonschema is missing (apt-get install python3-jsonschema);"
              " OUTPUT RECORDS WERE NOT CHECKED AGAINST THEIR SCHEMA", file=sys.stderr)
        return SKIPPED
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    checker = jsonschema.Draft202012Validator
    checker.check_schema(schema)
    member_schema = {"$ref": "#/$defs/member", "$defs": schema["$defs"]}
    checkers = {"tags": checker(schema), "enriched": checker(member_schema)}

    output = subprocess.run([program], check=True, stdout=subprocess.PIPE).stdout
    checked = {"tags": 0, "enriched": 0}
    tags = evidence = 0
    faults = []
    for line in output.decode("utf-8").splitlines():
        sample = json.loads(line)
        form = sample["form"]
        record = sample["record"] if form == "tags" else sample["record"][MEMBER]
        faults += [f"{form}: {error.json_path}: {error.message}"
                   for error in checkers[form].iter_errors(record)]
        faults += [f"{form}: the schema accepts {what}"
                   for what, copied in broken_copies(record) if checkers[form].is_valid(copied)]
        checked[form] += 1
        tags += len(record["tags"])
        evidence += sum(len(tag["evidence"]) for tag in record["tags"])
    if min(checked.values()) == 0 or tags == 0 or evidence == 0:
        faults.append("the program printed no records of some form, no tags or no evidence")
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{checked['tags']} records and {checked['enriched']} members checked,"
          f" {tags} tags, {evidence} places, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
