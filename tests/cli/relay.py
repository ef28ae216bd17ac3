#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Stands between a client and a web server and does what a web server cannot. Prints its port, serves until it is ended.

relay.py cut PORT LIMIT...   to 127.0.0.1:PORT; the first connection is closed after as many bytes from there as the first
                             LIMIT says, the second after the second, and so on; one that ends with s is not closed but
                             falls silent. Further connections are left alone.
relay.py reset PORT          to 127.0.0.1:PORT; resets each connection on which nothing has come from there for 0.3 s
relay.py proxy PORT LOG      an HTTP proxy for CONNECT: wherever to, it connects to 127.0.0.1:PORT; LOG gets a line each
relay.py refuse STATUS LOG   a proxy that answers with STATUS
relay.py raw FILE [REQUEST [FILL]]
                             answers each request with the bytes of FILE and closes; keeps what was asked, with its body,
                             in REQUEST; fills the disk of FILL before it answers
relay.py flood TEXT          answers with an HTTP status line and then TEXT without end
relay.py silent              takes connections and says nothing
"""
import re
import socket
import struct
import sys
import threading


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def pump_at_most(source, target, limit):
    """Passes on `limit` bytes."""
    try:
        while limit > 0 and (data := source.recv(min(limit, 65536))):
            target.sendall(data)
            limit -= len(data)
    except OSError:
        pass


def connect(client, port):
    server = socket.create_connection(("127.0.0.1", int(port)))
    threading.Thread(target=pump, args=(client, server), daemon=True).start()
    return server


def close(client):
    try:
        client.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    client.close()


def read_head(client):
    head = b""
    while b"\r\n\r\n" not in head and (data := client.recv(1)):
        head += data
    return head.decode("latin-1")


def cut(client, number, port, *limits):
    server = connect(client, port)
    limit = limits[number] if number < len(limits) else ""
    if not limit:
        pump(server, client)
    else:
        pump_at_most(server, client, int(limit.rstrip("s")))
    if limit.endswith("s"):
        threading.Event().wait()
    close(client)
    close(server)


def reset(client, number, port):
    server = connect(client, port)
    server.settimeout(0.3)
    pump(server, client)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def proxy(client, number, port, log):
    head = read_head(client)
    with open(log, "a") as file:
        print(head.split("\r\n")[0], file=file)
    server = connect(client, port)
    client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
    pump(server, client)


def refuse(client, number, status, log):
    head = read_head(client)
    with open(log, "a") as file:
        print(head.split("\r\n")[0], file=file)
    client.sendall(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode())
    close(client)


def keep_request(client, file):
    head = read_head(client)
    length = int(re.search(r"(?i)content-length: *(\d+)", head).group(1))
    with open(file, "wb") as request:
        request.write(head.encode("latin-1"))
        while length > 0 and (data := client.recv(length)):
            request.write(data)
            length -= len(data)


def fill_disk(file):
    try:
        with open(file, "wb", buffering=0) as filler:
            while filler.write(bytes(512)):
                pass
    except OSError:
        pass


def raw(client, number, file, request=None, fill=None):
    if request:
        keep_request(client, request)
    else:
        read_head(client)
    if fill:
        fill_disk(fill)
    with open(file, "rb") as answer:
        client.sendall(answer.read())
    close(client)


def flood(client, number, text):
    read_head(client)
    try:
        client.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            client.sendall(text.encode().decode("unicode_escape").encode() * 100)
    except OSError:
        pass


def silent(client, number):
    threading.Event().wait()


MODES = {"cut": cut, "reset": reset, "proxy": proxy, "refuse": refuse, "raw": raw, "flood": flood, "silent": silent}


def serve(client, number, serve_one, arguments):
    try:
        serve_one(client, number, *arguments)
    except OSError:
        pass


def main(mode, *arguments):
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    print(listener.getsockname()[1], flush=True)
    sys.stdout.close()
    number = 0
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, number, MODES[mode], arguments), daemon=True).start()
        number += 1


main(*sys.argv[1:])
