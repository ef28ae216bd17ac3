/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_REPORT_H
#define PASSTHRU_CLI_REPORT_H

/* What the parts of `passthru report` share. */

#include "cli/command.h"
#include "core/report_draft.h"
#include "core/report_validate.h"
#include "db/outbox.h"
#include "probe/scan.h"
#include "probe/vm_config.h"

/* In the order of cli/help.txt. */
enum report_verb {
    REPORT_NEW,
    REPORT_LIST,
    REPORT_SHOW,
    REPORT_DROP,
    REPORT_EXPORT,
    REPORT_SEND,
    REPORT_WITHDRAW
};

struct report_command {
    struct session *session;
    bool yes;
    bool force;
    const char *directory;          /* --root */
    const char *vm;                 /* --vm */
    const char *log;                /* --log */
    const char *target;             /* --output */
    const char *remote;             /* --remote */
    const char *given[FIELD_COUNT]; /* by options; "" leaves the field out */
    const char *new_option;         /* one but --root that was given and goes with `new` only */
    struct report_draft draft;
    struct report_problems problems;
    struct report_circumstances circumstances;
    struct vm_facts vm_facts;
    char host_name[256];
    char outbox[DATABASE_PATH_SIZE];
    struct root *root;
    struct scan scan;
    char pci_id[PCI_ID_TEXT_SIZE]; /* of --pci-id, once its name is found */
    bool can_ask;
    bool can_be_split; /* the GPU has, or is, a virtual function */
    bool gpu_was_seen; /* the PCI ID was read from a GPU, whatever pci.ids knows */
};

/* `passthru report new`: `argument` is an address, "-", or NULL. Returns the exit status, or sets the error.
 */
int report_new(struct report_command *command, const char *argument, struct error *error);

/* The parts of it. Opens the machine and learns which names must not be in a report. */
MUST_CHECK enum error_code report_open_machine(struct report_command *command, struct error *error);
/* Settles which GPU --pci-id means, a name too, before anything else is asked: given[FIELD_PCI_ID] is an ID
 * then. ERROR_USAGE, ERROR_NOT_FOUND. */
MUST_CHECK enum error_code report_settle_gpu(struct report_command *command, struct error *error);
/* Chooses the number of one of the scan's GPUs. */
MUST_CHECK enum error_code report_choose_gpu(struct report_command *command, int *gpu, struct error *error);
/* Fills the draft from the machine and from a virtual machine's configuration. */
MUST_CHECK enum error_code report_prefill(struct report_command *command, const char *address,
                                          struct error *error);
/* Says which GPU the report is about, and where it will be. */
void report_introduce(struct report_command *command);
/* Asks what a machine cannot know; with the problems of the answers before, what they are about. Returns
 * false when the input has ended. */
MUST_CHECK bool report_ask(struct report_command *command, const struct report_problems *problems);

/* A report for people to read, from its JSON; false when that is damaged. */
bool report_write_fields(struct output *output, const struct buffer *json);

/* Asks passthru-import where reports are sent to. Returns its exit status: 0, and a name; 4: nowhere; -1: it
 * cannot be started. With `aloud` it says what is wrong. */
int report_find_remote(const struct report_command *command, bool aloud, char *name, size_t size);

/* ---- the outbox ---- */

/* The reports that a verb is about. */
struct report_selection {
    struct outbox outbox;
    const struct outbox_entry *entries[OUTBOX_MAX_REPORTS]; /* which belong to the outbox */
    int count;
    bool is_named; /* they were asked for by their IDs */
};

/* Those with these IDs, each once; without IDs all. With `valid` without damaged reports: one that was asked
 * for is an error, another is reported and skipped. Where one cannot be read it is an error then: what is
 * left would not be all. */
MUST_CHECK enum error_code report_select(const struct report_command *command, char **ids, int count,
                                         bool valid, struct report_selection *selection, struct error *error);

/* The verbs. Each returns the exit status, or sets the error. */
int report_list(struct report_command *command, struct report_selection *selection, struct error *error);
int report_show(struct report_command *command, struct report_selection *selection, struct error *error);
int report_drop(struct report_command *command, struct report_selection *selection, struct error *error);
int report_export(struct report_command *command, struct report_selection *selection, struct error *error);
int report_send(struct report_command *command, struct report_selection *selection, struct error *error);
int report_withdraw(struct report_command *command, char **ids, int count, struct error *error);

#endif
