#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what `passthru rom --json` says about random option ROMs with an independent reader of them.

Usage: check_rom.py COUNT COMMAND...      COMMAND is asked about a ROM on its standard input
Prints one line for each difference (at most 20) and exits with 1 if there was any.
"""
import json
import pathlib
import random
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "machines"))
import rom as build  # noqa: E402  pylint: disable=wrong-import-position

# PCI Firmware Specification 3.3, tables 5-1 (header), 5-3 (PCI data structure) and 18-1 of UEFI 2.10 (EFI header).
PCIR = struct.Struct("<4sHHHHB3sHHBBH2x")
HEADER = struct.Struct("<2sB21xH")
EFI_HEADER = struct.Struct("<2sHIHHH8xHH")


def devices_of(data, vendor, at):
    """A list of 16-bit words, the last of which is 0."""
    found = []
    while at + 2 <= len(data):
        device, = struct.unpack_from("<H", data, at)
        if not device:
            break
        found.append("%04x:%04x" % (vendor, device))
        at += 2
    return found


def judge_image(data, offset):
    """One image, with its length by PCIR and whether PCIR says it is the last."""
    _, blocks, pcir = HEADER.unpack_from(data, offset)
    signature, vendor, device, listed, _, revision, class_code, length, _, code, indicator, _ = PCIR.unpack_from(
        data, offset + pcir)
    assert signature == b"PCIR"
    length *= 512
    whole = data[offset:offset + length]
    image = {
        "offset": offset, "length": length, "missing": length - len(whole), "code_type": code,
        "pci_id": "%04x:%04x" % (vendor, device), "class": class_code[::-1].hex(), "pcir_revision": revision,
        "last": bool(indicator & 0x80), "npde": False, "private": False, "checksum_ok": None,
        "device_ids": devices_of(whole, vendor, pcir + listed) if listed and revision >= 3 else [],
    }
    if code == 0 and len(whole) == length:
        image["checksum_ok"] = sum(whole[:blocks * 512] if blocks else whole) % 256 == 0
    if code == 0:
        image["has_code"] = True
    if code == 3:
        _, _, efi_signature, subsystem, machine, compression, _, _ = EFI_HEADER.unpack_from(data, offset)
        assert efi_signature == 0xEF1
        image |= {"machine": "%04x" % machine, "subsystem": subsystem, "compressed": compression != 0,
                  "program": True if len(whole) == length else None}
    return image


def judge(data):
    """What there is to be said about a chain of well-formed images that may be cut."""
    images = []
    offset = 0
    truncated = False
    while True:
        try:
            image = judge_image(data, offset)
        except (struct.error, AssertionError):
            truncated = True
            break
        images.append(image)
        offset += image["length"]
        truncated = offset > len(data)
        if truncated or image["last"]:
            break
    rest = data[offset:]
    blank = set(rest) in ({0}, {255})
    whole = [image for image in images if not image["missing"]]
    return {
        "images": images, "truncated": truncated, "size": len(data),
        "padding": len(rest) if blank and not truncated else 0,
        "trailing": len(rest) if not blank and not truncated else 0,
        "efi": any(image["code_type"] == 3 for image in whole),
        "legacy": any(image["code_type"] == 0 for image in whole),
        "valid": not truncated and all(image["checksum_ok"] is not False for image in images),
    }


def random_rom(random_source):
    """One to five images, then cut, padded or with a byte that is wrong."""
    choose = random_source.choice
    vendor = choose((0x1002, 0x8086, 0x1A03, 0x10DE))
    count = random_source.randint(1, 5)
    data = b"".join(
        build.image(vendor, random_source.randint(0, 0xFFFF), choose((0, 0, 1, 3, 3, 0x42)),
                    blocks=random_source.randint(1, 200) + 1, last=number == count - 1,
                    revision=choose((0, 3)), devices=random_source.sample(range(1, 65536), choose((0, 0, 3, 40))),
                    machine=choose((0x8664, 0xAA64, 0xEBC)), compressed=choose((True, False)),
                    class_code=random_source.randrange(1 << 24), pcir_at=choose((0x1C, 0x40, 0x200)))
        for number in range(count))
    damage = random_source.randrange(6)
    if damage == 0:
        data = data[:random_source.randint(0x300, len(data))]
    elif damage == 1:
        data += bytes([choose((0, 255))]) * random_source.randint(1, 70000)
    elif damage == 2:
        data += random_source.randbytes(random_source.randint(2, 3000))
    elif damage == 3:
        at = random_source.randint(0x3A0, 0x3FF)  # in the first image, where nothing is
        data = data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1:]
    return data


def main(arguments):
    if len(arguments) < 2:
        sys.exit(__doc__)
    differences = []
    kinds = set()
    for seed in range(int(arguments[0])):
        data = random_rom(random.Random(seed))
        expected = judge(data)
        done = subprocess.run(arguments[1:], input=data, stdout=subprocess.PIPE, check=False)
        answer = json.loads(done.stdout)
        kinds.add((expected["valid"], expected["truncated"], bool(expected["padding"]), bool(expected["trailing"])))
        for key in ("truncated", "size", "padding", "trailing", "efi", "legacy", "valid"):
            if answer[key] != expected[key]:
                differences.append("seed %d: %s is %s, not %s" % (seed, key, answer[key], expected[key]))
        got = [{key: value for key, value in image.items() if key != "type"} for image in answer["images"]]
        if got != expected["images"]:
            differences.append("seed %d: images are %s, not %s" % (seed, got, expected["images"]))
        grave = any(finding["severity"] != "info" for finding in answer["findings"])
        if done.returncode != int(grave):
            differences.append("seed %d: exit status %d" % (seed, done.returncode))
    if len(kinds) < 5:
        differences.append("only %d kinds of ROM were made" % len(kinds))
    print("\n".join(differences[:20]), end="")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
