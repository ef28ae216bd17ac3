#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a program on a terminal of its own and answers its prompts.

Usage: terminal.py [--columns N] [--when TEXT] PROGRAM [ARGUMENT]... <ANSWERS

Each line of ANSWERS is typed when the output ends with a prompt (" >" and a blank), or has TEXT since the last one; \\xNN in it is a byte, so that
\\x03 is Ctrl-C and \\x04 Ctrl-D. Prints what the program showed, and ends with its exit status (128 + N: signal N), or
with 99 when it asks more than there are answers, or says nothing for 20 seconds."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios

arguments = sys.argv[1:]
columns = 80
if arguments[0] == "--columns":
    columns = int(arguments[1])
    del arguments[:2]
awaited = None
if arguments[0] == "--when":
    awaited = arguments[1].encode()
    del arguments[:2]
answers = [re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), line.rstrip(b"\n"))
           for line in sys.stdin.buffer]
child, terminal = pty.fork()
if child == 0:
    # Who was started in the background by a script inherits that Ctrl-C is ignored.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    os.execv(arguments[0], arguments)


def prompts(output):
    if awaited:
        return awaited in output and bool(answers)
    return re.sub(rb"\x1b\[[0-9;]*m", b"", output).endswith(b" > ")


shown = b""
answered = 0 # bytes of it
status = None
while status is None:
    if not select.select([terminal], [], [], 20)[0]:
        status = 99
        break
    try:
        piece = os.read(terminal, 65536)
    except OSError: # the program has closed its terminal
        break
    if not piece:
        break
    shown += piece
    if prompts(shown[answered:]):
        answered = len(shown)
        if not answers:
            status = 99
            break
        answer = answers.pop(0)
        # A control character acts by itself and ends no line.
        os.write(terminal, answer if answer in (b"\x03", b"\x04") else answer + b"\n")
sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n"))
if status == 99:
    os.kill(child, 9)
    os.waitpid(child, 0)
    sys.exit(99)
ended = os.waitpid(child, 0)[1]
sys.exit(128 + os.WTERMSIG(ended) if os.WIFSIGNALED(ended) else os.WEXITSTATUS(ended))
