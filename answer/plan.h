/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_ANSWER_PLAN_H
#define PASSTHRU_ANSWER_PLAN_H

#include "answer/answer.h"
#include "core/plan.h"

/* The whole set-up for one GPU on one host, step by step: the rows of data/plan.tsv that fit. */

enum {
    MAX_PLAN_STEPS = 32,
    MAX_PLAN_TEXT = 16384,
    MAX_PLAN_FUNCTIONS = 8,
    PLAN_FUNCTION_SIZE = 24,
    PLAN_FUNCTION_XML_SIZE = 96
};

/* What is known of host, GPU and virtual machine. Strings live as long as the plan. */
struct plan_facts {
    enum tristate facts[PLAN_FACT_COUNT];
    const char *variables[PLAN_VARIABLE_COUNT]; /* NULL: there is nothing of that name */
    struct {
        char address[PLAN_FUNCTION_SIZE];
        char xml[PLAN_FUNCTION_XML_SIZE]; /* the same as libvirt writes it */
    } functions[MAX_PLAN_FUNCTIONS];      /* of the GPU, that a guest gets; itself first */
    int function_count;
    int hostpci;           /* the number for the first of them */
    const char *boot_line; /* kernel parameters of the file that they are edited in */
    const char *next_line; /* those of the next start; NULL: not known */
    const char *pci_id;
    struct buffer host;       /* "this Proxmox VE 9 host" */
    struct buffer choice;     /* which other GPUs are there and how to choose; empty: none */
    const char *fault;        /* what no set-up changes, within a sentence; NULL: nothing of that kind */
    const char *fault_text;   /* the same in full */
    struct buffer unreadable; /* what could not be read, and why, each on a line */
    bool is_active;           /* all that is set up is in use, so that no restart is due */
    const struct answer *gpu; /* what is known of it; NULL: the database lacks it */
};

struct plan_step {
    char id[40];
    enum plan_state state; /* unknown unless a row says what makes it done */
    bool is_judged;
    struct buffer texts[PLAN_TEXT_COUNT]; /* from PLAN_TITLE to PLAN_UNDO, but PLAN_PARAMETERS */
    bool reboot;
};

struct plan {
    const struct plan_facts *facts;
    struct plan_step steps[MAX_PLAN_STEPS];
    int count;
    struct buffer missing; /* the kernel parameters that are to be added */
    struct buffer cmdline; /* those of the file with them */
    struct buffer quoted;  /* the same for a shell */
};

/* Makes the plan. The caller calls plan_free, also after an error. ERROR_DATABASE_DAMAGED; ERROR_BAD_INPUT
 * when a command line is too long to be printed whole. */
MUST_CHECK enum error_code plan_make(struct database *database, const struct plan_facts *facts,
                                     struct plan *plan, struct error *error);
void plan_free(struct plan *plan);

/* The plan for a person, and as docs/json.md describes it. */
void plan_write_prose(const struct prose *prose, const struct plan *plan);
void plan_write_json(struct json_writer *writer, const struct plan *plan);

#endif
