# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads one machine: the running one, or a recorded one below a directory."""
import os
import stat


class Source:
    """No link leads out of it, and nothing but directories and regular files is opened: a recorded machine comes from
    somebody else, and may be read as root."""

    def __init__(self, root):
        top = os.path.realpath(root or "/")
        self.top = "" if top == "/" else top
        self.missed = []

    def place(self, path):
        """Where a path of the machine lies, all links followed, again as a path of the machine; None when it is not there
        or leads out."""
        try:
            real = os.path.realpath(self.top + path, strict=True)
        except (OSError, ValueError):  # ValueError: a NUL, as a configuration may have it in the name of a file
            return None
        return real[len(self.top):] or "/" if real == self.top or real.startswith(self.top + "/") else None

    def exists(self, path):
        """Whether there is anything at this path."""
        return self.place(path) is not None

    def _open(self, place, kind):
        """A descriptor for what lies at a place without links, step by step, so that none can be put there meanwhile;
        None when it is not of this kind."""
        names = [name for name in place.split("/") if name] or ["."]
        here = os.open(self.top or "/", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for name in names[:-1]:
                above = here
                here = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=above)
                os.close(above)
            # Merely to open a device can have an effect: it is looked at before, and after, as O_NONBLOCK keeps a FIFO
            # from holding us up.
            if not kind(os.lstat(names[-1], dir_fd=here).st_mode):
                return None
            file = os.open(names[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, dir_fd=here)
            if kind(os.fstat(file).st_mode):
                return file
            os.close(file)
            return None
        finally:
            os.close(here)

    def read(self, path, limit):
        """The first `limit` bytes of a file, None when it cannot be read."""
        place = self.place(path)
        if place is None:
            if os.path.lexists(self.top + path):
                self.missed.append("%s: cannot be reached, or leads out of the machine" % path)
            return None
        try:
            file = self._open(place, stat.S_ISREG)
            if file is None:
                self.missed.append("%s: is not a regular file" % path)
                return None
            with open(file, "rb", buffering=0) as opened:
                data = b""
                while len(data) < limit:
                    piece = opened.read(limit - len(data))
                    if not piece:
                        break
                    data += piece
                return data
        except OSError as error:
            self.missed.append("%s: %s" % (path, error.strerror))
            return None

    def text(self, path, limit=256 << 10):
        """A file as text, "" when it cannot be read."""
        return (self.read(path, limit) or b"").decode("utf-8", "replace")

    def names(self, path):
        """What is in a directory, sorted; nothing when it cannot be read."""
        place = self.place(path)
        try:
            directory = self._open(place, stat.S_ISDIR) if place else None
            if directory is None:
                return []
            try:
                return sorted(os.listdir(directory))
            finally:
                os.close(directory)
        except OSError:
            return []

    def is_directory(self, path):
        """Whether it is a directory."""
        place = self.place(path)
        return place is not None and os.path.isdir(self.top + place)

    def link_name(self, path):
        """The last step of what a link leads to, which need not be there; None when it is no link."""
        directory, _, name = path.rpartition("/")
        place = self.place(directory)
        try:
            return os.readlink("%s%s/%s" % (self.top, place, name)).rpartition("/")[2] if place else None
        except OSError:
            return None
