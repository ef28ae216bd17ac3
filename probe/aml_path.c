/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/aml_path.h"

#include <string.h>

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
