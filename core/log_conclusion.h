#ifndef PASSTHRU_CORE_LOG_CONCLUSION_H
#define PASSTHRU_CORE_LOG_CONCLUSION_H

#include <stdbool.h>
#include <stddef.h>

#include "core/vocabulary.h"

/* What the symptoms of one boot in one log come down to. Start with LOG_EVIDENCE. */
enum { NO_SYMPTOM = -1 };
struct log_evidence {
    int first; /* the symptom (enum symptom) whose cause comes before those of the others, or NO_SYMPTOM */
    int first_rank;     /* its place in the order of causes */
    int kinds;          /* how many different ones there are, the harmless ones left out */
    bool vbios_missing; /* a driver says that it has no vBIOS */
    bool init_at_vbios; /* RmInitAdapter failed with 0x30:0xffff, which is what a missing vBIOS gives */
    bool seen[SYMPTOM_COUNT];
};
#define LOG_EVIDENCE ((struct log_evidence){.first = NO_SYMPTOM})

/* Adds one line that shows a symptom. `rank` is its place in the order of causes. */
void log_evidence_add(struct log_evidence *evidence, enum symptom symptom, int rank, const char *line,
                      size_t length);

enum log_conclusion {
    CONCLUSION_NOTHING,             /* no symptom */
    CONCLUSION_VBIOS_NOT_DELIVERED, /* the driver in the guest never got the vBIOS */
    CONCLUSION_DEVICE_REFUSED,      /* it got the vBIOS, and the allocation of the device failed */
    CONCLUSION_INIT_FAILED,         /* it could not initialise the GPU, for another reason */
    CONCLUSION_FIRST_CAUSE,         /* whatever comes first in the order of causes */
};

/* What it comes down to. `sure` is set when a line says so itself. `leading` gets the symptom whose next step
 * is the one to take; it need not stand in the log. */
enum log_conclusion log_conclude(const struct log_evidence *evidence, bool *sure, enum symptom *leading);

#endif
