/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_COMMITTER_H
#define PASSTHRU_HUB_COMMITTER_H

#include "hub/address.h"
#include "hub/store.h"

/* Group commit: what comes in while a transaction is written goes into the next one, all of it, and each is
 * answered after its own. One thread has the store. */
struct committer;

enum { COMMITTER_MAX_WAITING = 8192, COMMITTER_MAX_BATCH = 1024 };

struct committer_job {
    struct store_request request; /* its `sender` is set by the committer, of */
    struct address network;
    struct error error;                      /* out: with a code nothing was done */
    void (*done)(struct committer_job *job); /* called by the committer's thread, once, at the end */
    void *context;
    struct committer_job *next; /* the committer's own */
};

/* Opens the store, which is there already, and starts the thread. The caller stops it. */
enum error_code committer_start(const char *where, struct committer **committer, struct error *error);

/* Hands a job over. False, and nothing happens, when too many wait, or it was stopped. */
bool committer_submit(struct committer *committer, struct committer_job *job);

/* Finishes all that waits, ends the thread and closes the store. Whoever submits still is told so. */
void committer_stop(struct committer *committer);

/* Frees one that was stopped, when nobody submits any more. */
void committer_free(struct committer *committer);

/* What it has done since it was started. */
struct committer_counts {
    int64_t batches;
    int64_t failed;
    int64_t waiting; /* now */
    bool is_away;    /* the last batch failed */
};
struct committer_counts committer_count(struct committer *committer);

#endif
