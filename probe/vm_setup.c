/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/vm_setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The text with the functions of the GPU in it, as the plan would have it. */
static void append_with_gpu(struct buffer *out, const struct vm_setup *setup, struct span text,
                            const struct pci_address *addresses, int count)
{
    const char *section = setup->is_proxmox ? memmem(text.start, text.length, "\n[", 2)
                                            : memmem(text.start, text.length, "</devices>", 10);
    size_t before = section ? (size_t)(section - text.start) : text.length;
    buffer_append(out, text.start, before);
    for (int i = 0; i < count; i++) {
        const struct pci_address *at = &addresses[i];
        if (setup->is_proxmox)
            buffer_append_format(out, "\nhostpci%d: %04x:%02x:%02x.%x,pcie=1", setup->hostpci + i,
                                 (unsigned)at->domain, at->bus, at->slot, at->function);
        else
            buffer_append_format(
                out,
                "<hostdev mode='subsystem' type='pci' managed='yes'><source><address "
                "domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%x'/></source></hostdev>",
                (unsigned)at->domain, at->bus, at->slot, at->function);
    }
    buffer_append_byte(out, '\n');
    buffer_append(out, text.start + before, text.length - before);
}

/* What somebody who has the GPU in the machine already has chosen is left alone, unless it cannot work. */
static void judge(struct vm_setup *setup, const struct findings *findings)
{
    bool has_gpu = setup->has_gpu == TRISTATE_YES;
    setup->machine_fits = tristate_of(!findings_have(findings, FINDING_ID_VM_PCIE_NEEDS_Q35) &&
                                      (has_gpu || !findings_have(findings, FINDING_ID_VM_I440FX)));
    setup->firmware_fits = tristate_of(has_gpu || !findings_have(findings, FINDING_ID_VM_SEABIOS));
    setup->has_efidisk = !findings_have(findings, FINDING_ID_VM_EFIDISK_MISSING);
    setup->cpu_is_host = !findings_have(findings, FINDING_ID_VM_CPU_NOT_HOST);
    setup->is_whole = !findings_have(findings, FINDING_ID_VM_FUNCTION_MISSING);
    setup->gives_no_memory = !findings_have(findings, FINDING_ID_VM_BALLOON);
    if (findings_have(findings, FINDING_ID_VM_ROMFILE_MISSING))
        setup->has_romfile = false;
}

static void set_name(struct vm_setup *setup, const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *name = slash ? slash + 1 : file;
    snprintf(setup->file, sizeof setup->file, "%s", file);
    const char *dot = strrchr(name, '.');
    snprintf(setup->name, sizeof setup->name, "%.*s", (int)(dot ? dot - name : 60), name);
}

bool vm_setup_read(struct root *root, const struct pci_machine *machine, const struct pci_address *addresses,
                   int count, const char *file, struct span text, struct vm_setup *setup)
{
    struct buffer with_gpu CLEANUP(buffer_free) = BUFFER(MAX_CONFIG_SIZE + 8192);
    struct findings findings = {.count = 0};
    *setup = (struct vm_setup){.hostpci = 0};
    const struct vm_facts *facts = &setup->facts;
    if (vm_config_facts(root, &addresses[0], text.start, text.length, &setup->facts) != VM_CONFIG_READ)
        return false;
    set_name(setup, file);
    setup->is_proxmox =
        facts->hypervisor &&
        strcmp(facts->hypervisor, vocabulary_value(&vocabulary_hypervisor, HYPERVISOR_PROXMOX)) == 0;
    setup->has_gpu = tristate_of(facts->passes_gpu);
    setup->is_windows = facts->guest_os && strncmp(facts->guest_os, "windows", 7) == 0;
    setup->is_linux = facts->guest_os && strcmp(facts->guest_os, "linux") == 0;
    setup->has_romfile = facts->fixes[FIX_ROMFILE];
    setup->is_legacy_igd = strstr(facts->options, "legacy-igd=1");
    if (facts->passed_as[0])
        setup->hostpci = atoi(facts->passed_as + strlen("hostpci"));
    while (!facts->passed_as[0] && setup->hostpci < MAX_HOSTPCI - 1 &&
           facts->hostpci_taken >> setup->hostpci & 1)
        setup->hostpci++;
    if (!facts->passes_gpu) {
        append_with_gpu(&with_gpu, setup, text, addresses, count);
        text = (struct span){buffer_text(&with_gpu), with_gpu.length};
    }
    vm_config_check(root, machine, file, text.start, text.length, &findings);
    judge(setup, &findings);
    findings_free(&findings);
    return true;
}

/* Looking for one among the files of the host. */
struct wanted {
    struct root *root;
    const struct pci_machine *machine;
    const struct pci_address *addresses;
    int count;
    const char *name; /* NULL: the one that has the GPU */
    struct vm_setup *found;
};

static void try_file(void *context, const char *file, struct span text)
{
    struct wanted *wanted = context;
    struct vm_setup setup;
    if (wanted->found->file[0] ||
        !vm_setup_read(wanted->root, wanted->machine, wanted->addresses, wanted->count, file, text, &setup))
        return;
    if (wanted->name ? strcmp(wanted->name, setup.name) == 0 : setup.has_gpu == TRISTATE_YES)
        *wanted->found = setup;
}

bool vm_setup_find(struct root *root, const struct pci_machine *machine, const struct pci_address *addresses,
                   int count, const char *name, struct vm_setup *setup)
{
    struct wanted wanted = {root, machine, addresses, count, name, setup};
    *setup = (struct vm_setup){.hostpci = 0};
    vm_config_each_file(root, try_file, &wanted);
    return setup->file[0];
}
