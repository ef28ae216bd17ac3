/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_JUDGE_H
#define PASSTHRU_HUB_JUDGE_H

#include "db/database.h"
#include "hub/store.h"

/* What a maintainer should look at in a report, by what is known without it. */

enum remark {
    REMARK_CONTRADICTS, /* the verdict on this GPU, strongly */
    REMARK_UNUSUAL_TEXT,
    REMARK_FLOOD,   /* many wait that came from this network on its day */
    REMARK_UNKNOWN, /* no list has this PCI ID as a GPU */
    REMARK_COUNT
};

/* Its name in JSON, and what it says. */
struct remark_words {
    const char *id;
    const char *text;
};
extern const struct remark_words remarks[REMARK_COUNT];

/* A GPU as the database of passthru knows it. */
struct judged_gpu {
    char name[NAME_SIZE]; /* "" where nobody says */
    bool is_known;
    bool has_verdict;
    double usable;
    double low;
    double high;
};
/* `database` NULL: nothing is known of it, and nothing is remarked. */
enum error_code judge_gpu(struct database *database, const char *pci_id, struct judged_gpu *gpu,
                          struct error *error);

/* What is to be remarked of a report by itself and its GPU: bits 1 << enum remark. */
unsigned judge_report(const struct stored_report *stored, const struct judged_gpu *gpu);

#endif
