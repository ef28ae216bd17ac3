/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_AML_H
#define PASSTHRU_PROBE_AML_H

#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"
#include "probe/aml_path.h"

/* Which methods a DSDT or SSDT defines, and where: AML (ACPI 6.5, chapter 20) is read without being run. What
 * an If or Else defines is reported too, whatever its condition; what a method would define when it runs is
 * not. */

/* UUIDs that a _DSM method is asked with, by NVIDIA's drivers. */
enum aml_uuid {
    AML_UUID_OPTIMUS, /* a486d8f8-0bda-471b-a72b-6042a6b5bee0 */
    AML_UUID_MUX,     /* 9d95a0a0-0060-4d48-b34d-7e5fea129fd4 */
    AML_UUID_NBCI,    /* d4a50b75-65c7-46f7-bfb7-41514cea0244 */
    AML_UUID_GPS,     /* a3132d01-8cda-49ba-a52e-bc9d46df6b81 */
    AML_UUID_COUNT,
};

/* Called with what is found; each may be NULL. Paths and bytes are valid during the call. */
struct aml_visitor {
    void *context;
    /* `body` are the method's terms, `length` bytes. */
    void (*method)(void *context, const struct aml_path *path, const uint8_t *body, size_t length);
    /* Once for each method that holds the UUID, with the method's path; for a UUID outside of any method,
     * with the path of its scope. */
    void (*uuid)(void *context, enum aml_uuid uuid, const struct aml_path *path);
    /* Another name for something, most often a method: the new one. */
    void (*alias)(void *context, const struct aml_path *path);
};

enum aml_result {
    AML_OK,
    AML_DAMAGED, /* an opcode that is none, a package longer than what contains it, nested too deeply:
                    something may have been missed */
};

/* Walks the AML of one table: the bytes after its header of 36 bytes. Any input is fine; the time is linear
 * in its length. */
MUST_CHECK enum aml_result aml_walk(const uint8_t *bytes, size_t length, const struct aml_visitor *visitor);

#endif
