/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CLI_PLAN_H
#define PASSTHRU_CLI_PLAN_H

#include "answer/plan.h"
#include "cli/scan.h"
#include "probe/vm_config.h"

/* What a plan is made of, and the texts that its facts point to. */
struct plan_machine {
    struct root *root;
    struct scan scan;
    struct scan_answer gpu;
    const struct pci_device *device; /* the GPU */
    struct pci_address functions[MAX_FUNCTIONS];
    int function_count;
    bool owns_slot;     /* nothing else is in its slot */
    struct vm_setup vm; /* its file is "" where there is none */
    struct plan_facts facts;
    char pci_id[PCI_ID_TEXT_SIZE];
    struct buffer texts[PLAN_VARIABLE_COUNT];
};

/* The functions that a guest gets with a GPU. */
void plan_find_functions(struct plan_machine *machine);

/* Turns what was seen of host, GPU and virtual machine into the facts of a plan. */
void plan_set_facts(struct plan_machine *machine);

#endif
