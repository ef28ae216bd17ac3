/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_QUERY_H
#define PASSTHRU_CLI_QUERY_H

/* What the parts of `passthru query` share. */

#include "answer/answer.h"
#include "answer/term.h"
#include "cli/command.h"
#include "db/search.h"

enum { MAX_TEXT_GPUS = 256, QUERY_FLUSH_BYTES = 1 << 16 };

enum query_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_NDJSON };

struct query {
    struct session *session;
    enum query_format format;
    bool full; /* as text: all that is known, not what fits a screen */
    struct answer_options options;
    struct pci_id refinement; /* from --subsystem and --revision */
    struct answer answer;
    struct name_search search;
    long answered;
    struct pci_id shown;     /* the GPU of the last answer as text */
    long short_answers;      /* which leave something out */
    long missing;            /* terms without an answer */
    bool is_newer_than_list; /* a GPU of the answer: the list lacks it or names it otherwise */
    bool lost;               /* the answer cannot be written: main() says why */
    struct error first_error;
    /* Text alone: the GPUs of a text on standard input, each once. */
    struct pci_id text_gpus[MAX_TEXT_GPUS];
    int text_gpu_count;
    bool text_is_cut; /* there were more */
    long other_devices;
    long unknown_displays;
    char unknown_display[PCI_ID_TEXT_SIZE];
};

/* Adds --subsystem and --revision to an ID that states none. */
struct pci_id query_refine(const struct query *query, struct pci_id id);

/* Writes what query->answer holds; or that a term has no answer, which `error` says: at once as text, as an
 * element of its own in JSON. */
MUST_CHECK enum error_code query_write_answer(struct query *query, struct error *error);
MUST_CHECK enum error_code query_write_missing(struct query *query, const char *term, struct error *error);

/* Writes an element of JSON for an ID in a text that is not known. */
void query_write_unknown(struct query *query, const char *term, const struct error *error);

/* Writes the output once it has `limit` bytes. */
MUST_CHECK enum error_code query_flush(struct query *query, size_t limit, struct error *error);

/* Answers a name: one product whole, several as a table, all hits in JSON. */
MUST_CHECK enum error_code query_answer_name(struct query *query, const char *name, struct error *error);

/* Several GPUs, a line each. */
void query_table_head(struct output *output);
void query_table_row(struct output *output, const struct answer *answer);

#endif
