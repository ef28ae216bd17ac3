#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Check the bundled reports with an independent JSON Schema validator; prove that bad ones are rejected.

usage: check_reports.py [REPOSITORY_ROOT]

One line per check, "ok - ..." or "not ok - ...", with the faults as "# ..." below it. Needs Debian's python3-jsonschema.
"""
import csv
import json
import pathlib
import re
import subprocess
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    sys.exit("check_reports.py: no module jsonschema: apt-get install python3-jsonschema")

FAULTS_SHOWN = 10
REPORT_FILE = re.compile(r"data/reports/([0-9a-f]{4})/([0-9a-f]{4})\.ndjson", re.ASCII)

MX330 = "data/reports/10de/1d16.ndjson"
LINE = b'{"pci_id":"10de:1d16","outcome":"fails"}\n'

# what is wrong, and the files that make it so
BAD_FILES = [
    ("a report in the file of another ID", {"data/reports/10de/1d01.ndjson": LINE}),
    ("a file with another name", {"data/reports/10de/MX330.ndjson": LINE}),
    ("a duplicate key", {MX330: b'{"pci_id":"10de:1d16","outcome":"works","outcome":"fails"}\n'}),
    ("a duplicate key in an attempt", {MX330:
        b'{"pci_id":"10de:1d16","outcome":"fails","attempts":[{"fix":"ovmf","result":"fixed","result":"worse"}]}\n'}),
    ("a duplicate line", {MX330: LINE * 2}),
    ("an empty line", {MX330: LINE + b"\n"}),
    ("a last line without its end", {MX330: LINE.strip()}),
    ("a carriage return", {MX330: LINE.replace(b"\n", b"\r\n")}),
    ("a line that is not JSON", {MX330: b'{"pci_id":"10de:1d16","outcome":"fails"\n'}),
    ("a line that is not an object", {MX330: b'["10de:1d16"]\n'}),
    ("text that is not UTF-8", {MX330: b'{"pci_id":"10de:1d16","outcome":"fails","note":"\xe9"}\n'}),
    ("a report that the schema rejects", {MX330: b'{"pci_id":"10de:1d16"}\n'}),
]


def read_fields(root):
    """The rows of schema/report-fields.tsv."""
    lines = (root / "schema/report-fields.tsv").read_text(encoding="ascii").splitlines()
    return list(csv.DictReader((line for line in lines if line and not line.startswith("#")), delimiter="\t",
                               quoting=csv.QUOTE_NONE))


def unique_keys(pairs):
    """object_pairs_hook: a dict, or ValueError where a key stands twice (json would keep the last one silently)."""
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"the key {key!r} stands twice")
    return dict(pairs)


def parse(line):
    """One report line as a dict. Raises ValueError with the reason."""
    if line.endswith(b"\r"):
        raise ValueError("the line ends with a carriage return")
    report = json.loads(line.decode("utf-8"), object_pairs_hook=unique_keys)
    if not isinstance(report, dict):
        raise ValueError("the line is not a JSON object")
    return report


def faults_in_files(files, validator):
    """Yield (check, fault) for report files, given as {path below the root: content}."""
    seen = {}
    for path, content in files.items():
        match = REPORT_FILE.fullmatch(path)
        if not match:
            yield "name", f"{path}: the name is not data/reports/VVVV/DDDD.ndjson in lower case"
        if not content.endswith(b"\n"):
            yield "json", f"{path}: the last line has no end"
        for number, line in enumerate(content.removesuffix(b"\n").split(b"\n"), 1):
            place = f"{path}:{number}"
            if line in seen:
                yield "duplicate", f"{place}: the same line as {seen[line]}"
            seen.setdefault(line, place)
            try:
                report = parse(line)
            except ValueError as error:
                yield "json", f"{place}: {error}"
                continue
            for error in validator.iter_errors(report):
                yield "schema", f"{place}: {error.json_path}: {error.message[:200]}"
            if match and report.get("pci_id") != ":".join(match.groups()):
                yield "name", f"{place}: pci_id {report.get('pci_id')!r} does not belong into this file"


def bad_members(root):
    """Yield (reason, member as JSON) for what the schema must reject: the table, and each field beyond its limit."""
    for line in (root / "tests/data/bad-members.tsv").read_text(encoding="utf-8").splitlines():
        by, _, rest = line.partition("\t")
        reason, *members = rest.split("\t")
        if by in ("both", "schema"):
            yield from ((reason, member) for member in members)
    for row in read_fields(root):
        example, name = json.loads(row["example"]), json.dumps(row["field"])
        yield f"{row['field']} of another type", f"{name}:7.5"
        if isinstance(example, str):
            yield f"a BEL in {row['field']}", f"{name}:{json.dumps(example + chr(7))}"
        if row["limit"] != "-" and row["type"] != "schema":
            long = (example * 33)[:int(row["limit"]) + 1] if isinstance(example, list) else \
                ("other:" if row["group"] != "-" else example).ljust(int(row["limit"]) + 1, "x")
            yield f"{row['field']} beyond its limit", f"{name}:{json.dumps(long)}"


def is_rejected(member, validator):
    """Whether a report is rejected that is right but for this member."""
    required = {"pci_id": "10de:1d16", "outcome": "fails"}
    others = [json.dumps(key) + ":" + json.dumps(value) for key, value in required.items()
              if not member.startswith(f'"{key}"') or "," in member]
    try:
        return not validator.is_valid(parse(("{" + ",".join(others + [member]) + "}").encode()))
    except ValueError:
        return True


failed = False


def check(what, faults=()):
    """Prints one line, with the faults below it, and remembers whether any check failed."""
    global failed  # pylint: disable=global-statement
    faults = list(faults)
    failed = failed or bool(faults)
    print(f"{'not ok' if faults else 'ok'} - {what}")
    for fault in faults[:FAULTS_SHOWN]:
        print(f"# {fault}")
    if len(faults) > FAULTS_SHOWN:
        print(f"# ... and {len(faults) - FAULTS_SHOWN} more")


def main(arguments):
    if len(arguments) > 1:
        sys.exit(__doc__)
    root = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).resolve().parents[2]
    schema = json.loads((root / "schema/report.schema.json").read_bytes(), object_pairs_hook=unique_keys)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)

    update = subprocess.run([sys.executable, root / "schema/update-report-schema", "--check"],
                            capture_output=True, text=True, check=False)
    check("the schema lists the words of the vocabulary", update.stderr.splitlines() if update.returncode else ())

    paths = [path for path in sorted((root / "data/reports").rglob("*")) if path.is_file()]
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
    lines = sum(content.count(b"\n") for content in files.values())
    faults = list(faults_in_files(files, validator))
    check(f"there are bundled reports: {lines} in {len(files)} files", () if lines else ["none in data/reports"])
    for kind, what in [("json", "every line is one JSON object without duplicate keys"),
                       ("schema", "every report is one that the schema accepts"),
                       ("name", "every file is named after the pci_id of its reports"),
                       ("duplicate", "no line stands twice")]:
        check(what, (fault for of, fault in faults if of == kind))

    good = {row["field"]: json.loads(row["example"]) for row in read_fields(root)}
    check("the schema accepts the example report", (error.message for error in validator.iter_errors(good)))
    for reason, member in bad_members(root):
        check(f"{reason}: the schema rejects {member[:60]}", () if is_rejected(member, validator) else ["accepted"])
    for required in schema["required"]:
        bad = {name: value for name, value in good.items() if name != required}
        check(f"the schema rejects a report without {required}", ["accepted"] if validator.is_valid(bad) else ())
    check("the schema rejects a report that is not an object", ["accepted"] if validator.is_valid([good]) else ())
    for what, bad in BAD_FILES:
        found = any(faults_in_files(bad, validator))
        check(f"the check of the files finds {what}", () if found else ["not found"])
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
