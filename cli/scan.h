/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_SCAN_H
#define PASSTHRU_CLI_SCAN_H

#include "answer/answer.h"
#include "cli/output.h"
#include "probe/scan.h"

/* What a scan says of one GPU: what was seen on the machine, and the database's answer adapted to it. */
struct scan_answer {
    struct scan_gpu seen;
    char id[PCI_ID_TEXT_SIZE]; /* what the answer was asked for */
    struct answer answer;
    bool known;           /* the database has this device */
    struct error missing; /* else: why it has not */
};

/* Leaves of the devices that may be GPUs by their class those that are: the others are a further display
 * function of one (scan_functions has it), or an accelerator of another kind. ERROR_NOT_FOUND when none is
 * left. Those that were asked for by their addresses stay. */
MUST_CHECK enum error_code scan_keep_gpus(struct scan *scan, struct database *database, struct error *error);

/* Gathers that of one GPU; its `seen` is to be freed with scan_gpu_free, its answer with answer_free, also
 * after an error. */
MUST_CHECK enum error_code scan_gather(struct database *database, struct scan *scan,
                                       const struct pci_device *device, struct answer_options *options,
                                       struct scan_answer *gpu, struct error *error);

/* One sentence that a tired person can act on. No newline. */
void scan_append_summary(struct buffer *out, const struct scan *scan, const struct scan_answer *gpu);

/* The host and what else is in it, then each GPU; JSON as docs/json.md describes it. */
void scan_write_host_json(struct json_writer *writer, const struct scan *scan);
void scan_write_gpu_json(struct json_writer *writer, const struct scan *scan, const struct scan_answer *gpu);
void scan_write_host_text(struct output *output, const struct scan *scan);
void scan_write_unreadable_text(struct output *output, const struct scan *scan);
void scan_write_gpu_text(struct output *output, const struct scan *scan, const struct scan_answer *gpu);

#endif
