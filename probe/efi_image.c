/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/efi_image.h"

#include "probe/bytes.h"

#include <string.h>

/* Of the compressed form: two sizes, then blocks, each with its own three codes. Bits come from the most
 * significant one of a byte on. */
enum {
    HEADER_SIZE = 8,
    WINDOW = 8192, /* how far back a repetition may reach */
    HEAD = 4096,   /* what is kept of the program */
    LENGTHS = 19,  /* symbols of the code for code lengths */
    LENGTHS_BITS = 5,
    LENGTHS_GAP = 3, /* after so many, a number of zeros may be left out */
    SYMBOLS = 510,   /* 256 bytes and the lengths of repetitions, from 3 on */
    SYMBOLS_BITS = 9,
    DISTANCES = 14,
    DISTANCES_BITS = 4,
    SHORTEST = 3,
    LONGEST_CODE = 16,
    ALL_CODES = 1 << LONGEST_CODE,
};

/* A canonical Huffman code: symbols in the order of their codes, which are compared as 16 bits. A code of one
 * symbol takes no bits. */
struct code {
    uint32_t limit[LONGEST_CODE + 1]; /* the first value after the codes of this length and shorter ones */
    uint16_t first[LONGEST_CODE + 1]; /* where the symbols of this length begin */
    uint16_t symbols[SYMBOLS];
};

struct unpacker {
    const unsigned char *bytes;
    size_t size;
    size_t bit; /* the next one */
    bool failed;
    size_t count; /* bytes unpacked */
    unsigned char window[WINDOW];
    unsigned char head[HEAD];
};

/* The next 16 bits; after the end there are zeros. */
static uint32_t peek(const struct unpacker *unpacker)
{
    uint32_t bits = 0;
    size_t at = unpacker->bit / 8;
    for (size_t i = at; i < at + 3; i++)
        bits = bits << 8 | (i < unpacker->size ? unpacker->bytes[i] : 0);
    return bits >> (8 - unpacker->bit % 8) & 0xffff;
}

/* At most 16. */
static uint32_t take(struct unpacker *unpacker, unsigned count)
{
    uint32_t bits = peek(unpacker) >> (16 - count);
    unpacker->bit += count;
    unpacker->failed |= unpacker->bit > unpacker->size * 8;
    return bits;
}

static unsigned decode(struct unpacker *unpacker, const struct code *code)
{
    uint32_t bits = peek(unpacker);
    unsigned length = 0;
    while (length < LONGEST_CODE && bits >= code->limit[length])
        length++;
    if (bits >= code->limit[length]) {
        unpacker->failed = true;
        return 0;
    }
    uint32_t start = length ? code->limit[length - 1] : 0;
    unpacker->bit += length;
    unpacker->failed |= unpacker->bit > unpacker->size * 8;
    return code->symbols[code->first[length] + ((bits - start) >> (LONGEST_CODE - length))];
}

/* A code is complete: no bits are left without a meaning. */
static void make_code(struct unpacker *unpacker, struct code *code, const uint8_t *lengths, unsigned count)
{
    uint16_t next = 0;
    uint32_t limit = 0;
    for (unsigned length = 0; length <= LONGEST_CODE; length++) {
        code->first[length] = next;
        for (unsigned i = 0; i < count && length; i++) {
            if (lengths[i] != length)
                continue;
            code->symbols[next++] = (uint16_t)i;
            limit += 1U << (LONGEST_CODE - length);
        }
        code->limit[length] = limit;
    }
    unpacker->failed |= limit != ALL_CODES;
}

static void make_single(struct unpacker *unpacker, struct code *code, unsigned symbol, unsigned count)
{
    code->limit[0] = ALL_CODES;
    code->first[0] = 0;
    code->symbols[0] = (uint16_t)symbol;
    unpacker->failed |= symbol >= count;
}

/* The code for code lengths, or that of distances: lengths of 3 bits each, longer ones with a 1 for each
 * more. */
static void read_small_code(struct unpacker *unpacker, struct code *code, unsigned count, unsigned bits,
                            unsigned gap)
{
    uint8_t lengths[LENGTHS] = {0};
    unsigned given = take(unpacker, bits);
    if (!given) {
        make_single(unpacker, code, take(unpacker, bits), count);
        return;
    }
    for (unsigned i = 0; i < given && !unpacker->failed;) {
        unsigned length = take(unpacker, 3);
        while (length >= 7 && length <= LONGEST_CODE && take(unpacker, 1))
            length++;
        if (i >= count || length > LONGEST_CODE) {
            unpacker->failed = true;
            return;
        }
        lengths[i++] = (uint8_t)length;
        if (i == gap)
            i += take(unpacker, 2);
    }
    make_code(unpacker, code, lengths, count);
}

/* The code for bytes and repetitions: its lengths are themselves coded, zeros in runs. */
static void read_symbol_code(struct unpacker *unpacker, struct code *code, const struct code *by)
{
    uint8_t lengths[SYMBOLS] = {0};
    unsigned given = take(unpacker, SYMBOLS_BITS);
    if (!given) {
        make_single(unpacker, code, take(unpacker, SYMBOLS_BITS), SYMBOLS);
        return;
    }
    for (unsigned i = 0; i < given && !unpacker->failed;) {
        unsigned symbol = decode(unpacker, by);
        unsigned run = symbol == 0   ? 1
                       : symbol == 1 ? take(unpacker, 4) + 3
                       : symbol == 2 ? take(unpacker, 9) + 20
                                     : 0;
        if (i + run > SYMBOLS || i >= SYMBOLS) {
            unpacker->failed = true;
            return;
        }
        if (run)
            i += run;
        else
            lengths[i++] = (uint8_t)(symbol - 2);
    }
    make_code(unpacker, code, lengths, SYMBOLS);
}

static void put(struct unpacker *unpacker, unsigned char byte)
{
    if (unpacker->count < HEAD)
        unpacker->head[unpacker->count] = byte;
    unpacker->window[unpacker->count++ % WINDOW] = byte;
}

/* A byte, or a repetition of what stands some way back. */
static void unpack_symbol(struct unpacker *unpacker, const struct code *symbols, const struct code *distances,
                          size_t total)
{
    unsigned symbol = decode(unpacker, symbols);
    if (symbol < 256) {
        put(unpacker, (unsigned char)symbol);
        return;
    }
    size_t length = symbol - 256 + SHORTEST;
    size_t distance = decode(unpacker, distances);
    if (distance > 1)
        distance = ((size_t)1 << (distance - 1)) + take(unpacker, (unsigned)distance - 1);
    if (distance >= unpacker->count || length > total - unpacker->count) {
        unpacker->failed = true;
        return;
    }
    for (; length; length--)
        put(unpacker, unpacker->window[(unpacker->count - distance - 1) % WINDOW]);
}

static void unpack_block(struct unpacker *unpacker, size_t total)
{
    struct code by;
    struct code symbols;
    struct code distances;
    unsigned count = take(unpacker, 16);
    read_small_code(unpacker, &by, LENGTHS, LENGTHS_BITS, LENGTHS_GAP);
    if (!unpacker->failed)
        read_symbol_code(unpacker, &symbols, &by);
    if (!unpacker->failed)
        read_small_code(unpacker, &distances, DISTANCES, DISTANCES_BITS, 0);
    unpacker->failed |= !count;
    for (; count && !unpacker->failed && unpacker->count < total; count--)
        unpack_symbol(unpacker, &symbols, &distances, total);
}

bool efi_program_read(const unsigned char *bytes, size_t size, uint16_t *machine, uint16_t *subsystem)
{
    enum { PE_AT = 0x3c, MACHINE = 4, SUBSYSTEM = 92, PE_SIZE = 94 };
    if (size < PE_AT + 4 || memcmp(bytes, "MZ", 2) != 0)
        return false;
    size_t at = read_32(bytes + PE_AT);
    if (at > size || size - at < PE_SIZE || memcmp(bytes + at, "PE\0\0", 4) != 0)
        return false;
    *machine = read_16(bytes + at + MACHINE);
    *subsystem = read_16(bytes + at + SUBSYSTEM);
    return true;
}

bool efi_program_unpacks(const unsigned char *bytes, size_t size, uint16_t machine)
{
    uint16_t found;
    uint16_t subsystem;
    if (size < HEADER_SIZE)
        return false;
    size_t packed = read_32(bytes);
    size_t total = read_32(bytes + 4);
    if (packed > size - HEADER_SIZE || !total || total > MAX_EFI_PROGRAM)
        return false;
    struct unpacker unpacker = {.bytes = bytes + HEADER_SIZE, .size = packed};
    while (unpacker.count < total && !unpacker.failed)
        unpack_block(&unpacker, total);
    return !unpacker.failed &&
           efi_program_read(unpacker.head, total < HEAD ? total : HEAD, &found, &subsystem) &&
           found == machine;
}
