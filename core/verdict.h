/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_VERDICT_H
#define PASSTHRU_CORE_VERDICT_H

#include "core/gpu.h"
#include "core/vocabulary.h"

/* The reports that a level of knowledge rests on, by outcome. A maker's statement is no attempt: it counts
 * for a chip and a class, not for an ID or a board. */
struct evidence {
    int counts[OUTCOME_COUNT];     /* all of them */
    double weights[OUTCOME_COUNT]; /* what they weigh together: 1 is a new report that the tool sent. At
                                      EVIDENCE_ALL instead the reference (core/report_weight.h) times what it
                                      is worth */
    int samples[SAMPLE_COUNT];     /* how they came to be known; on an ID the statements of makers, too */
    int excluded_reports;          /* how many failed for a reason outside the GPU, and weigh nothing */
    char latest[12];               /* the newest date, "" when none is dated */
};

/* From the widest pool to this very board. A wider level has the narrower ones' reports too. */
enum evidence_level {
    EVIDENCE_ALL,       /* every GPU */
    EVIDENCE_CLASS,     /* same vendor and mechanism: one line of data/priors.tsv */
    EVIDENCE_CHASSIS,   /* of these the ones in such a machine, when one was named */
    EVIDENCE_GUEST,     /* of these the ones with such a guest, when one was named */
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
    char reason[512];
    int number; /* of its line in data/priors.tsv, which makes the class of a GPU; 0: it has none */
};

struct verdict {
    enum level level;
    double outcomes[OUTCOME_COUNT]; /* probabilities, sum 1 */
    double usable;                  /* works + works-with-workaround */
    double low, high;               /* 80 % interval of `usable` */
    int direct_reports;             /* on this ID */
    int pooled_reports;             /* on the same chip or of the same class, without the direct ones */
    int narrowest; /* the narrowest enum evidence_level, from EVIDENCE_CLASS, with a report that weighs; -1:
                      none */
};

int evidence_total(const struct evidence *evidence);

/* The one scoring function. Shrinks the reports of each level towards the level above, and the widest towards
 * the prior (Dirichlet-multinomial: the mean of the level above counts like a number of reports). A report
 * counts at the narrowest level that has it, and nowhere else. Where neither a mechanism nor a report on a
 * similar GPU is known, the level is LEVEL_UNKNOWN and the numbers are 0. docs/verdict.md has the formulas.
 */
struct verdict verdict_compute(const struct prior *prior, const struct evidence evidence[EVIDENCE_LEVELS]);

/* A step of that calculation, for those who want to see it. */
struct verdict_step {
    int level;    /* enum evidence_level; -1: the prior, which has nothing of its own */
    double above; /* what the mean before it is worth, in reports */
    double own[OUTCOME_COUNT];
    double mean[OUTCOME_COUNT];
    double weight; /* what the mean is worth after it */
};

/* Stores the steps of a verdict, and returns how many there are: none where the level is LEVEL_UNKNOWN. */
int verdict_steps(const struct prior *prior, const struct evidence evidence[EVIDENCE_LEVELS],
                  struct verdict_step steps[EVIDENCE_LEVELS + 1]);

/* What a report of this age weighs, from 1 down: its confidence fades, not its outcome. `months` is the time
 * between the report and the newest ones, below 0 when the report has no date. */
double verdict_age_weight(int months);

/* What a report from a public page weighs beside one that the tool sent. */
extern const double verdict_public_weight;

/* Evidence for a kind of machine: the reports from such machines whole, all others by a part. */
void verdict_weigh_chassis(struct evidence *all, const struct evidence *same_chassis);

/* The level of a probability of `usable`. */
enum level verdict_level(double usable);

/* A share as it is shown, in percent: of the three decimals that the JSON has, so that who rounds those says
 * the same. */
int verdict_percent(double share);

#endif
