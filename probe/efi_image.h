/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_EFI_IMAGE_H
#define PASSTHRU_PROBE_EFI_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The program in an EFI image of an option ROM. It may be compressed by the algorithm of the UEFI
 * Specification 2.10, chapter 19 (LZ77 with Huffman codes, a window of 8 KiB): no library has it that
 * distributions package, and a firmware cannot start what it does not unpack. */

enum { MAX_EFI_PROGRAM = 4 << 20 }; /* bytes, unpacked */

/* PE subsystems (Microsoft PE/COFF). */
enum { EFI_SUBSYSTEM_BOOT_DRIVER = 11, EFI_SUBSYSTEM_RUNTIME_DRIVER = 12 };

/* Whether the bytes begin as a PE program does; stores its machine type and its subsystem. */
bool efi_program_read(const unsigned char *bytes, size_t size, uint16_t *machine, uint16_t *subsystem);

/* Whether compressed bytes unpack completely, to a program for this machine of at most MAX_EFI_PROGRAM bytes.
 * The time is linear in that, whatever the bytes are. */
bool efi_program_unpacks(const unsigned char *bytes, size_t size, uint16_t machine);

#endif
