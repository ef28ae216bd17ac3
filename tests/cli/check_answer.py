#!/usr/bin/python3
"""Checks what `passthru query --json` or `--ndjson` printed against the contract.

Usage: check_answer.py [--ndjson] [--count N] VOCABULARY.TSV <ANSWER
Prints one line for each violation (at most 20) and exits with 1 if there was any. Also in use as a module.
"""
import argparse
import collections
import json
import os
import re
import sys

ID = re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}")
DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
OUTCOMES = ("works", "works_with_workaround", "partial", "fails")
KNOWLEDGE = ("subsystem", "id", "chip", "chassis", "class", "mechanism", "none")
ATTRIBUTES = ("form_factor", "vbios", "reset", "display")


def unique_keys(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError("an object has a key twice: %s" % keys)
    return dict(pairs)


def no_constant(name):
    raise ValueError("%s is no JSON" % name)


def parse(text):
    return json.loads(text, object_pairs_hook=unique_keys, parse_constant=no_constant)


def read_vocabulary(path):
    groups = collections.defaultdict(set)
    with open(path, encoding="ascii") as lines:
        for line in lines:
            fields = line.rstrip("\n").split("\t")
            if len(fields) == 3:
                groups[fields[0]].add(fields[1])
    with open(os.path.join(os.path.dirname(path), "findings.tsv"), encoding="ascii") as lines:
        for line in lines:
            fields = line.split("\t")
            if len(fields) == 6 and fields[2] == "blocker":
                groups["blocker"].add(fields[0])
    return groups


class Checker:
    def __init__(self, vocabulary):
        self.vocabulary = vocabulary
        self.problems = []
        self.where = ""

    def expect(self, condition, *what):
        if not condition:
            self.problems.append("%s: %s" % (self.where, " ".join(str(w) for w in what)))
        return condition

    def text(self, parent, key, empty=False):
        value = parent.get(key)
        self.expect(isinstance(value, str) and (empty or value), key, "is no text:", repr(value))
        return value if isinstance(value, str) else ""

    def fraction(self, parent, key):
        value = parent.get(key)
        good = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1
        return value if self.expect(good, key, "is no fraction:", repr(value)) else 0

    def count(self, parent, key, least=0):
        value = parent.get(key)
        good = isinstance(value, int) and not isinstance(value, bool) and value >= least
        return value if self.expect(good, key, "is no count:", repr(value)) else least

    def word(self, parent, key, group):
        value = parent.get(key)
        self.expect(value in self.vocabulary[group], key, "is no word of", group, repr(value))
        return value

    def objects(self, parent, key):
        value = parent.get(key)
        good = isinstance(value, list) and all(isinstance(one, dict) for one in value)
        return value if self.expect(good, key, "is no list of objects") else []

    def attribute(self, answer, name):
        value = answer.get(name)
        if not self.expect(isinstance(value, dict), name, "is missing"):
            return
        known = self.word(value, "value", name) != "unknown"
        confidence = self.fraction(value, "confidence")
        source = self.text(value, "source", empty=not known)
        if known:
            self.expect(confidence > 0 and source, name, "is stated without confidence or source")

    def verdict(self, verdict):
        if not self.expect(isinstance(verdict, dict), "no verdict"):
            return
        level = self.word(verdict, "level", "level")
        self.count(verdict, "direct_reports")
        self.count(verdict, "pooled_reports")
        self.text(verdict, "basis")
        self.expect(verdict.get("knowledge") in KNOWLEDGE, "knowledge:", verdict.get("knowledge"))
        if level == "unknown":
            for key in ("probability", "low", "high", "outcomes"):
                self.expect(key in verdict, key, "is missing")
            return
        probability, low, high = (self.fraction(verdict, key) for key in ("probability", "low", "high"))
        self.expect(low <= probability <= high, "not low <= probability <= high:", low, probability, high)
        self.expect(low < high, "an interval without width:", low, high)
        outcomes = verdict.get("outcomes")
        if not self.expect(isinstance(outcomes, dict) and set(outcomes) == set(OUTCOMES), "outcomes:", outcomes):
            return
        shares = [self.fraction(outcomes, key) for key in OUTCOMES]
        self.expect(abs(sum(shares) - 1) < 0.005, "outcomes sum to", sum(shares))
        self.expect(abs(shares[0] + shares[1] - probability) < 0.002, "probability is not P(usable)")

    def reports(self, reports, direct):
        if not self.expect(isinstance(reports, dict), "no reports"):
            return
        total = sum(self.count(reports, key) for key in OUTCOMES)
        latest = reports.get("latest", 0)
        self.expect(latest is None or isinstance(latest, str) and DATE.fullmatch(latest), "latest:", latest)
        self.expect(direct <= total, "direct_reports", direct, "of", total)
        items = self.objects(reports, "items")
        self.expect(len(items) <= total, "more items than reports")
        dates = []
        for item in items:
            self.text(item, "id")
            self.word(item, "outcome", "outcome")
            if "url" in item: # a first-hand report has none
                self.expect(self.text(item, "url").startswith(("http://", "https://")), "url:", item["url"])
            dates.append(item.get("date", ""))
            self.expect(not dates[-1] or DATE.fullmatch(dates[-1]), "date:", dates[-1])
        self.expect(len({item.get("id") for item in items}) == len(items), "a report twice")
        self.expect(dates == sorted(dates, reverse=True), "not newest first:", dates)
        if items:
            self.expect((latest or "") == dates[0], "latest is not the newest:", latest, dates[0])

    def path(self, path):
        if path is None or not self.expect(isinstance(path, dict), "remaining_path:", path):
            return
        self.word(path, "blocker", "blocker")
        self.word(path, "fix", "fix")
        self.text(path, "text")
        self.expect(path.get("fixes", [])[:1] == [path.get("fix")], "fixes:", path.get("fixes"))
        helped = self.count(path, "helped")
        self.expect(helped <= self.count(path, "tried"), "a path helped too often")
        worked, failed = path.get("worked_on"), path.get("failed_on")
        if self.expect(isinstance(worked, list) and isinstance(failed, list), "no chips of a path"):
            self.expect(not set(worked) & set(failed), "a chip on both sides:", worked, failed)
            self.expect(len(worked) <= helped and bool(worked) == bool(helped), "chips that worked:", worked, helped)

    def contradiction(self, contradiction):
        if contradiction is None or not self.expect(isinstance(contradiction, dict), "contradiction:", contradiction):
            return
        usable, other = self.count(contradiction, "usable", 1), self.count(contradiction, "not_usable", 1)
        for one in self.objects(contradiction, "differs"):
            self.text(one, "field")
            self.text(one, "value")
            self.expect(self.count(one, "usable") <= usable and self.count(one, "not_usable") <= other, "differs:", one)

    def gpu(self, answer):
        for name in ATTRIBUTES:
            self.attribute(answer, name)
        verdict = answer.get("verdict")
        self.verdict(verdict)
        verdict = verdict if isinstance(verdict, dict) else {}
        self.reports(answer.get("reports"), verdict.get("direct_reports") or 0)
        for blocker in self.objects(answer, "blockers"):
            self.word(blocker, "id", "blocker")
            self.text(blocker, "text")
        for workaround in self.objects(answer, "workarounds"):
            fix = self.text(workaround, "fix")
            self.expect(fix in self.vocabulary["fix"] or fix.startswith("other:"), "fix:", fix)
            self.expect(self.count(workaround, "helped") <= self.count(workaround, "tried", 1), fix, "helped too often")
            self.text(workaround, "text")
        self.path(answer.get("remaining_path", 0))
        self.contradiction(answer.get("contradiction", 0))
        for other in self.objects(answer, "alternatives"):
            self.expect(ID.fullmatch(self.text(other, "pci_id")), "alternative:", other)
            self.expect(other.get("pci_id") != answer.get("pci_id"), "its own alternative")
            self.text(other, "name")
            probability = self.fraction(other, "probability")
            self.expect(probability > (verdict.get("probability") or 0), "an alternative that is no better")
            price, as_of = other.get("price_usd", 0), other.get("price_as_of", 0)
            self.expect(price is None and as_of is None or isinstance(price, int) and price > 0
                        and isinstance(as_of, str) and DATE.fullmatch(as_of), "price:", price, as_of)

    def answer(self, answer):
        self.where = str(answer.get("pci_id"))
        self.text(answer, "query")
        if "error" in answer:
            self.text(answer["error"], "code")
            self.text(answer["error"], "message")
            return
        self.expect(ID.fullmatch(self.text(answer, "pci_id")), "pci_id:", answer.get("pci_id"))
        self.text(answer, "vendor")
        self.text(answer, "name")
        self.expect("chip" in answer and (answer["chip"] is None or answer["chip"]), "chip:", answer.get("chip"))
        self.expect(isinstance(answer.get("is_gpu"), bool), "is_gpu:", answer.get("is_gpu"))
        if answer.get("is_gpu"):
            self.gpu(answer)
        else:
            self.expect("verdict" not in answer, "a verdict on what is no GPU")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ndjson", action="store_true")
    parser.add_argument("--count", type=int)
    parser.add_argument("vocabulary")
    options = parser.parse_args()
    text = sys.stdin.buffer.read().decode("utf-8")
    checker = Checker(read_vocabulary(options.vocabulary))
    answers = [parse(line) for line in text.splitlines()] if options.ndjson else parse(text)
    checker.expect(isinstance(answers, list), "no array")
    for answer in answers if isinstance(answers, list) else []:
        checker.answer(answer)
    checker.where = "all"
    if options.count is not None:
        checker.expect(len(answers) == options.count, len(answers), "answers, not", options.count)
    print("\n".join(checker.problems[:20]) or "%d answers, all as the contract says" % len(answers))
    return 1 if checker.problems else 0


if __name__ == "__main__":
    sys.exit(main())
