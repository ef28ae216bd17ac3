/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_REPORT_DRAFT_H
#define PASSTHRU_CORE_REPORT_DRAFT_H

#include <stdbool.h>

#include "core/buffer.h"
#include "core/report.h"
#include "core/tristate.h"

/* A report while it is put together, from a machine, from a virtual machine's configuration, from options and
 * from answers. Nothing is checked here: report_draft_write makes JSON of it, and report_parse judges that.
 */

struct draft_item {
    char *value;
    char *result;  /* of a fix, which is the value; else NULL */
    char *purpose; /* the symptom that it was tried for; NULL: not stated */
};

struct draft_list {
    struct draft_item items[REPORT_MAX_SYMPTOMS];
    int count;
};

/* All zero is an empty draft; report_draft_free frees it. */
struct report_draft {
    char *texts[FIELD_COUNT];             /* of the fields whose value is one string; NULL: left out */
    struct draft_list lists[FIELD_COUNT]; /* of FIELD_USE, FIELD_SYMPTOMS and FIELD_ATTEMPTS */
    unsigned char stages[STAGE_COUNT];    /* 1 + enum stage_state; 0: not reported */
    bool vbios_observed[VBIOS_COUNT];
    enum tristate isolated;
};

void report_draft_free(struct report_draft *draft);

/* Sets a field to a copy of `text`; NULL or "" leaves the field out. Here and below a value of the vocabulary
 * is found however it is spelled ("Black screen"), and hexadecimal digits become lower case. */
void report_draft_set(struct report_draft *draft, enum report_field field, const char *text);

/* The same with what a machine says of itself: a text that is not clean UTF-8, or that would be rejected
 * because it names somebody, is left out, and a long one is cut. No error: the user did not write it. */
void report_draft_observe(struct report_draft *draft, enum report_field field, const char *text);

/* Appends to the list of a field; a value that is there already is not added again. False when the list is
 * full. For FIELD_ATTEMPTS `value` is a fix and `result` what it did; `purpose` is the symptom that it was
 * tried for, or NULL. Both are NULL for other fields. */
bool report_draft_add(struct report_draft *draft, enum report_field field, const char *value,
                      const char *result, const char *purpose);

/* Empties a list. */
void draft_list_clear(struct draft_list *list);

/* Appends the draft as one JSON object, with `other:...` for what the vocabulary of an open enum lacks. */
void report_draft_write(const struct report_draft *draft, struct buffer *json);

#endif
