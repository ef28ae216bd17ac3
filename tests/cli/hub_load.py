#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sends reports to passthru-hub at 127.0.0.1:PORT on some connections, without end, whatever happens to the hub. Each that
was answered with 201 is written to the file STORED by its id, each other status to OTHERS.

hub_load.py PORT STORED OTHERS NAME"""
import http.client
import json
import sys
import threading
import time

PORT, NAME = int(sys.argv[1]), sys.argv[4]
lock = threading.Lock()


def work(number, stored, others):
    connection, count = None, 0
    while True:
        try:
            if connection is None:
                connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
            count += 1
            body = json.dumps({"pci_id": "10de:1d01", "outcome": "works", "note": "%s %d %d" % (NAME, number, count)})
            connection.request("POST", "/v1/reports", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            with lock:
                if answer.status == 201:
                    stored.write(json.loads(text)["id"] + "\n")
                    stored.flush()
                else:
                    others.write("%d\n" % answer.status)
                    others.flush()
            time.sleep(0.005)  # others have to work on this machine, too
        except (OSError, http.client.HTTPException):
            connection = None
            time.sleep(0.01)


with open(sys.argv[2], "a") as stored, open(sys.argv[3], "a") as others:
    threads = [threading.Thread(target=work, args=(i, stored, others), daemon=True) for i in range(8)]
    for thread in threads:
        thread.start()
    threads[0].join()
