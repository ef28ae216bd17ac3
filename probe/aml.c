/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/aml.h"

#include <string.h>

/* ---- paths ---- */

static bool may_begin(char c)
{
    return c == '_' || (c >= 'A' && c <= 'Z');
}

static bool may_follow(char c)
{
    return may_begin(c) || (c >= '0' && c <= '9');
}

bool aml_segment_is_valid(const uint8_t *bytes)
{
    return may_begin((char)bytes[0]) && may_follow((char)bytes[1]) && may_follow((char)bytes[2]) &&
           may_follow((char)bytes[3]);
}

bool aml_path_append(struct aml_path *path, const void *segment)
{
    if (path->count == AML_MAX_SEGMENTS)
        return false;
    memcpy(path->segments[path->count++], segment, AML_SEGMENT_SIZE);
    return true;
}

/* Whether all segments could be appended: one to four characters each, a dot between. */
static bool parse_segments(const char *text, struct aml_path *path)
{
    for (;;) {
        char segment[AML_SEGMENT_SIZE + 1] = "____";
        size_t length = strcspn(text, ".");
        if (!length || length > AML_SEGMENT_SIZE)
            return false;
        memcpy(segment, text, length);
        if (!aml_segment_is_valid((const uint8_t *)segment) || !aml_path_append(path, segment))
            return false;
        if (!text[length])
            return true;
        text += length + 1;
    }
}

bool aml_path_parse(const char *text, struct aml_path *path)
{
    *path = (struct aml_path){0};
    if (strcmp(text, "\\") == 0)
        return true;
    if (*text == '\\' && parse_segments(text + 1, path))
        return true;
    *path = (struct aml_path){0};
    return false;
}

char *aml_path_print(const struct aml_path *path, char text[AML_PATH_TEXT_SIZE])
{
    char *at = text;
    *at++ = '\\';
    for (int i = 0; i < path->count; i++) {
        int length = AML_SEGMENT_SIZE;
        while (length > 1 && path->segments[i][length - 1] == '_')
            length--;
        if (i)
            *at++ = '.';
        memcpy(at, path->segments[i], (size_t)length);
        at += length;
    }
    *at = '\0';
    return text;
}

bool aml_path_is_within(const struct aml_path *path, const struct aml_path *ancestor)
{
    return path->count >= ancestor->count &&
           memcmp(path->segments, ancestor->segments, (size_t)ancestor->count * AML_SEGMENT_SIZE) == 0;
}

bool aml_path_ends_with(const struct aml_path *path, const char *segment)
{
    return path->count && memcmp(path->segments[path->count - 1], segment, AML_SEGMENT_SIZE) == 0;
}

/* ---- tables ---- */

/* How it gets from one definition to the next without an interpreter. The one thing that AML's encoding
 * leaves open is how many arguments a method invocation takes: its reader must know the method. But arguments
 * are terms of their own, and every term begins with an opcode. So the bytes are read as a flat sequence of
 * opcodes: each is stepped over with what always belongs to it (a name, a number of bytes, a string, a
 * package with its length), and its operands are what comes next in the row. No operand's bytes are ever
 * taken for an opcode, and the arity of a method does not matter.
 *
 * Where an opcode is none, the place in the row is lost. From there on only a whole definition with a valid
 * name, that fits into its surroundings, is taken for one. */

enum { MAX_NESTING = 64, MAX_STRING = 4096, EXTENDED = 0x5b };

enum shape {
    SHAPE_NONE,
    SHAPE_PLAIN,  /* `extra` bytes follow */
    SHAPE_NAMED,  /* a name, or a local or argument in its place, and `extra` bytes follow */
    SHAPE_STRING, /* text follows, up to a NUL */
    SHAPE_ALIAS,  /* a name, and one that is defined as another name for it */
    SHAPE_DATA,   /* a package in which nothing is defined */
    SHAPE_BLOCK,  /* a package of terms in the same scope */
    SHAPE_SCOPE,  /* a package: a name, `extra` bytes, and terms in the scope of that name */
    SHAPE_METHOD, /* a package: a name, `extra` bytes, and terms that are run later */
};

struct opcode {
    uint8_t shape;
    uint8_t extra;
};

static const struct opcode opcodes[256] = {
    [0x00] = {SHAPE_PLAIN, 0},  /* Zero; also an empty name in the place of a target */
    [0x01] = {SHAPE_PLAIN, 0},  /* One */
    [0x06] = {SHAPE_ALIAS, 0},  /* Alias */
    [0x08] = {SHAPE_PLAIN, 0},  /* Name: a name, which is read as a term, and its value */
    [0x0a] = {SHAPE_PLAIN, 1},  /* byte */
    [0x0b] = {SHAPE_PLAIN, 2},  /* word */
    [0x0c] = {SHAPE_PLAIN, 4},  /* double word */
    [0x0d] = {SHAPE_STRING, 0}, /* string */
    [0x0e] = {SHAPE_PLAIN, 8},  /* quad word */
    [0x10] = {SHAPE_SCOPE, 0},  /* Scope */
    [0x11] = {SHAPE_DATA, 0},   /* Buffer */
    [0x12] = {SHAPE_DATA, 0},   /* Package */
    [0x13] = {SHAPE_DATA, 0},   /* VarPackage */
    [0x14] = {SHAPE_METHOD, 1}, /* Method: flags */
    [0x15] = {SHAPE_NAMED, 2},  /* External: type, number of arguments */
    [0x9c] = {SHAPE_PLAIN, 0},  /* ToString */
    [0x9d] = {SHAPE_PLAIN, 0},  /* CopyObject */
    [0x9e] = {SHAPE_PLAIN, 0},  /* Mid */
    [0x9f] = {SHAPE_PLAIN, 0},  /* Continue */
    [0xa0] = {SHAPE_BLOCK, 0},  /* If: its condition is read as the first term */
    [0xa1] = {SHAPE_BLOCK, 0},  /* Else */
    [0xa2] = {SHAPE_BLOCK, 0},  /* While: likewise */
    [0xa3] = {SHAPE_PLAIN, 0},  /* Noop */
    [0xa4] = {SHAPE_PLAIN, 0},  /* Return */
    [0xa5] = {SHAPE_PLAIN, 0},  /* Break */
    [0xcc] = {SHAPE_PLAIN, 0},  /* BreakPoint */
    [0xff] = {SHAPE_PLAIN, 0},  /* Ones */
};

static const struct opcode extended_opcodes[256] = {
    [0x01] = {SHAPE_NAMED, 1}, /* Mutex: flags */
    [0x02] = {SHAPE_NAMED, 0}, /* Event */
    [0x12] = {SHAPE_PLAIN, 0}, /* CondRefOf */
    [0x13] = {SHAPE_PLAIN, 0}, /* CreateField */
    [0x1f] = {SHAPE_PLAIN, 0}, /* LoadTable */
    [0x20] = {SHAPE_PLAIN, 0}, /* Load */
    [0x21] = {SHAPE_PLAIN, 0}, /* Stall */
    [0x22] = {SHAPE_PLAIN, 0}, /* Sleep */
    [0x23] = {SHAPE_NAMED, 2}, /* Acquire: time-out */
    [0x24] = {SHAPE_PLAIN, 0}, /* Signal */
    [0x25] = {SHAPE_PLAIN, 0}, /* Wait */
    [0x26] = {SHAPE_PLAIN, 0}, /* Reset */
    [0x27] = {SHAPE_PLAIN, 0}, /* Release */
    [0x28] = {SHAPE_PLAIN, 0}, /* FromBCD */
    [0x29] = {SHAPE_PLAIN, 0}, /* ToBCD */
    [0x2a] = {SHAPE_PLAIN, 0}, /* Unload (ACPI 1.0 to 6.3) */
    [0x30] = {SHAPE_PLAIN, 0}, /* Revision */
    [0x31] = {SHAPE_PLAIN, 0}, /* Debug */
    [0x32] = {SHAPE_PLAIN, 5}, /* Fatal: type, code */
    [0x33] = {SHAPE_PLAIN, 0}, /* Timer */
    [0x80] = {SHAPE_NAMED, 1}, /* OperationRegion: space */
    [0x81] = {SHAPE_DATA, 0},  /* Field */
    [0x82] = {SHAPE_SCOPE, 0}, /* Device */
    [0x83] = {SHAPE_SCOPE, 6}, /* Processor: number, address, length (ACPI 1.0 to 6.3) */
    [0x84] = {SHAPE_SCOPE, 3}, /* PowerResource: level, order */
    [0x85] = {SHAPE_SCOPE, 0}, /* ThermalZone */
    [0x86] = {SHAPE_DATA, 0},  /* IndexField */
    [0x87] = {SHAPE_DATA, 0},  /* BankField */
    [0x88] = {SHAPE_NAMED, 0}, /* DataTableRegion */
};

/* In the order of enum aml_uuid, as ToUUID encodes them: the first three groups are little-endian. */
static const uint8_t uuids[AML_UUID_COUNT][16] = {
    {0xf8, 0xd8, 0x86, 0xa4, 0xda, 0x0b, 0x1b, 0x47, 0xa7, 0x2b, 0x60, 0x42, 0xa6, 0xb5, 0xbe, 0xe0},
    {0xa0, 0xa0, 0x95, 0x9d, 0x60, 0x00, 0x48, 0x4d, 0xb3, 0x4d, 0x7e, 0x5f, 0xea, 0x12, 0x9f, 0xd4},
};

/* A package of terms that is being read. */
struct frame {
    size_t end;
    bool lost;
    struct aml_path path;
};

struct walk {
    const uint8_t *bytes;
    const struct aml_visitor *visitor;
    size_t at;
    bool damaged;
    int depth; /* the frame that is being read; -1: the end */
    struct frame frames[MAX_NESTING];
};

static bool is_local_or_argument(uint8_t op)
{
    return op >= 0x60 && op <= 0x6e;
}

static bool is_name_prefix(uint8_t byte)
{
    return byte == '\\' || byte == '^' || byte == '_' || (byte >= 'A' && byte <= 'Z') || byte == 0x2e ||
           byte == 0x2f;
}

/* Reads a NameString (20.2.2) at `at` and returns where it ends, 0 when it is none. `path`, unless NULL, is
 * the scope to begin with, and becomes what is named. */
static size_t read_name(const uint8_t *bytes, size_t at, size_t end, struct aml_path *path)
{
    size_t count = 1;
    if (at < end && bytes[at] == '\\') {
        if (path)
            path->count = 0;
        at++;
    } else {
        for (; at < end && bytes[at] == '^'; at++)
            if (path && --path->count < 0)
                return 0;
    }
    if (at >= end)
        return 0;
    if (bytes[at] == 0x00)
        return at + 1;
    if (bytes[at] == 0x2e) {
        count = 2;
        at++;
    } else if (bytes[at] == 0x2f) {
        if (end - at < 2)
            return 0;
        count = bytes[at + 1];
        at += 2;
    }
    if (!count || end - at < count * AML_SEGMENT_SIZE)
        return 0;
    for (; count; count--, at += AML_SEGMENT_SIZE)
        if (!aml_segment_is_valid(bytes + at) || (path && !aml_path_append(path, bytes + at)))
            return 0;
    return at;
}

/* Reads a PkgLength (20.2.4) at `at`: stores where the package ends and returns where its content begins, 0
 * when it cannot be one. It may end after `end`. */
static size_t read_package(const uint8_t *bytes, size_t at, size_t end, size_t *package_end)
{
    if (at >= end)
        return 0;
    size_t following = bytes[at] >> 6;
    size_t length = following ? bytes[at] & 0x0f : bytes[at] & 0x3f;
    if (end - at <= following)
        return 0;
    for (size_t i = 0; i < following; i++)
        length |= (size_t)bytes[at + 1 + i] << (4 + 8 * i);
    *package_end = at + length;
    return length > following ? at + 1 + following : 0;
}

static void tell_uuids(const struct walk *walk, size_t at, size_t end, const struct aml_path *path)
{
    if (!walk->visitor->uuid || end - at < sizeof uuids[0])
        return;
    for (int uuid = 0; uuid < AML_UUID_COUNT; uuid++)
        if (memmem(walk->bytes + at, end - at, uuids[uuid], sizeof uuids[uuid]))
            walk->visitor->uuid(walk->visitor->context, (enum aml_uuid)uuid, path);
}

/* Goes on a byte further, the place in the row being lost. */
static void lose(struct walk *walk)
{
    walk->damaged = true;
    walk->frames[walk->depth].lost = true;
    walk->at++;
}

/* Continues inside a package of terms, or after it when it is nested too deeply. */
static void enter(struct walk *walk, size_t at, size_t end, const struct aml_path *path)
{
    if (walk->depth + 1 == MAX_NESTING) {
        walk->damaged = true;
        walk->at = end;
        return;
    }
    walk->frames[++walk->depth] = (struct frame){.end = end, .path = *path};
    walk->at = at;
}

/* A package whose length is at `at`: true when it was one. */
static bool take_package(struct walk *walk, struct opcode opcode, size_t at)
{
    struct frame *frame = &walk->frames[walk->depth];
    struct aml_path path = frame->path;
    size_t end;
    size_t content = read_package(walk->bytes, at, frame->end, &end);
    if (!content || (end > frame->end && frame->lost))
        return false;
    bool too_long = end > frame->end;
    if (too_long)
        end = frame->end;
    if (opcode.shape == SHAPE_SCOPE || opcode.shape == SHAPE_METHOD) {
        content = read_name(walk->bytes, content, end, &path);
        if (!content || end - content < opcode.extra || (opcode.shape == SHAPE_METHOD && !path.count))
            return false;
        content += opcode.extra;
    }
    walk->damaged |= too_long;
    frame->lost = false;
    if (opcode.shape == SHAPE_METHOD && walk->visitor->method)
        walk->visitor->method(walk->visitor->context, &path, walk->bytes + content, end - content);
    if (opcode.shape == SHAPE_METHOD || opcode.shape == SHAPE_DATA) {
        tell_uuids(walk, content, end, &path);
        walk->at = end;
    } else {
        enter(walk, content, end, &path);
    }
    return true;
}

/* Where the bytes end that always follow this opcode, given where they begin; 0 when they are not there. */
static size_t skip_operands(const struct walk *walk, struct opcode opcode, size_t at, size_t end)
{
    if (opcode.shape == SHAPE_STRING) {
        /* Bounded, so that many strings without an end do not take a look at all of the table each. */
        size_t most = end - at < MAX_STRING ? end - at : MAX_STRING;
        const uint8_t *nul = memchr(walk->bytes + at, '\0', most);
        return nul ? (size_t)(nul - walk->bytes) + 1 : 0;
    }
    if (opcode.shape == SHAPE_NAMED) {
        at = at < end && is_local_or_argument(walk->bytes[at]) ? at + 1
                                                               : read_name(walk->bytes, at, end, NULL);
        if (!at)
            return 0;
    }
    return end - at >= opcode.extra ? at + opcode.extra : 0;
}

/* Returns where the two names end, 0 when they are none. */
static size_t take_alias(const struct walk *walk, size_t at, const struct frame *frame)
{
    struct aml_path path = frame->path;
    at = read_name(walk->bytes, at, frame->end, NULL);
    at = at ? read_name(walk->bytes, at, frame->end, &path) : 0;
    if (at && walk->visitor->alias)
        walk->visitor->alias(walk->visitor->context, &path);
    return at;
}

static struct opcode find_opcode(const struct walk *walk, size_t end, size_t *operands)
{
    uint8_t byte = walk->bytes[walk->at];
    *operands = walk->at + 1;
    if (byte == EXTENDED) {
        if (end - walk->at < 2)
            return (struct opcode){SHAPE_NONE, 0};
        ++*operands;
        return extended_opcodes[walk->bytes[walk->at + 1]];
    }
    /* Locals, arguments, and all operators from Store to LLess and ToInteger. */
    if (is_local_or_argument(byte) || (byte >= 0x70 && byte <= 0x99))
        return (struct opcode){SHAPE_PLAIN, 0};
    return opcodes[byte];
}

/* One step along the row. */
static void take_term(struct walk *walk)
{
    const struct frame *frame = &walk->frames[walk->depth];
    size_t next = 0;
    struct opcode opcode = find_opcode(walk, frame->end, &next);
    if (opcode.shape >= (frame->lost ? SHAPE_SCOPE : SHAPE_DATA)) {
        if (!take_package(walk, opcode, next))
            lose(walk);
        return;
    }
    if (frame->lost) {
        lose(walk);
        return;
    }
    if (opcode.shape == SHAPE_NONE)
        next = is_name_prefix(walk->bytes[walk->at]) ? read_name(walk->bytes, walk->at, frame->end, NULL) : 0;
    else if (opcode.shape == SHAPE_ALIAS)
        next = take_alias(walk, next, frame);
    else
        next = skip_operands(walk, opcode, next, frame->end);
    if (next)
        walk->at = next;
    else
        lose(walk);
}

enum aml_result aml_walk(const uint8_t *bytes, size_t length, const struct aml_visitor *visitor)
{
    struct walk walk = {.bytes = bytes, .visitor = visitor};
    walk.frames[0].end = length;
    while (walk.depth >= 0) {
        if (walk.at < walk.frames[walk.depth].end)
            take_term(&walk);
        else
            walk.depth--;
    }
    return walk.damaged ? AML_DAMAGED : AML_OK;
}
