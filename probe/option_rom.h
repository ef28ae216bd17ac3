/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_OPTION_ROM_H
#define PASSTHRU_PROBE_OPTION_ROM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/finding.h"
#include "core/pci_id.h"
#include "core/tristate.h"

/* An option ROM (expansion ROM, vBIOS) as the PCI Local Bus Specification 3.0, section 6.3, and the PCI
 * Firmware Specification 3.3, chapter 5, have it: a chain of images, each for one kind of processor or
 * firmware. NVIDIA adds images of its own after the last one of the standard, marked by a structure NPDE. */

enum {
    MAX_OPTION_ROM_SIZE = 16 << 20,
    MAX_OPTION_ROM_IMAGES = 16,
    MAX_OPTION_ROM_DEVICES = 128,
    OPTION_ROM_HEAD = 24,
};

/* PCIR code type. */
enum {
    OPTION_ROM_LEGACY = 0x00, /* x86, PC-AT: what a BIOS and SeaBIOS run */
    OPTION_ROM_OPEN_FIRMWARE = 0x01,
    OPTION_ROM_HP_PA = 0x02,
    OPTION_ROM_EFI = 0x03,
    OPTION_ROM_NVIDIA_NBSI = 0x70,
    OPTION_ROM_NVIDIA_FIRMWARE = 0xe0,
};

/* EFI machine types (Microsoft PE/COFF, UEFI Specification 2.10, section 2.1). */
enum {
    OPTION_ROM_MACHINE_IA32 = 0x014c,
    OPTION_ROM_MACHINE_EBC = 0x0ebc,
    OPTION_ROM_MACHINE_X64 = 0x8664,
    OPTION_ROM_MACHINE_ARM64 = 0xaa64,
};

struct option_rom_image {
    uint32_t offset;   /* in the bytes that were given */
    uint32_t length;   /* bytes that it claims, by NVIDIA's extension where there is one */
    uint32_t missing;  /* bytes of these that are not there */
    uint16_t pcir;     /* where its PCI data structure is, from `offset` */
    struct pci_id id;  /* vendor and device */
    uint8_t revision;  /* of the PCI data structure; 3 has a list of devices */
    uint8_t code_type; /* OPTION_ROM_LEGACY and so on, or any other */
    uint8_t base_class;
    uint8_t sub_class;
    uint8_t interface;
    bool is_last;         /* PCIR says so */
    bool has_npde;        /* NVIDIA's extension is there, and wins over PCIR */
    bool npde_is_last;    /* NPDE says so */
    bool is_private;      /* follows the last one of the standard: only NVIDIA's programs know it */
    bool devices_omitted; /* there were more than MAX_OPTION_ROM_DEVICES */
    int device_count;
    uint16_t devices[MAX_OPTION_ROM_DEVICES]; /* further devices of the same vendor */
    enum tristate checksum; /* the bytes of a legacy image sum to 0; unknown for others and when some miss */
    bool has_code; /* a legacy image: something is at its entry point; else it is tables for the driver */
    bool is_efi;   /* code type EFI with a valid EFI header */
    uint16_t subsystem;    /* of an EFI image */
    uint16_t machine;      /* of an EFI image */
    bool is_compressed;    /* an EFI image */
    enum tristate program; /* an EFI image holds a program for its machine, unpacked if need be; unknown when
                              bytes miss, or what is not compressed is something else */
};

enum option_rom_fault {
    OPTION_ROM_SOUND,        /* the chain ends where an image says that it is the last */
    OPTION_ROM_EMPTY,        /* no bytes */
    OPTION_ROM_ERASED,       /* nothing but 0xFF, or nothing but 0x00 */
    OPTION_ROM_NO_SIGNATURE, /* nowhere an image */
    OPTION_ROM_CUT,          /* the header or the data structure of an image is not completely there */
    OPTION_ROM_BAD_POINTER,  /* the pointer to PCIR leads into the header, or out of all bytes */
    OPTION_ROM_NO_PCIR,      /* it leads to something else */
    OPTION_ROM_BAD_LENGTH,   /* an image has no length, or ends before its own PCIR does */
    OPTION_ROM_NOTHING_NEXT, /* an image that is not the last, and then no other */
    OPTION_ROM_TOO_MANY,     /* more than MAX_OPTION_ROM_IMAGES */
};

enum option_rom_maker { OPTION_ROM_MAKER_UNKNOWN, OPTION_ROM_MAKER_NVIDIA, OPTION_ROM_MAKER_AMD };

struct option_rom {
    size_t size;                         /* of the bytes that were given */
    unsigned char head[OPTION_ROM_HEAD]; /* the first of them, as many as there are */
    uint32_t start; /* where the first image is: 0, or after a header that is no part of it */
    bool has_nvgi;  /* that header is NVIDIA's */
    int image_count;
    struct option_rom_image images[MAX_OPTION_ROM_IMAGES];
    enum option_rom_fault fault;
    uint32_t fault_offset; /* where it is */
    uint64_t end;          /* of the chain, as the images claim it */
    size_t padding;        /* bytes 0xFF or 0x00 after it, to the end */
    size_t trailing;       /* or other bytes */
    bool truncated;        /* bytes of images of the standard are missing */
    bool private_missing;  /* of NVIDIA's own images after them */
    bool is_efi_program;   /* no ROM: the driver that belongs into one */
    enum option_rom_maker maker;
    char version[48]; /* of the vBIOS, printable ASCII; "" when not found */
};

/* Parses any bytes, at most MAX_OPTION_ROM_SIZE of them (what is beyond is not looked at). Never fails: what
 * is wrong is in `rom`. Nothing in it points into `bytes`. */
void option_rom_parse(const unsigned char *bytes, size_t size, struct option_rom *rom);

/* Where in any bytes the next image begins, from `offset` on: a header that leads to a PCI data structure.
 * `size` when there is none. */
size_t option_rom_search(const unsigned char *bytes, size_t size, size_t offset);

/* Whether there is anything but an empty or erased chip. */
bool option_rom_is_present(const struct option_rom *rom);

/* Whether it is well-formed from the first byte on, whole, and its checksums are right. Padding is fine. */
bool option_rom_is_valid(const struct option_rom *rom);

/* Whether some image is for this vendor and device. Unknown when there is no image, or a list of devices was
 * longer than we read. */
enum tristate option_rom_matches(const struct option_rom *rom, const struct pci_id *wanted);

/* Whether it has a complete image with code that a BIOS (SeaBIOS) finds and runs. */
bool option_rom_has_legacy(const struct option_rom *rom);

/* Its complete image that a UEFI (OVMF) finds and can start, NULL when there is none. Of several the one that
 * runs on x86-64.
 */
const struct option_rom_image *option_rom_efi_image(const struct option_rom *rom);

/* Whether the UEFI of an x86-64 machine runs an EFI image: x64 code or byte code. */
bool option_rom_runs_on_x64(const struct option_rom_image *image);

/* Adds what is wrong with it to the findings. `wanted`, the card that it
 * shall be for, may be NULL. */
void option_rom_findings(const struct option_rom *rom, const struct pci_id *wanted,
                         struct findings *findings);

/* "legacy", "EFI", "NVIDIA firmware" ...; "" for a type that nobody named. */
const char *option_rom_code_name(uint8_t code_type);

/* "x64", "ARM64" ...; "" for a machine that nobody named. */
const char *option_rom_machine_name(uint16_t machine);

#endif
