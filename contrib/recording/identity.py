# SPDX-License-Identifier: GPL-2.0-or-later
"""What names a machine or its owner in free text and in tables that cannot be taken by a closed list."""
import re

UUID = r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
MAC = (r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}[ :-]){5,7}[0-9A-Fa-f]{2}(?![0-9A-Fa-f])|"
       r"(?<![0-9A-Za-z.])(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}(?![0-9A-Za-z.])")
# What makers of firmware keep a dock's or an adapter's address in: _AUXMAC_#0123456789AB#.
MAC_STRING = r"(?<=MAC_#)[^#\x00]{1,64}(?=#)"
# How far it is looked ahead is bounded, here and in MAIL: else a string of a megabyte takes hours.
HEX = r"(?=[A-Fa-f]{0,40}[0-9])[0-9A-Fa-f]{12,}"
IP = (r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b|(?<![\w:])(?:(?:[0-9A-Fa-f]{1,4}:){3,7}[0-9A-Fa-f]{1,4}|"
      r"(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6})(?![\w:])")
MAIL = r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)*"
CUE = re.compile(r"(?i)(?:\b(?:s/?n|serial(?: ?(?:number|no))?|asset(?: ?tag)?|uuid)\b[\s:=#.(-]*"
                 r"|\b(?:mac|owner|user|host(?: ?name)?)\s*[:=#]\s*)(?=\w)")
# A cue that no piece of code looks like, and what follows it.
SURE_CUE = re.compile(r"(?i)(?<!\w)((?:s/n|serial(?: ?(?:number|no))?|asset(?: ?tag)?)[ .:=#]+|sn[:=#]+ ?)([ -~]+)", re.ASCII)
TOKEN = re.compile(r"[A-Za-z0-9]+")
# Machine types of Lenovo, such as 20HRCTO1WW, and dates are as long as serial numbers.
NO_SERIAL = re.compile(r"[12][0-9][A-Z0-9]{6}[A-Z]{2}|(?:19|20)[0-9]{6}")
SURE = re.compile("|".join((UUID, MAC, MAC_STRING)))
LIKELY = re.compile("|".join((UUID, MAC, MAC_STRING, IP, HEX, MAIL)))

# Host names that name nobody, and are words of what is recorded.
COMMON_NAMES = set("localhost debian ubuntu fedora arch archlinux proxmox pve pve1 pve2 unraid tower truenas freenas server host "
                   "linux kvm qemu generic desktop laptop home nas none localdomain lan local".split())


def looks_like_serial(token):
    """Many digits in one word."""
    return len(token) > 8 and sum(c.isdigit() for c in token) > 4 and not NO_SERIAL.fullmatch(token)


def mask(text, pattern=LIKELY):
    """Text with X in place of each letter and digit that belongs to an identifier: as long as before."""
    def crossed(found):
        return re.sub("[A-Za-z0-9]", "X", found[0])
    return pattern.sub(crossed, text)


def mask_code(text):
    """The same for a text that is code for the greater part: only what no code looks like."""
    text = mask(text, SURE)
    return SURE_CUE.sub(lambda found: found[1] + re.sub("[A-Za-z0-9]", "X", found[2]), text)


def mask_string(text):
    """The same for a string of its own: what comes after a cue such as "SN", and what looks like a serial number, too."""
    text = mask(text)
    cue = CUE.search(text)
    if cue:
        text = text[:cue.end()] + re.sub("[A-Za-z0-9]", "X", text[cue.end():])
    return TOKEN.sub(lambda found: "X" * len(found[0]) if looks_like_serial(found[0]) else found[0], text)


def package(data):
    """Bytes as the elements of a package in AML (ACPI 6.5, 20.2.3): zero and one have operators of their own."""
    return b"".join(bytes((10, byte) if byte > 1 else (byte,)) for byte in data)


def printable(text, longest):
    """The first line, without what no terminal shows."""
    line = (text.splitlines() or [""])[0]
    return "".join(c for c in line if c.isprintable())[:longest].strip()


def is_name(word):
    """Whether a serial number or the like is one: "To be filled by O.E.M.", "0123456789" and "00000000" are none."""
    return len(word) > 4 and re.search("[1-9]", word) and not "01234567890".startswith(word) \
        and not "1234567890".startswith(word)


class Identity:
    """What the machine itself says that it is called. It is read only to be looked for in what is recorded."""

    def __init__(self, source):
        self.names, self.words = set(), set()
        for path in ("/etc/hostname", "/proc/sys/kernel/hostname"):
            name = printable(re.sub("(?m)^#.*\n?", "", source.text(path, 4096)), 255)
            self.names.update(part for part in [name, name.partition(".")[0]]
                              if len(part) > 2 and part.lower() not in COMMON_NAMES)
        paths = ["/sys/class/dmi/id/" + name for name in ("product_serial", "product_uuid", "board_serial", "chassis_serial",
                                                          "product_asset_tag", "board_asset_tag", "chassis_asset_tag")]
        paths += ["/etc/machine-id", "/var/lib/dbus/machine-id"]
        paths += ["/sys/class/net/%s/address" % name for name in source.names("/sys/class/net")]
        paths += ["/sys/block/%s/device/serial" % name for name in source.names("/sys/block")]
        silent = len(source.missed)
        for path in paths:
            word = printable(source.text(path, 4096), 128)
            if is_name(word):
                self.words.add(word)
            # Some makers put several into one: /8F3XK52/CN1296178K0123/.
            self.words.update(part for part in re.findall("[A-Za-z0-9-]{7,}", word)
                              if is_name(part) and re.search("[A-Za-z]", part))
        del source.missed[silent:]
        spelled = [re.escape(word) for word in self.words] + [re.escape(re.sub("[:-]", "", word)) for word in self.words
                                                              if re.fullmatch("%s|%s" % (UUID, MAC), word)]
        whole = [r"(?<![A-Za-z0-9])%s(?![A-Za-z0-9])" % re.escape(name) for name in self.names]
        self.pattern = re.compile("|".join(spelled + whole) or r"(?!)", re.IGNORECASE)

    def free_text(self, text, longest=100):
        """What a maker calls a machine or a system, as far as it calls no single one."""
        text = self.pattern.sub("x", printable(text, longest))
        cue = CUE.search(text)
        if cue:
            text = text[:cue.start()].rstrip(" -,;:([")
        text = LIKELY.sub("x", text)
        return TOKEN.sub(lambda found: "x" if looks_like_serial(found[0]) else found[0], text)

    def forms(self):
        """Its identifiers as bytes, in each way that a table may hold them, and what to put there: as long, and no NUL
        where text must go on."""
        for word in self.words:
            spellings = {word, word.upper(), word.lower()}
            if re.fullmatch("%s|%s" % (UUID, MAC), word):
                digits = re.sub("[:-]", "", word)
                spellings |= {digits.upper(), digits.lower()}
                raw = bytes.fromhex(digits)
                for order in (raw, raw[::-1], raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:]):
                    if raw.strip(b"\0\xff") and len(order) == len(raw):
                        yield order, bytes(len(raw))
                        yield package(order), package(bytes(2 if byte > 1 else byte for byte in order))
            for spelling in spellings:
                for encoding in ("utf-8", "utf-16-le"):
                    form = spelling.encode(encoding)
                    yield form, ("X" * (len(form) // len("X".encode(encoding)))).encode(encoding)

    def mask_bytes(self, data):
        """Binary data without these identifiers, as long as before."""
        for form, substitute in self.forms():
            data = data.replace(form, substitute)
        return data
