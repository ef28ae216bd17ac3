#ifndef PASSTHRU_CORE_VERDICT_H
#define PASSTHRU_CORE_VERDICT_H

#include <stdbool.h>

#include "core/buffer.h"
#include "core/gpu.h"
#include "core/vocabulary.h"

/* How many reports stand behind a level of knowledge, by outcome. */
struct evidence {
    int counts[OUTCOME_COUNT];
    int public_counts[OUTCOME_COUNT]; /* those from public pages: a biased sample, which counts less */
    char latest[12];                  /* the newest date, "" when none is dated */
};

/* From the widest pool of similar GPUs to this very board. The wider level counts the narrower one's reports
 * too. */
enum evidence_level {
    EVIDENCE_CLASS,     /* same vendor, form factor, vBIOS delivery and display */
    EVIDENCE_CHIP,      /* same silicon and form factor */
    EVIDENCE_ID,        /* same PCI ID */
    EVIDENCE_SUBSYSTEM, /* same PCI ID and subsystem */
    EVIDENCE_LEVELS
};

/* What the mechanism implies before anyone reported: outcome shares that sum to 1, and how many reports they
 * are worth. A strength of 0 means that the mechanism is not known. */
struct prior {
    double shares[OUTCOME_COUNT];
    double strength;
    const char *reason;
};

struct verdict {
    enum level level;
    double outcomes[OUTCOME_COUNT]; /* probabilities, sum 1 */
    double usable;                  /* works + works-with-workaround */
    double low, high;               /* 80 % interval of `usable` */
    int direct_reports;             /* on this ID */
    int pooled_reports;             /* on similar GPUs, without the direct ones */
};

int evidence_total(const struct evidence *evidence);

/* The one scoring function. Shrinks the reports of each level towards the level above, and the widest towards
 * the prior (Dirichlet-multinomial: the mean of the level above counts like a number of reports). Where
 * neither a mechanism nor a report is known, the level is LEVEL_UNKNOWN and the numbers are 0. */
struct verdict verdict_compute(const struct prior *prior, const struct evidence evidence[EVIDENCE_LEVELS]);

/* Appends what a verdict rests on, in words: the mechanism, the reports at each level, and that a sample of
 * public threads is biased. No newline. */
void verdict_append_basis(struct buffer *out, const struct gpu *gpu, const struct prior *prior,
                          const struct evidence evidence[EVIDENCE_LEVELS]);

/* The level of a probability of `usable`. */
enum level verdict_level(double usable);

#endif
