#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Build option ROMs for the tests: PCI Firmware Specification 3.3, chapter 5, and what NVIDIA and AMD add.

usage: rom.py KIND [FILE]       writes one of KINDS to FILE or standard output

As a module: option_rom(vendor, device, ...) and the other functions return bytes.
"""
import struct
import sys

LEGACY, OPEN_FIRMWARE, HP_PA, EFI, NVIDIA_NBSI, NVIDIA_FWSEC = 0x00, 0x01, 0x02, 0x03, 0x70, 0xE0
X64, IA32, ARM64, EBC = 0x8664, 0x014C, 0xAA64, 0x0EBC
DISPLAY = 0x030000
PCIR_AT = 0x40
PROGRAM_AT = 0x300


def efi_program(machine=X64, subsystem=11):
    """The header of a PE program, as much of it as is looked at."""
    out = bytearray(160)
    out[0:2] = b"MZ"
    struct.pack_into("<I", out, 0x3C, 0x40)
    struct.pack_into("<4sH", out, 0x40, b"PE\0\0", machine)
    struct.pack_into("<H", out, 0x40 + 92, subsystem)
    return bytes(out)


def efi_compress(data):
    """UEFI Specification 2.10, chapter 19, with the same codes for any data: bytes 0 and 1 in 8 bits, all else in 9, and
    distances of 1 to 4 and 9 to 16."""
    bits = []

    def put(value, count):
        bits.extend(value >> (count - 1 - i) & 1 for i in range(count))

    def symbol(number):
        put(*((number, 8) if number < 2 else (number + 2, 9)))

    symbols = []
    at = 0
    while at < len(data):
        reach = [(sum(1 for _ in iter_match(data, at, back)), back) for back in (1, 2, 3, 4, *range(9, 17)) if back <= at]
        length, back = max(reach, default=(0, 0))
        symbols.append((length, back) if length >= 3 else (1, data[at]))
        at += symbols[-1][0]
    put(len(symbols), 16)
    put(12, 5)  # code lengths of 8 and 9, by 0 and 1
    for length in (0, 0, 0):
        put(length, 3)
    put(3, 2)  # and three more
    for length in (0, 0, 0, 0, 1, 1):
        put(length, 3)
    put(510, 9)
    for number in range(510):
        put(int(number >= 2), 1)
    put(5, 4)
    for length in (2, 2, 2, 0, 2):
        put(length, 3)
    for length, what in symbols:
        if length < 3:
            symbol(what)
            continue
        symbol(256 + length - 3)
        back = what - 1
        if back < 2:
            put(back, 2)
        elif back < 4:
            put(2, 2)
            put(back - 2, 1)
        else:
            put(3, 2)
            put(back - 8, 3)
    put(0, -len(bits) % 8)
    packed = bytes(int("".join(map(str, bits[i:i + 8])), 2) for i in range(0, len(bits), 8))
    return struct.pack("<II", len(packed), len(data)) + packed


def iter_match(data, at, back):
    """The bytes from `at` on that are those so far back, at most 256."""
    for i in range(at, min(len(data), at + 256)):
        if data[i] != data[i - back]:
            return
        yield data[i]


def image(vendor, device, code_type=LEGACY, *, blocks=8, last=True, devices=(), class_code=DISPLAY, revision=3,
          machine=X64, compressed=True, npde=None, strings=(), signature=b"\x55\xaa", pcir=b"PCIR", length=None,
          pcir_at=PCIR_AT, claimed_pcir_at=None):
    """One image of `blocks` * 512 bytes; a legacy one sums to 0.

    devices   further device IDs (DeviceIDList)
    npde      (blocks, last) of NVIDIA's extension behind PCIR
    strings   (offset, bytes) that lie in it
    length    blocks that PCIR claims, when they are not the real ones
    """
    out = bytearray(blocks * 512)
    out[0:2] = signature
    out[2] = blocks & 0xFF
    if code_type == EFI:
        struct.pack_into("<IHHH", out, 4, 0x0EF1, 0x0B, machine, int(compressed))
        struct.pack_into("<H", out, 0x16, PROGRAM_AT)
        program = efi_compress(efi_program(machine)) if compressed else efi_program(machine)
        out[PROGRAM_AT:PROGRAM_AT + len(program)] = program
    else:
        out[3:5] = b"\xeb\x10"
    struct.pack_into("<H", out, 0x18, pcir_at if claimed_pcir_at is None else claimed_pcir_at)
    pcir_length = 0x18 if revision == 0 else 0x1C
    behind = (pcir_at + pcir_length + 15) // 16 * 16
    list_at = behind + 16
    struct.pack_into("<4sHHHHB", out, pcir_at, pcir, vendor, device, list_at - pcir_at if devices else 0, pcir_length,
                     revision)
    out[pcir_at + 13:pcir_at + 16] = class_code.to_bytes(3, "little")
    struct.pack_into("<HHBB", out, pcir_at + 16, blocks if length is None else length, 0, code_type,
                     0x80 if last else 0)
    if npde:
        struct.pack_into("<4sHHHB", out, behind, b"NPDE", 0x0101, 0x14, npde[0], 0x80 if npde[1] else 0)
    if devices:
        struct.pack_into(f"<{len(devices) + 1}H", out, list_at, *devices, 0)
    for at, text in strings:
        out[at:at + len(text)] = text
    if code_type == LEGACY:
        out[-1] = -sum(out) & 0xFF
    return bytes(out)


def option_rom(vendor, device, efi=True, legacy=True, **options):
    """A plain chain: a legacy image, an EFI image, or both."""
    kinds = [LEGACY] * legacy + [EFI] * efi
    return b"".join(image(vendor, device, kind, last=kind == kinds[-1], **options) for kind in kinds)


def nvidia_rom(device=0x1B81, *, efi=True, private=True):
    """As NVIDIA does: PCIR ends the chain at the last image of the standard, NPDE goes on to images of NVIDIA's own."""
    version = (0x180, b"NVIDIA Corp\r\nVersion 86.04.50.00.64 \r\n\0")
    out = image(0x10DE, device, LEGACY, last=not efi, npde=(8, not (efi or private)), strings=[version], revision=0)
    if efi:
        out += image(0x10DE, device, EFI, npde=(8, not private))
    if private:
        out += image(0x10DE, device, NVIDIA_FWSEC, last=False, npde=(8, False))
        out += image(0x10DE, device, NVIDIA_FWSEC, npde=(8, True), pcir=b"NPDS", signature=b"VN")
    return out


def amd_rom(device=0x67DF, *, efi=True, **options):
    """A legacy ATOM image with its strings, and a GOP."""
    strings = [(0x30, b" 761295520"), (0x2F, b"\1"), (0x6E, struct.pack("<H", 0x180)), (0x48, struct.pack("<H", 0x1C0)),
               (0x180, b"113-D00034-S06\0\r\nEllesmere D000\0"), (0x1C4, b"ATOM")]
    out = image(0x1002, device, LEGACY, last=not efi, strings=strings, pcir_at=0x200, **options)
    return out + (image(0x1002, device, EFI, **options) if efi else b"")


def summed(data, size):
    """So that the last byte makes the first `size` ones sum to 0."""
    return data[:size - 1] + bytes([-sum(data[:size - 1]) & 0xFF]) + data[size:]


def apu_tables():
    """What some processors of AMD have for a vBIOS: a legacy image of tables, with nothing to run at its entry point."""
    data = bytearray(image(0x1002, 0x15BF, LEGACY, class_code=0x038000))
    data[3:5] = bytes(2)
    return summed(bytes(data), 4096)


def init_sum(rom):
    """A legacy image of which not the part that the header states sums to 0, but all of it."""
    data = bytearray(rom)
    data[2], data[0x240] = 2, 1
    return summed(bytes(data), 4096)


def nvgi(rom, header=0x600):
    """What nvflash saves from newer cards: a header of NVIDIA's before the ROM."""
    return struct.pack("<4sII", b"NVGI", 0x00240100, 0x40).ljust(header, b"\x5a") + rom


def padded(rom, size, byte=0xFF):
    """A dump of the whole flash chip."""
    return rom.ljust(size, bytes([byte]))


def card(code_type=LEGACY, **options):
    """An image for the card that the tests ask about."""
    return image(0x10DE, 0x1B81, code_type, **options)


GOOD = option_rom(0x10DE, 0x1B81, devices=(0x1B82, 0x1B06))
KINDS = {
    "good": GOOD,
    "legacy-only": option_rom(0x10DE, 0x1B81, efi=False),
    "efi-only": option_rom(0x10DE, 0x1B81, legacy=False),
    "arm-only": option_rom(0x10DE, 0x1B81, legacy=False, machine=ARM64),
    "nvidia": nvidia_rom(),
    "nvidia-sysfs": nvidia_rom()[:8192],  # the kernel stops where PCIR says so
    "amd": amd_rom(),
    "nvgi": nvgi(nvidia_rom()),
    "nvgi-false-start": nvgi(nvidia_rom()).replace(b"\x5a" * 2, b"\x55\xaa", 1),
    "nvgi-alone": nvgi(b"", 4096),
    "padded": padded(GOOD, 65536),
    "padded-zeroes": padded(GOOD, 65536, 0),
    "trailing": GOOD + b"something else" * 40,
    "truncated": GOOD[:6000],
    "truncated-between": GOOD[:4096],
    "wrong-checksum": GOOD[:0x300] + b"\x01" + GOOD[0x301:],
    "truncated-in-header": GOOD[:4106],
    "looping": card(length=0, last=False),  # whoever walks the chain by lengths stays here
    "endless": card(blocks=1, last=False) * 1000,
    "pcir-at-itself": card(claimed_pcir_at=0x18),
    "pcir-at-0": card(claimed_pcir_at=0),
    "pcir-outside": card(claimed_pcir_at=0xFFFF),
    "pcir-missing": card(pcir=b"XXXX"),
    "network": option_rom(0x8086, 0x1521, class_code=0x020000),
    "no-last": card(last=False) + bytes(1024),
    "efi-unsigned": card(EFI).replace(b"\xf1\x0e", b"\xf0\x0e", 1),
    "efi-of-two-machines": card(EFI, machine=ARM64, last=False) + card(EFI, machine=EBC),
    "efi-of-two-makers": card(last=False) + image(0x1002, 0x67DF, EFI),
    "efi-of-no-machine": card(EFI, machine=0x5064),
    # NPDE wins over PCIR for the end of the chain, but OVMF goes by PCIR.
    "npde-last": card(last=False, npde=(8, True)),
    "npde-longer": card(EFI, npde=(9, False)),
    "efi-by-npde": card(npde=(8, False)) + card(EFI, npde=(8, True)),
    "efi-behind-pcir": card(last=False, length=0xFFFF, npde=(8, False)) + card(EFI, npde=(8, True)),
    "efi-by-pcir": card(last=False, npde=(8, True)) + card(EFI),
    "erased": b"\xff" * 65536,
    "zeroes": bytes(65536),
    "empty": b"",
    "one-byte": b"\x55",
    "signature-alone": b"\x55\xaa",
    "web-page": b"<!DOCTYPE html><title>Download</title>",
    "zip": b"PK\x03\x04" + bytes(100),
    "apu-tables": apu_tables(),
    "init-sum": init_sum(card()),
    "efirom": card(EFI, class_code=0),
    "packed-broken": card(EFI)[:PROGRAM_AT + 40] + b"\xff" * 40 + card(EFI)[PROGRAM_AT + 80:],
    "empty-string": amd_rom().replace(b"113-D00034-S06\0", b"\x00113-D00034-S0\0"),
    "efi-driver": efi_program(),
    "windows-program": efi_program(subsystem=2),
    "vbt": b"$VBT ALDERLAKE-P" + bytes(200),
    "lfs-pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 131072\n",
    "a-message": b"Permission denied\n",
    "odd-header": bytes(1000) + GOOD,
    "hostile-strings": amd_rom().replace(b"113-D00034-S06", b"\x1b[31m\x9b\xe2\x80\xaeX\x07\x08ab"),
}


def main(arguments):
    if not arguments or arguments[0] not in KINDS or len(arguments) > 2:
        sys.exit(__doc__ + "\nKINDS: " + " ".join(KINDS))
    if len(arguments) == 2:
        with open(arguments[1], "wb") as file:
            file.write(KINDS[arguments[0]])
    else:
        sys.stdout.buffer.write(KINDS[arguments[0]])


if __name__ == "__main__":
    main(sys.argv[1:])
