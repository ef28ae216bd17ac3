/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a server answers to a report that it rejects: db/outbox.h. */

#include "core/text.h"
#include "db/outbox.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t sizes[] = {50, 400, 30000};
    char why[30000];
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        memset(why, 'x', sizeof why);
        outbox_reason((const char *)data, size, why, sizes[i]);
        size_t length = strnlen(why, sizes[i]);
        require(length && length < sizes[i], "a reason is there, and fits");
        require(!text_is_utf8((const char *)data, size) || text_is_utf8(why, length),
                "a reason is cut between two characters");
    }
    return 0;
}
