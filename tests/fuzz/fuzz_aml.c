/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AML from any firmware or recorded machine: probe/aml.h. */

#include "probe/aml.h"
#include "tests/fuzz/fuzz.h"

struct counts {
    size_t methods;
    size_t uuids;
};

static void check_path(const struct aml_path *path)
{
    char text[AML_PATH_TEXT_SIZE];
    struct aml_path again;
    require(path->count >= 0 && path->count <= AML_MAX_SEGMENTS, "a path has its limit");
    for (int i = 0; i < path->count; i++)
        require(aml_segment_is_valid((const uint8_t *)path->segments[i]), "a segment is a name");
    require(aml_path_parse(aml_path_print(path, text), &again) && aml_path_is_within(&again, path) &&
                aml_path_is_within(path, &again),
            "a printed path is that path");
}

static void note_method(void *context, const struct aml_path *path, const uint8_t *body, size_t length)
{
    struct counts *counts = context;
    counts->methods++;
    require(body && length < SIZE_MAX / 2, "a method has a body");
    require(path->count > 0, "a method has a name");
    check_path(path);
}

static void note_uuid(void *context, enum aml_uuid uuid, const struct aml_path *path)
{
    struct counts *counts = context;
    counts->uuids++;
    require((int)uuid >= 0 && uuid < AML_UUID_COUNT, "a UUID is one of those asked for");
    check_path(path);
}

static void note_alias(UNUSED void *context, const struct aml_path *path)
{
    check_path(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct counts counts = {0, 0};
    const struct aml_visitor visitor = {&counts, note_method, note_uuid, note_alias};
    const struct aml_visitor nobody = {NULL, NULL, NULL, NULL};
    enum aml_result result = aml_walk(data, size, &visitor);
    require(counts.methods <= size / 7, "a method takes seven bytes");
    require(counts.uuids <= size / 16, "a UUID takes sixteen bytes, and is reported once");
    require(aml_walk(data, size, &nobody) == result, "who listens makes no difference");
    /* Any text as a path. */
    char text[256];
    struct aml_path path;
    snprintf(text, sizeof text, "%.*s", (int)(size < sizeof text ? size : sizeof text - 1),
             (const char *)data);
    if (aml_path_parse(text, &path))
        check_path(&path);
    return 0;
}
