#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Check that each change to a table of data/ has raised the version in its first line.

usage: check_versions.py [REPOSITORY_ROOT]

Compares each table with the newest content in the history of git that differs from it. One line for each table,
"ok - ..." or "not ok - ..."; skipped where there is no history to compare with.
"""
import pathlib
import re
import shutil
import subprocess
import sys

VERSION = re.compile(rb"# version: ([1-9][0-9]{0,8})\r?\n")


class Unavailable(Exception):
    """git cannot answer; the text says why."""


def git(root, *arguments):
    """What git prints on standard output, as bytes."""
    done = subprocess.run(["git", "-C", root, *arguments], capture_output=True, check=False)
    if done.returncode:
        raise Unavailable(done.stderr.decode(errors="replace").partition("\n")[0])
    return done.stdout


def require_repository(root):
    """Raises Unavailable unless the root is that of a git repository, and not a directory in somebody else's."""
    if not shutil.which("git"):
        raise Unavailable("git is not installed")
    top = git(root, "rev-parse", "--show-toplevel").decode().strip()
    if pathlib.Path(top).resolve() != root:
        raise Unavailable("this is no repository of its own")


def version_of(content):
    """The number in the first line; 0 where there is none, as before tables had versions."""
    match = VERSION.match(content)
    return int(match.group(1)) if match else 0


def last_other_content(root, name, content):
    """The newest content of a table that differs from this one, with the commit that has it; None without one."""
    for commit in git(root, "log", "--format=%h", "--", name).decode().split():
        if git(root, "ls-tree", commit, "--", name):
            other = git(root, "show", f"{commit}:{name}")
            if other != content:
                return commit, other
    return None


def fault_of(root, name):
    """What is wrong with a table's version, or None."""
    content = (root / name).read_bytes()
    version = version_of(content)
    if not version:
        return f'{name}:1: the first line must be "# version: N", N a number from 1'
    other = last_other_content(root, name, content)
    if other and version_of(other[1]) >= version:
        return (f"{name}:1: version {version}, but the content differs from that of commit {other[0]}, which has"
                f' version {version_of(other[1])}: write "# version: {version_of(other[1]) + 1}"')
    return None


def main(arguments):
    if len(arguments) > 1:
        sys.exit(__doc__)
    root = (pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).parents[2]).resolve()
    names = sorted(path.relative_to(root).as_posix() for path in (root / "data").glob("*.tsv"))
    failed = not names
    print(f"{'not ok' if failed else 'ok'} - there are tables in data/: {len(names)}")
    try:
        require_repository(root)
        shallow = git(root, "rev-parse", "--is-shallow-repository").strip() == b"true"
    except Unavailable as why:
        print(f"ok - each change to a table has raised its version # SKIP {why}")
        return failed
    for name in names:
        fault = fault_of(root, name)
        failed = failed or bool(fault)
        if fault:
            print(f"not ok - {name}: its version is that of its content\n# {fault}")
        elif shallow and not last_other_content(root, name, (root / name).read_bytes()):
            print(f"ok - {name}: its version is that of its content # SKIP the history is shallow")
        else:
            print(f"ok - {name}: its version is that of its content")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
