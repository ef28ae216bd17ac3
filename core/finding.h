#ifndef PASSTHRU_CORE_FINDING_H
#define PASSTHRU_CORE_FINDING_H

#include <stdbool.h>

#include "core/macros.h"
#include "core/vocabulary.h"

/* One thing that was noticed on a machine or in a configuration, that may stand in the way of a passthrough:
 * what it is (a word of vocabulary_finding), how grave, where, why, and what to do next. Texts may hold
 * hostile bytes: whoever prints them makes them safe (core/text.h). */
struct finding {
    enum finding_id id;
    enum severity severity;
    long line;      /* 0: no line */
    char file[256]; /* "" when it is about no file */
    char text[600]; /* what is so, and why that matters; no newline */
    char next[400]; /* what to do about it; "" when nothing is to be done */
};

/* Findings in the order in which they were noticed. Zero is an empty list; findings_free frees it. */
enum { MAX_FINDINGS = 512 };
struct findings {
    struct finding *items;
    int count;
    int room;
    int omitted;         /* beyond MAX_FINDINGS, or for want of memory */
    struct finding last; /* where an omitted finding is written */
};

/* Adds a finding about no file, with no next step. Never NULL; valid until the next one is added. */
struct finding *findings_add(struct findings *findings, enum finding_id id, enum severity severity,
                             const char *format, ...) PRINTF_LIKE(4, 5);

/* Sets where a finding is (line 0: the file as such), and what to do about it. Both return the finding. */
struct finding *finding_at(struct finding *finding, const char *file, long line);
struct finding *finding_next(struct finding *finding, const char *format, ...) PRINTF_LIKE(2, 3);

/* Whether there is one with this id. */
bool findings_have(const struct findings *findings, enum finding_id id);

/* The gravest first; the order among equals stays. */
void findings_sort(struct findings *findings);

void findings_free(struct findings *findings);

#endif
