#ifndef PASSTHRU_DB_FIX_COUNTS_H
#define PASSTHRU_DB_FIX_COUNTS_H

#include "db/builder_internal.h"

/* What was tried and how often it helped, gathered in the pass over all reports. For db/report_counts.c
 * alone. */
struct fix_counts {
    struct tally of_device;   /* by PCI ID and word */
    struct tally of_chips;    /* by chip key and word */
    struct tally of_symptoms; /* by symptom and word */
    struct tally paths; /* the ways around a blocker: by vendor and blocker, and by chip; "" for all chips */
};

/* Counts what one report on a device tried; `gpu` is NULL for what is no GPU. `attempts` has a line for each,
 * the result before the fix; `symptoms`, for which they were tried, have a line each too. */
MUST_CHECK enum error_code fix_counts_add(struct fix_counts *counts, uint32_t pci_id,
                                          const struct waiting_gpu *gpu, const char *attempts,
                                          const char *symptoms, struct error *error);

/* Stores and forgets what was counted for the device that the pass has left, and in the end all else. */
MUST_CHECK enum error_code fix_counts_end_device(struct fix_counts *counts, struct builder *builder,
                                                 struct error *error);
MUST_CHECK enum error_code fix_counts_end(struct fix_counts *counts, struct builder *builder,
                                          struct error *error);
void fix_counts_free(struct fix_counts *counts);

#endif
