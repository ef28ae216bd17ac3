#!/usr/bin/python3
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

# what is wrong, and the fields that make it so (None: the field is left out)
BAD_REPORTS = [
    ("an unknown field", {"hostname": "attic"}),
    ("no pci_id", {"pci_id": None}),
    ("a pci_id in upper case", {"pci_id": "10DE:1D16"}),
    ("a pci_id without its vendor", {"pci_id": "1d16"}),
    ("a pci_id with something after it", {"pci_id": "10de:1d16\n"}),
    ("a pci_id that is a number", {"pci_id": 1016}),
    ("an unknown pci_id_from", {"pci_id_from": "guess"}),
    ("a subsystem that is no ID", {"subsystem": "Dell"}),
    ("a revision of three digits", {"revision": "0a1"}),
    ("no outcome", {"outcome": None}),
    ("an unknown outcome", {"outcome": "kind of"}),
    ("an outcome that is a list", {"outcome": ["fails"]}),
    ("an unknown chassis", {"chassis": "tower"}),
    ("a chassis of one's own", {"chassis": "other:fridge"}),
    ("an unknown hypervisor without other:", {"hypervisor": "vboxx"}),
    ("an unknown machine type without other:", {"machine_type": "microvm"}),
    ("an unknown firmware without other:", {"firmware": "coreboot"}),
    ("an unknown use without other:", {"use": ["mining"]}),
    ("four uses", {"use": ["compute", "display", "transcode", "other:signage"]}),
    ("an unknown symptom without other:", {"symptoms": ["smoke"]}),
    ("an empty other: symptom", {"symptoms": ["other:"]}),
    ("a symptom of 101 characters", {"symptoms": ["other:" + "x" * 95]}),
    ("a line break in a symptom", {"symptoms": ["other:a\nb"]}),
    ("33 symptoms", {"symptoms": ["black-screen"] * 33}),
    ("symptoms that are no list", {"symptoms": "black-screen"}),
    ("an unknown fix without other:", {"attempts": [{"fix": "prayer", "result": "fixed"}]}),
    ("an unknown result", {"attempts": [{"fix": "romfile", "result": "unknown"}]}),
    ("an attempt without a result", {"attempts": [{"fix": "romfile"}]}),
    ("an attempt without a fix", {"attempts": [{"result": "fixed"}]}),
    ("an attempt that is only a word", {"attempts": ["romfile"]}),
    ("an unknown field in an attempt", {"attempts": [{"fix": "romfile", "result": "fixed", "by": "me"}]}),
    ("33 attempts", {"attempts": [{"fix": "romfile", "result": "fixed"}] * 33}),
    ("an unknown stage", {"stages": {"lunch": "yes"}}),
    ("an unknown state of a stage", {"stages": {"bind": "maybe"}}),
    ("a stage that is true", {"stages": {"bind": True}}),
    ("an unknown vBIOS source", {"vbios_observed": ["floppy"]}),
    ("nine vBIOS sources", {"vbios_observed": ["rom-bar"] * 9}),
    ("group_isolated in words", {"group_isolated": "yes"}),
    ("a date with month 13", {"date": "2026-13"}),
    ("a date with day 32", {"date": "2026-03-32"}),
    ("a date in another order", {"date": "28.03.2026"}),
    ("a date with a line break after it", {"date": "2026-03\n"}),
    ("a file as url", {"url": "file:///etc/passwd"}),
    ("a url of 501 characters", {"url": "https://example.org/".ljust(501, "x")}),
    ("a terminal escape in a note", {"note": "all \x1b[31mred"}),
    ("a line break in a note", {"note": "one\ntwo"}),
    ("a C1 control character in a note", {"note": "\u009b31m"}),
    ("a NUL in a name", {"gpu": "GeForce\u0000"}),
    ("a DEL in a machine", {"machine": "Example\u007f"}),
    ("a note of 2001 characters", {"note": "x" * 2001}),
    ("a name of 201 characters", {"gpu": "x" * 201}),
    ("a machine that is a list", {"machine": ["Example"]}),
    ("an id of 63 digits", {"id": "0" * 63}),
    ("an id in upper case", {"id": "F" * 64}),
    ("a supersedes that is no id", {"supersedes": "the one before"}),
    ("a schema of another version", {"schema": 2}),
]

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
    ("a line that is no JSON", {MX330: b'{"pci_id":"10de:1d16","outcome":"fails"\n'}),
    ("a line that is no object", {MX330: b'["10de:1d16"]\n'}),
    ("text that is no UTF-8", {MX330: b'{"pci_id":"10de:1d16","outcome":"fails","note":"\xe9"}\n'}),
    ("a report that the schema rejects", {MX330: b'{"pci_id":"10de:1d16"}\n'}),
]


def read_good_report(root):
    """A report with the example of every field: the bad ones differ from it in one place, so that is what is rejected."""
    lines = (root / "schema/report-fields.tsv").read_text(encoding="ascii").splitlines()
    rows = csv.DictReader((line for line in lines if line and not line.startswith("#")), delimiter="\t",
                          quoting=csv.QUOTE_NONE)
    return {row["field"]: json.loads(row["example"]) for row in rows}


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
        raise ValueError("the line is no JSON object")
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


def changed(report, fields):
    """The report with some fields set, or left out where the value is None."""
    return {key: value for key, value in {**report, **fields}.items() if value is not None}


def bad_in_every_field(good):
    """Bad reports like BAD_REPORTS: each field with a value of another type, and each string with a BEL in it."""
    bad = [(f"a field {name} of another type", {name: 7.5}) for name in good]
    return bad + [(f"a control character in {name}", {name: value + "\a"})
                  for name, value in good.items() if isinstance(value, str)]


class Checks:
    """Prints one line per check and remembers whether any failed."""

    def __init__(self):
        self.failed = False

    def check(self, what, faults=()):
        faults = list(faults)
        self.failed = self.failed or bool(faults)
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
    checks = Checks()

    update = subprocess.run([sys.executable, root / "schema/update-report-schema", "--check"],
                            capture_output=True, text=True, check=False)
    checks.check("the schema lists the words of the vocabulary", update.stderr.splitlines() if update.returncode else ())

    paths = [path for path in sorted((root / "data/reports").rglob("*")) if path.is_file()]
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
    lines = sum(content.count(b"\n") for content in files.values())
    faults = list(faults_in_files(files, validator))
    checks.check(f"there are bundled reports: {lines} in {len(files)} files", () if lines else ["none in data/reports"])
    for kind, what in [("json", "every line is one JSON object without duplicate keys"),
                       ("schema", "every report is one that the schema accepts"),
                       ("name", "every file is named after the pci_id of its reports"),
                       ("duplicate", "no line stands twice")]:
        checks.check(what, (fault for check, fault in faults if check == kind))

    good = read_good_report(root)
    checks.check("the schema accepts the example report", (error.message for error in validator.iter_errors(good)))
    for what, fields in BAD_REPORTS + bad_in_every_field(good):
        accepted = validator.is_valid(changed(good, fields))
        checks.check(f"the schema rejects {what}", ["accepted"] if accepted else ())
    checks.check("the schema rejects a report that is no object", ["accepted"] if validator.is_valid([good]) else ())
    for what, bad in BAD_FILES:
        found = any(faults_in_files(bad, validator))
        checks.check(f"the check of the files finds {what}", () if found else ["not found"])
    return checks.failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
