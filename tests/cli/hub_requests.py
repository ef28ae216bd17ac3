#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sends good and bad requests to passthru-hub at 127.0.0.1:PORT and looks at each answer. Prints `ok` and `not ok` lines;
the ids of the reports that were answered with 201 go to the file STORED.

hub_requests.py PORT STORED DATA, the last one tests/data"""
import json
import pathlib
import socket
import struct
import sys
import threading
import time

PORT, STORED, DATA = int(sys.argv[1]), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
TYPE = "Content-Type: application/json"
stored, failed = {}, 0


def check(name, good, why=""):
    global failed
    print("%s - %s" % ("ok" if good else "not ok", name))
    if not good:
        failed += 1
        print("    # " + str(why)[:1000])


def head(method="POST", path="/v1/reports", *lines, version="1.1"):
    return "\r\n".join(["%s %s HTTP/%s" % (method, path, version), "Host: hub", *lines, "", ""]).encode()


def post(body, *lines, version="1.1", path="/v1/reports"):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return head("POST", path, TYPE, "Content-Length: %d" % len(body), *lines, version=version) + body


def chunked(*pieces, last=b"0\r\n\r\n"):
    return head("POST", "/v1/reports", TYPE, "Transfer-Encoding: chunked") + \
        b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + last


def report(note, **members):
    return dict({"pci_id": "10de:1d01", "outcome": "works", "note": note}, **members)


def read_answer(file, has_body=True):
    """Status, headers and body of one answer; None at the end."""
    line = file.readline()
    if not line:
        return None
    status, headers = int(line.split()[1]), {}
    while (line := file.readline().strip()):
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    if status == 100:
        return read_answer(file, has_body)
    return status, headers, file.read(int(headers.get("content-length", 0)) if has_body else 0)


def talk(pieces, count=1, pause=0.0, shut=False, bodies=True):
    """Sends bytes, in pieces with pauses in between, and reads so many answers."""
    with socket.create_connection(("127.0.0.1", PORT), timeout=30) as connection:
        for piece in pieces if isinstance(pieces, list) else [pieces]:
            connection.sendall(piece)
            time.sleep(pause)
        if shut:
            connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as file:
            return [read_answer(file, bodies) for _ in range(count)]


def expect(name, statuses, pieces, says=None, count=1, **how):
    """All answers have one of these statuses, and are JSON; errors have a text."""
    statuses = statuses if isinstance(statuses, tuple) else (statuses,)
    try:
        answers = talk(pieces, count, **how)
    except OSError as error:
        answers = [repr(error)] * count
    for answer in answers:
        good = isinstance(answer, tuple) and answer[0] in statuses
        text = answer[2] if isinstance(answer, tuple) else b""
        if good and answer[0] not in (304, 414, 431) and answer[1].get("content-type") == "application/json":
            document = json.loads(text)
            good = answer[0] < 300 or bool(document["error"])
            if answer[0] == 201:
                stored[document["id"]] = document["withdraw_token"]
            if answer[0] in (429, 503):
                good = good and int(answer[1]["retry-after"]) > 0
        check(name, good and (says is None or says in text), answer)
    return answers


def bodies():
    """What a report may and may not have: the table that the reader's own tests use."""
    for line in (DATA / "bad-members.tsv").read_text(encoding="utf-8").splitlines():
        who, _, rest = line.partition("\t")
        if who in ("both", "parser"):
            reason, *members = rest.split("\t")
            for member in members:
                good = {key: '"%s":"%s"' % (key, value) for key, value in (("pci_id", "10de:1d01"), ("outcome", "works"))
                        if '"%s"' % key not in member.split(":")[0]}
                yield reason + ": " + member, ("{" + ",".join([*good.values(), member]) + "}").encode()


def test_bodies():
    for name, body in list(bodies())[:170]:
        expect(name, (400, 422), post(body))
    rows = [line.split("\t") for line in (DATA / "private-texts.tsv").read_text(encoding="utf-8").splitlines()
            if "\t" in line and not line.startswith("#") and "\\" not in line]
    for kind, _, text in [row for row in rows if row[1] == "stop"][::12]:
        expect("%s in a note: %s" % (kind, text), 422, post(report("my " + text)), b"note")
    for kind, _, text in [row for row in rows if row[1] == "pass"][::20]:
        expect("harmless %s in a note: %s" % (kind, text), (200, 201), post(report(text)))
    answer = expect("all problems at once", 422, post({"pci_id": "x", "outcome": "y", "date": "2023-02-31", "odd": 1}))[0]
    fields = {problem["field"] for problem in json.loads(answer[2])["problems"]}
    check("all problems at once: each field is named", fields == {"pci_id", "outcome", "date", "odd"}, fields)
    for name, body in (("nothing", b""), ("a list", b"[]"), ("a text", b'"x"'), ("two objects", b"{}{}"), ("half", b'{"pci_id":'),
                       ("not UTF-8", b'{"pci_id":"10de:1d01","outcome":"works","note":"\xff"}'), ("UTF-16", '{}'.encode("utf-16")),
                       ("deep", b"[" * 5000), ("a form", b"a=b&c=d"), ("zeros", b"\0" * 100)):
        expect("a body that is " + name, (400, 422), post(body))
    for note in ("<script>alert(1)</script>", "a & b", "Gr\u00fc\u00dfe", "\u4e2d\u6587", "{}'\"; DROP TABLE report; --", "%s%n$1?1", "\\"):
        expect("a note that says " + note, 201, post(report(note)))
    for note in ("\u202etxet", "zero\u200bwidth", "\ufeffmark"):
        expect("a note with U+%04X" % max(map(ord, note)), 422, post(report(note)))
    for line in (DATA.parents[1] / "schema/report-fields.tsv").read_text(encoding="utf-8").splitlines():
        name, kind = (line.split("\t") + [""])[:2]
        if kind not in ("text", "version", "open_enum", "open_enums"):
            continue
        for text in ("<img src=x onerror=alert(1)>", "a\u202eb", "a\u200bb", "a\x1b[2Jb"):
            value = "other:" + text if kind.startswith("open") else text
            expect("%s: %a" % (name, text), 201 if text[0] == "<" else 422, post(dict(report("in " + name), **{name: [value] if kind == "open_enums" else value})))
    expect("a date in the future", 422, post(report("x", date="2999-01-01")), b"future")
    expect("success that its stages deny", 422, post(report("x", stages={"bind": "no"})), b"outcome")
    expect("an id that is another's", 422, post(report("x", id="0" * 64)), b'"id"')
    expect("16 KiB with spaces", 201, post(json.dumps(report("small")).encode().ljust(16384)))


def test_http():
    good = lambda name, **members: post(report(name, **members))
    expect("the same twice: 201", 201, good("twice"))
    expect("the same twice: 200", 200, good("twice"), b'"known":true')
    same, answers = good("at once"), []
    senders = [threading.Thread(target=lambda: answers.append(expect("the same, by twenty at once", (200, 201), same)[0][0])) for _ in range(20)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    check("the same, by twenty at once: one is stored", answers.count(201) == 1, answers)
    expect("other spaces and order, the same report", 200, post(b'{ "outcome":"works" ,\n"note":"twice","pci_id":"10DE:1d01"}'.replace(b"10DE", b"10de")))
    expect("ten on one connection", 201, b"".join(good("pipelined %d" % i) for i in range(10)), count=10)
    expect("a byte at a time", 201, [bytes([byte]) for byte in good("bytes")], pause=0.001)
    expect("in two halves", 201, [good("halves")[:120], good("halves")[120:]], pause=0.3)
    expect("half closed after the body", 201, good("half closed"), shut=True)
    expect("HTTP/1.0", 201, post(report("1.0"), version="1.0"))
    expect("with parameters of the type", 201, good("charset").replace(b"json\r", b"json; charset=utf-8\r"))
    expect("Expect: 100-continue", 201, post(report("expects"), "Expect: 100-continue"))
    expect("chunked", 201, chunked(*[json.dumps(report("chunked")).encode()[i:i + 7] for i in range(0, 300, 7) if json.dumps(report("chunked")).encode()[i:i + 7]]))
    expect("chunked, too large", 413, chunked(b" " * 9000, b" " * 9000))
    expect("chunked, far too large", (413, None), chunked(*[b" " * 16000] * 30))
    both = chunked(json.dumps(report("both")).encode()).replace(b"\r\n\r\n", b"\r\nContent-Length: 4\r\n\r\n", 1) + head("GET", "/healthz")
    answers = [answer and answer[0] for answer in talk(both, count=2)]
    check("a length, and chunks: rejected, and what follows is no request", answers == [400, None], answers)
    expect("too large", 413, post(b" " * 16385))
    expect("a length of gigabytes", 413, head("POST", "/v1/reports", TYPE, "Content-Length: 99999999999"))
    for kind in ("text/plain", "application/jsonx", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        expect("the type " + (kind or "(empty)"), 415, good("type").replace(b"application/json", kind.encode()))
    expect("no type", 415, good("type").replace(TYPE.encode() + b"\r\n", b""))
    for method in ("GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
        answer = talk(head(method, "/v1/reports", "Connection: close"), bodies=method != "HEAD")[0]
        check("%s /v1/reports: 405" % method, answer[0] == 405 and answer[1].get("allow") == "POST", answer)
    answer = talk(head("GET", "/v1/reports/" + "0" * 64))[0]
    check("GET /v1/reports/ID: 405, it is for DELETE", answer[0] == 405 and answer[1].get("allow") == "DELETE", answer)
    for path in ("/v1/report", "/v1/", "/v1/reports2", "/..", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/.git", "/a//b", "//", "/nothing",
                 "/" + "a" * 3000, "/?a=b", "/%00", "/current/../../lock", "/index.html\\", "/v1/reports/../healthz"):
        expect("GET " + path[:50], (404, 405, 400, 414), head("GET", path))
    for method in ("POST", "PUT", "DELETE"):
        expect(method + " /healthz", 405, head(method, "/healthz", "Content-Length: 0"))
    expect("GET /healthz", 200, head("GET", "/healthz"), b'"ok":true')
    answer = talk(head("GET", "/metrics"))[0]
    check("GET /metrics", answer[0] == 200 and b'passthru_hub_answers_total{status="201"}' in answer[2], answer)
    check("headers", answer[1]["x-content-type-options"] == "nosniff" and "default-src 'self'" in answer[1]["content-security-policy"], answer[1])
    for name, text in (("nonsense", b"nonsense\r\n\r\n"), ("no version", b"GET /\r\n\r\n"), ("NUL in the head", b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n"),
                       ("a header of 100 KB", head("GET", "/healthz", "X: " + "y" * 100000)),
                       ("two lengths", head("POST", "/v1/reports", TYPE, "Content-Length: 5", "Content-Length: 6") + b"{}    "),
                       ("a length that is no number", head("POST", "/v1/reports", TYPE, "Content-Length: five")),
                       ("a bad chunk", head("POST", "/v1/reports", TYPE, "Transfer-Encoding: chunked") + b"zz\r\n{}\r\n0\r\n\r\n")):
        try:
            answer = talk(text, shut=True)[0]
            check("%s: an error, or nothing" % name, answer is None or answer[0] >= 400, answer)
        except OSError as error:
            check("%s: an error, or nothing" % name, True, error)
    # Who goes away in the middle, or with a reset, harms nobody.
    for i in range(20):
        connection = socket.create_connection(("127.0.0.1", PORT))
        connection.sendall(good("gone %d" % i)[:60 + 4 * i])
        if i % 2:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    slow = [socket.create_connection(("127.0.0.1", PORT)) for _ in range(50)]
    for connection in slow:
        connection.sendall(b"POST /v1/reports HTTP/1.1\r\n")
    expect("while 50 others dawdle", 201, good("quick"))
    for connection in slow:
        connection.close()


def test_authors():
    def bearer(token):
        return "Authorization: Bearer " + token

    first = json.loads(expect("one to be taken back", 201, post(report("withdraw")))[0][2])
    path, token = "/v1/reports/" + first["id"], first["withdraw_token"]
    other = json.loads(expect("another one", 201, post(report("withdraw another")))[0][2])["withdraw_token"]
    for name, line in (("no token", "X: y"), ("a wrong token", bearer("0" * 64)), ("another's token", bearer(other)), ("half a token", bearer(token[:32])),
                       ("another scheme", "Authorization: Basic " + token)):
        expect("DELETE with " + name, 403, head("DELETE", path, line))
    expect("DELETE of what is not there", 404, head("DELETE", "/v1/reports/" + "0" * 64, bearer(token)))
    expect("DELETE of what is no id", 404, head("DELETE", "/v1/reports/x", bearer(token)))
    expect("DELETE", 200, head("DELETE", path, bearer(token)))
    expect("DELETE again", 200, head("DELETE", path, bearer(token)))
    expect("sent again after that: known", 200, post(report("withdraw")))
    old = json.loads(expect("one to be superseded", 201, post(report("old")))[0][2])
    new = post(report("new", supersedes=old["id"]))
    expect("supersedes without a token", 422, new, b"supersedes")
    expect("supersedes with a wrong token", 422, post(report("new", supersedes=old["id"]), bearer("0" * 64)), b"supersedes")
    expect("supersedes what is not there", 422, post(report("new", supersedes="0" * 64), bearer(token)), b"supersedes")
    expect("supersedes", 201, post(report("new", supersedes=old["id"]), bearer(old["withdraw_token"])))


test_bodies()
test_http()
test_authors()
STORED.write_text("".join(name + "\n" for name in sorted(stored)))
sys.exit(failed > 0)
