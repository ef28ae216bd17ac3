#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Hostile texts in every field of a report that a site shows. Usage: site_hostile.py shape SITE IDS
       site_hostile.py send PORT IDS
       site_hostile.py look SITE IDS
       site_hostile.py write PCI_ID FILE

`shape` remembers which tags and attributes a site has that is without them, in a file beside IDS. `send` posts them to a hub and writes what was taken to the file IDS; `look` reads all files of the site that was made from
these, as a browser, a feed reader or a program does, and finds each text where it belongs, as text. Prints lines `ok ...`
and `not ok ...`."""
import html.parser
import json
import os
import re
import sys
import time
import unicodedata
import urllib.error
import urllib.request
import xml.etree.ElementTree

WHAT, PLACE, IDS = sys.argv[1:]
TEXTS = {
    "markup": "</title></p><script>alert(1)</script><img src=x onerror=alert(2)><iframe>",
    "quotes": "\" onmouseover=\"alert(1)\" x='y' autofocus onfocus='alert(2)' `z`",
    "entities": "&lt;b&gt; &#60;script&#62; &amp;amp; &nosuch; &",
    "comments": "--><!-- <!--> ]]> <![CDATA[ <?xml version='1.0'?> <!DOCTYPE html>",
    "placeholders": "{{content}} {{#reports}} {{links:note}} {{/reports}} ${alert(1)} {{nonsense}}",
    "scripts": "</script><script src=//evil.example></script> ';alert(1)// \\u003cb\\u003e",
    "addresses": "javascript:alert(1) data:text/html,<b> https://evil.example/\"><b>x</b> http://[::1]/<i>",
    "directions": "\u202egnp.exe\u202c \u2067back\u2069 \u200fx\u061cy",
    "no width": "a\u200bb\u200dc\ufeffd\u00ade\u2060f",
    "right to left": "\u05e9\u05dc\u05d5\u05dd 100% \u0645\u0631\u062d\u0628\u0627 (abc)",
    "one word": "W" * 180,
    "emoji": "\U0001f469\u200d\U0001f4bb \U0001f3f4\U000e0067\U000e0062\U000e007f \U0001f4a5\ufe0f",
    "formats": "%s %n %1$s %% %20 ..%2f..%2fetc/passwd ../../x //y \\x",
    "marks": "e" + "\u0301" * 60 + " z\u0336",
}
DEVICES = ["10de:1d01", "10de:1d16", "10de:2484", "1002:67df", "1002:73bf", "1002:15bf", "1002:687f", "1002:731f", "1002:7340",
           "1002:1681", "1002:73df", "1002:744c", "1002:66af", "1002:6860"]
FIELDS = {
    "note": lambda text: {"note": text},
    "machine": lambda text: {"machine": text},
    "guest_os": lambda text: {"guest_os": text},
    "hypervisor": lambda text: {"hypervisor": "other:" + text},
    "fix": lambda text: {"attempts": [{"fix": "other:" + text, "result": "helped"}]},
    "symptom": lambda text: {"symptoms": ["other:" + text]},
    "gpu": lambda text: {"gpu": text},
    "url": lambda text: {"url": "https://example.org/" + text},
}
SHOWN = {"note", "machine", "guest_os", "hypervisor", "fix", "url"}
failed = 0


def check(name, wrong):
    global failed
    print("%s - %s" % ("not ok" if wrong else "ok", name))
    for line in wrong[:8]:
        failed += 1
        print("    # %s" % line)


def post(report):
    request = urllib.request.Request("http://127.0.0.1:%s/v1/reports" % PLACE, json.dumps(report).encode(),
                                     {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def reports():
    for number, (name, text) in enumerate(TEXTS.items()):
        for field, fill in FIELDS.items():
            part = text[:90] if field in ("hypervisor", "fix", "symptom") else text
            yield name, field, part, dict({"pci_id": DEVICES[number], "outcome": "partial", "date": time.strftime("%Y-%m")}, **fill(part))


def write():
    """All on one GPU, as a file to import."""
    with open(IDS, "w", encoding="utf-8") as file:
        for _, _, _, report in reports():
            print(json.dumps(dict(report, pci_id=PLACE)), file=file)


def send():
    taken, other = [], []
    for name, field, part, report in reports():
        status, answer = post(report)
        if status == 201:
            taken.append([answer["id"], report["pci_id"], name, field, part])
        elif status != 422:
            other.append("%s in %s: %d %s" % (name, field, status, answer))
    check("each is taken, or rejected with a reason", other)
    check("a word of 16 KB is rejected", [status for status in [post({"pci_id": "10de:1d01", "outcome": "works", "note": "W" * 16000})[0]] if status != 422])
    check("most are taken: %d" % len(taken), [] if len(taken) > 60 else ["%d" % len(taken)])
    for field in sorted(SHOWN):
        check("some are taken in %s" % field, [] if any(row[3] == field for row in taken) else ["none"])
    with open(IDS, "w", encoding="utf-8") as file:
        json.dump(taken, file)


class Page(html.parser.HTMLParser):
    """The tags and attributes of a page, and its text; what is wrong in any page."""

    def __init__(self, path):
        super().__init__()
        self.path, self.text, self.shape, self.wrong = path, [], set(), []
        self.open = []
        self.feed(open(path, encoding="utf-8").read())

    def handle_starttag(self, tag, attributes):
        names = dict(attributes)
        self.open.append(tag)
        self.shape.add(tag)
        self.shape.update("%s %s" % (tag, name) for name in names)
        self.text.append(" ")
        if any(name.startswith("on") or name == "style" for name in names):
            self.wrong.append("%s has %s" % (tag, names))
        for name in ("href", "src", "action"):
            if re.match(r"\s*(?!https?:)[a-z]+:|//", names.get(name) or "", re.I):
                self.wrong.append("an address: %s" % names[name])
        if tag == "script" and not names.get("src", "").endswith(".js"):
            self.wrong.append("a script in the page")

    def handle_endtag(self, tag):
        self.text.append(" " if tag not in ("a", "b") else "")

    def handle_comment(self, data):
        if not data.startswith(" SPDX-License-Identifier"):
            self.wrong.append("a comment: %s" % data[:80])

    def handle_decl(self, decl):
        if decl.lower() != "doctype html":
            self.wrong.append("a declaration: %s" % decl[:80])

    def handle_pi(self, data):
        self.wrong.append("an instruction: %s" % data[:80])

    def unknown_decl(self, data):
        self.wrong.append("a declaration: %s" % data[:80])

    def handle_data(self, data):
        self.text.append(data)


def is_unseen(character):
    return unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") or "\ufe00" <= character <= "\ufe0f"


def patterns(text):
    """How a text may be shown: what a reader would not see as \\u{202e}; a joiner or selector may also stand as it is."""
    parts = []
    for character in re.sub(r"\s+", " ", text):
        escaped = re.escape("\\u{%x}" % ord(character))
        parts.append("(?:%s|%s)" % (escaped, re.escape(character)) if is_unseen(character) else
                     r"\s*" if character == " " else re.escape(character) + r"\s?")
    return re.compile("".join(parts))


def look_at_pages(taken):
    pages = {}
    for directory, _, names in os.walk(PLACE):
        for name in names:
            if name.endswith(".html"):
                path = os.path.join(directory, name)
                pages[os.path.relpath(path, PLACE)] = Page(path)
    check("pages: no text has become markup", ["%s: %s" % (path, wrong) for path, page in pages.items() for wrong in page.wrong])
    known = set(json.load(open(os.path.join(os.path.dirname(IDS), "shape.json"), encoding="utf-8")))
    check("pages: no tag or attribute is there that is not in a template",
          ["%s: %s" % (path, page.shape - known) for path, page in pages.items() if page.shape - known])
    lost = []
    for identity, device, name, field, text in taken:
        if field not in SHOWN:
            continue
        page = pages["gpu/%s/index.html" % device.replace(":", "-")]
        seen = re.sub(r"\s+", " ", "".join(page.text))
        if not patterns(text).search(seen):
            lost.append("%s in %s of %s" % (name, field, identity))
    check("pages: each text is there as it was written", lost)
    check("pages: each report is there", [row[0] for row in taken if "r-" + row[0] not in open(
        "%s/gpu/%s/index.html" % (PLACE, row[1].replace(":", "-")), encoding="utf-8").read()])


def look_at_others(taken):
    raw = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
    wrong, unread = [], []
    for directory, _, names in os.walk(PLACE):
        for name in names:
            path = os.path.join(directory, name)
            if not name.endswith((".html", ".json", ".xml")) or name == "manifest.json":
                continue
            text = open(path, encoding="utf-8").read()
            if raw.search(text):
                wrong.append("%s: %r" % (path, raw.search(text).group()))
            try:
                if name.endswith(".json"):
                    json.loads(text)
                elif name.endswith(".xml"):
                    xml.etree.ElementTree.fromstring(text)
            except (ValueError, xml.etree.ElementTree.ParseError) as error:
                unread.append("%s: %s" % (path, error))
    check("no file has what a reader would not see", wrong)
    check("JSON and XML can be read", unread)
    notes = {}
    for device in {row[1] for row in taken}:
        answer = json.load(open("%s/api/v1/devices/%s.json" % (PLACE, device.replace(":", "-")), encoding="utf-8"))
        notes.update({item["id"]: item.get("note", "") for item in answer["reports"]["items"]})
    check("JSON: each note is what was sent", [row[2] for row in taken if row[3] == "note" and notes.get(row[0]) != row[4]])
    atom = xml.etree.ElementTree.parse(PLACE + "/atom.xml").getroot()
    space = "{http://www.w3.org/2005/Atom}"
    check("Atom: entries have text alone", ["%s" % entry.find(space + "id").text for entry in atom.iter(space + "entry")
                                            for part in entry if len(part)])
    summaries = " ".join(entry.find(space + "summary").text for entry in atom.iter(space + "entry"))
    check("Atom: hostile texts are among them", [] if "<" in summaries and "alert(1)" in summaries else [summaries[:300]])


if WHAT == "shape":
    shape = set()
    for top, _, files in os.walk(PLACE):
        for one in files:
            if one.endswith(".html"):
                page = Page(os.path.join(top, one))
                shape |= page.shape
    json.dump(sorted(shape), open(os.path.join(os.path.dirname(IDS), "shape.json"), "w", encoding="utf-8"))
elif WHAT == "write":
    write()
elif WHAT == "send":
    send()
else:
    rows = json.load(open(IDS, encoding="utf-8"))
    look_at_pages(rows)
    look_at_others(rows)
sys.exit(failed > 0)
