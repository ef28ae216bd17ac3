/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool buffer_memory_was_short;

char *buffer_reserve(struct buffer *buffer, size_t length)
{
    if (buffer->failed)
        return NULL;
    if (length > buffer->max - buffer->length) {
        buffer->failed = true;
        return NULL;
    }
    size_t needed = buffer->length + length + 1;
    if (needed > buffer->capacity) {
        size_t capacity = buffer->capacity ? buffer->capacity * 2 : 256;
        if (capacity < needed)
            capacity = needed;
        /* buffer_append_byte looks at the capacity alone: it must never exceed the maximum. */
        if (capacity > buffer->max && buffer->max < SIZE_MAX)
            capacity = buffer->max + 1;
        char *data = realloc(buffer->data, capacity);
        if (!data) {
            buffer->failed = buffer_memory_was_short = true;
            return NULL;
        }
        buffer->data = data;
        buffer->capacity = capacity;
    }
    return buffer->data + buffer->length;
}

void buffer_append(struct buffer *buffer, const char *bytes, size_t length)
{
    char *end = buffer_reserve(buffer, length);
    if (!end)
        return;
    memcpy(end, bytes, length);
    end[length] = '\0';
    buffer->length += length;
}

void buffer_append_text(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, text, strlen(text));
}

void buffer_append_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    for (size_t space = buffer->max - buffer->length < 128 ? buffer->max - buffer->length : 128;;) {
        char *end = buffer_reserve(buffer, space);
        if (!end)
            return;
        va_start(arguments, format);
        int length = vsnprintf(end, space + 1, format, arguments);
        va_end(arguments);
        if (length >= 0 && (size_t)length <= space) {
            buffer->length += (size_t)length;
            return;
        }
        *end = '\0';
        if (length < 0) {
            buffer->failed = true;
            return;
        }
        space = (size_t)length;
    }
}

void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    buffer->failed = false;
    if (buffer->data)
        buffer->data[0] = '\0';
}

const char *buffer_text(const struct buffer *buffer)
{
    return buffer->length ? buffer->data : "";
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = BUFFER(buffer->max);
}

bool array_grow(void *array, size_t count, size_t size)
{
    void *items;
    if (count & (count - 1))
        return true;
    memcpy(&items, array, sizeof items); /* a pointer of any type */
    void *grown = realloc(items, (count ? 2 * count : 1) * size);
    if (grown)
        memcpy(array, &grown, sizeof grown);
    return grown;
}
