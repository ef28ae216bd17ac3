#!/usr/bin/python3 -IS
# SPDX-License-Identifier: GPL-2.0-or-later
"""Evaluates what a script of lib.sh asks about JSON documents and databases: one for the whole script, as to start Python for
each question takes longer than the program that is asked about.

Prints a port of 127.0.0.1, and answers there until the script ends. A request: the number of its words, then the words, each
with a NUL behind it. The answer: an exit status, a newline, a text.

    json PROCESS EXPRESSION                                its value, d is the document on standard input of that process
    holds NAME STATUS ERR GIVEN FILE EXPRESSION...         "ok - ..." or "not ok - ..." for each, d is the document in the file
    sql DATABASE STATEMENT...                              the rows that they give
"""
import contextlib
import json
import os
import socket
import sys
import threading

TEXT = {"encoding": "utf-8", "errors": "surrogateescape"}


def read(path):
    with open(path, **TEXT) as file:
        return file.read()


def judge_json(process, expression):
    return 0, str(eval(expression, {"json": json, "sys": sys, "d": json.loads(read("/proc/%s/fd/0" % process))})) + "\n"


def judge_holds(name, status, err, given, path, *expressions):
    names = {"json": json, "sys": sys, "name": name, "status": int(status), "err": err, "text": read(path)}
    broken = ""
    try:
        names["d"] = json.loads(names["text"])
        exec(given, names)
    except Exception as error:
        broken = repr(error)
    lines, bad = [], 0
    for expression in expressions:
        try:
            why = broken or ("" if eval("(" + expression + ")", names) else "it is not so")
        except Exception as error:
            why = repr(error)
        lines.append("%s - %s: %s\n" % ("not ok" if why else "ok", name, expression.replace("\n", " ")))
        if why:
            bad = 1
            lines.append("    # %s %s %r %s\n" % (why, status, err, names["text"][:2000]))
    return bad, "".join(lines)


def judge_sql(path, *statements):
    import sqlite3  # few scripts need it
    with contextlib.closing(sqlite3.connect(path)) as database:
        rows = [row for statement in statements for row in database.execute(statement)]
        database.commit()
    return 0, "".join(" ".join(map(str, row)) + "\n" for row in rows)


def answer(connection):
    with connection, connection.makefile("rb") as request:
        data = b""
        while data.count(b"\0") < 1 or data.count(b"\0") <= int(data.split(b"\0", 1)[0]):
            data += request.read1()
        kind, *words = (word.decode(**TEXT) for word in data.split(b"\0")[1:-1])
        try:
            status, text = {"json": judge_json, "holds": judge_holds, "sql": judge_sql}[kind](*words)
        except Exception as error:
            status, text = 2, "%s: %r\n" % (words, error)
        connection.sendall(("%d\n%s" % (status, text)).encode(**TEXT))


def main():
    script = int(sys.argv[1])
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(1)
        judge = os.fork()
        if judge:
            print(server.getsockname()[1], judge, flush=True)
            os._exit(0)  # no child of the script, which might wait for it without end
        while os.path.exists("/proc/%d" % script):
            try:
                threading.Thread(target=answer, args=server.accept()[:1], daemon=True).start()
            except socket.timeout:
                pass


main()
