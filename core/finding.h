/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_FINDING_H
#define PASSTHRU_CORE_FINDING_H

#include <stdbool.h>

#include "core/macros.h"
#include "core/vocabulary.h"

/* One thing that was noticed on a machine or in a configuration, and that may stand in the way of a
 * passthrough. What can be found, how severe it is and what is said of it are the rows of
 * schema/findings.tsv. Texts may hold hostile bytes: whoever prints them makes them safe (core/text.h). */
struct finding {
    enum finding_id id;
    enum severity severity;
    long line;      /* 0: no line */
    char file[256]; /* "" when it is about no file */
    char text[600]; /* what is the case, and why it matters */
    char next[400]; /* what to do about it; "": nothing */
};

/* Findings in the order in which they were noticed; of more than MAX_FINDINGS the most severe. Zero is an
 * empty list; findings_free frees it. */
enum { MAX_FINDINGS = 512 };
struct findings {
    struct finding *items;
    int count;
    int omitted;         /* beyond MAX_FINDINGS, or for want of memory */
    struct finding last; /* where an omitted finding is written */
};

/* Adds a finding: findings_add(findings, file, line, FINDING_CMDLINE_NOMODESET, param). The macro of its row
 * stands for its id, its severity, and the format of its text and, after a newline, of its next step; the
 * arguments are those of both. `file` NULL: about no file; line 0: about all of it. Never NULL; valid until
 * the next one is added. */
struct finding *findings_add(struct findings *findings, const char *file, long line, enum finding_id id,
                             enum severity severity, const char *format, ...) PRINTF_LIKE(6, 7);

/* Adds a sentence to the text of a finding. */
void finding_append(struct finding *finding, const char *format, ...) PRINTF_LIKE(2, 3);

/* What a finding about a fault of the GPU itself, which no set-up of host or guest changes, is called within
 * a sentence; NULL: it is about the set-up. */
static inline const char *finding_fault(const struct finding *finding)
{
    return finding_faults[finding->id];
}

/* Whether there is one with this id. */
bool findings_have(const struct findings *findings, enum finding_id id);

/* How many are a blocker or a warning. */
int findings_problems(const struct findings *findings);

/* The most severe first; the order among equals stays. */
void findings_sort(struct findings *findings);

void findings_free(struct findings *findings);

#endif
