/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_BYTES_H
#define PASSTHRU_PROBE_BYTES_H

#include <stdint.h>

/* Numbers as firmware writes them: the lowest byte first, wherever they lie. */
static inline uint16_t read_16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline uint32_t read_32(const uint8_t *bytes)
{
    return read_16(bytes) | (uint32_t)read_16(bytes + 2) << 16;
}

#endif
