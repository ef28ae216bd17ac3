/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_REPORT_H
#define PASSTHRU_CLI_REPORT_H

/* What the parts of `passthru report` share. */

#include "cli/command.h"
#include "cli/output.h"
#include "core/report_draft.h"
#include "core/report_validate.h"
#include "db/outbox.h"
#include "probe/scan.h"
#include "probe/vm_config.h"

/* In the order of report_verbs. */
enum report_verb {
    REPORT_NEW,
    REPORT_LIST,
    REPORT_SHOW,
    REPORT_DROP,
    REPORT_EXPORT,
    REPORT_SEND,
    REPORT_VERB_COUNT
};

struct report_command {
    struct common_options common;
    bool yes;
    bool force;
    const char *directory;          /* --root */
    const char *vm;                 /* --vm */
    const char *log;                /* --log */
    const char *target;             /* --output */
    const char *remote;             /* --remote */
    const char *given[FIELD_COUNT]; /* by options; "" leaves the field out */
    const char *new_option;         /* one that was given and goes with `new` only */
    struct report_draft draft;
    struct report_problems problems;
    struct report_circumstances circumstances;
    struct vm_facts vm_facts;
    char host_name[256];
    char outbox[DATABASE_PATH_SIZE];
    struct database *database;
    struct root *root;
    struct scan scan;
    struct output output;
    char pci_id[PCI_ID_TEXT_SIZE]; /* of --pci-id, once its name is found */
    bool can_ask;
    bool gpu_was_seen; /* the PCI ID was read from a GPU, whatever pci.ids knows */
};

/* `passthru report new`: `argument` is an address, "-", or NULL. Returns the exit status. */
int report_new(struct report_command *command, const char *argument);

/* The parts of it: opens the machine and learns which names must not be in a report; fills the draft from the
 * machine and from a virtual machine's configuration; asks for what is missing. `gpu` is the number of one of
 * the scan's GPUs. Those that ask return false when the input has ended. */
MUST_CHECK enum error_code report_open_machine(struct report_command *command, struct error *error);
MUST_CHECK enum error_code report_prefill(struct report_command *command, const char *address,
                                          struct error *error);
MUST_CHECK bool report_ask(struct report_command *command);
MUST_CHECK bool report_ask_gpu(struct report_command *command, int *gpu);

/* `passthru report list|show|drop|export|send` with IDs. */
int report_list(struct report_command *command, char **ids, int count);
int report_show(struct report_command *command, char **ids, int count);
int report_drop(struct report_command *command, char **ids, int count);
int report_export(struct report_command *command, char **ids, int count);
int report_send(struct report_command *command, char **ids, int count);

#endif
