/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_BUFFER_H
#define PASSTHRU_CORE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/macros.h"

/* A growable run of bytes that names its maximum. When it would outgrow `max`, or memory is short, it stops
 * growing and remembers that in `failed`; whoever fills it checks once at the end. `data` is always
 * NUL-terminated once anything was appended; the NUL is not counted in `length`. */
struct buffer {
    char *data;
    size_t length;
    size_t capacity;
    size_t max;
    bool failed;
};

/* Whether this program has gone on without something for want of memory, in a buffer or elsewhere: an answer
 * may lack it. */
extern bool buffer_memory_was_short;

#define BUFFER(maximum) ((struct buffer){.max = (maximum)})

void buffer_append(struct buffer *buffer, const char *bytes, size_t length);
void buffer_append_text(struct buffer *buffer, const char *text);
void buffer_append_format(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);

/* Reserves `length` more bytes and returns where to put them, or NULL (failed is then set). The caller
 * adds what it wrote to `length` itself. */
char *buffer_reserve(struct buffer *buffer, size_t length);

static inline void buffer_append_byte(struct buffer *buffer, char byte)
{
    bool fits = buffer->length + 1 < buffer->capacity && !buffer->failed;
    char *end = fits ? buffer->data + buffer->length : buffer_reserve(buffer, 1);
    if (!end)
        return;
    end[0] = byte;
    end[1] = '\0';
    buffer->length++;
}

/* Forgets the content and a failure, keeps the memory. */
void buffer_clear(struct buffer *buffer);

/* The content as a C string, "" when empty. Valid until the buffer changes. */
const char *buffer_text(const struct buffer *buffer);

void buffer_free(struct buffer *buffer);

/* For arrays that grow item by item, from NULL on: makes space for one more than `count`. False without
 * memory: the array stays. */
#define ARRAY_GROW(array, count) array_grow(&(array), (size_t)(count), sizeof *(array))
bool array_grow(void *array, size_t count, size_t size);

#endif
