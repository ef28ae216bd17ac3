/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_TESTS_FUZZ_CONFIG_H
#define PASSTHRU_TESTS_FUZZ_CONFIG_H

/* What the fuzz targets of configurations share. */

#include "core/finding.h"
#include "probe/root.h"
#include "tests/fuzz/fuzz.h"

static inline void require_sound_findings(const struct findings *findings)
{
    require(findings->count <= MAX_FINDINGS, "the findings are bounded");
    for (int i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        require(finding->text[0] && finding->line >= 0, "a finding says what is so, and where");
        require((int)finding->id < (int)FINDING_ID_COUNT && finding->severity <= SEVERITY_INFO,
                "a finding has a name");
        require(memchr(finding->text, '\0', sizeof finding->text) &&
                    memchr(finding->next, '\0', sizeof finding->next),
                "texts end");
    }
}

/* A machine of which nothing was recorded, made once. */
static inline struct root *empty_root(void)
{
    static struct root *root;
    struct error error = {.code = ERROR_NONE};
    if (!root)
        must(root_open("/proc/self/fdinfo", &root, &error), &error);
    return root;
}

#endif
