/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_TESTS_FUZZ_CONFIG_H
#define PASSTHRU_TESTS_FUZZ_CONFIG_H

/* What the fuzz targets of configurations share. */

#include "core/finding.h"
#include "probe/vm_config.h"
#include "tests/fuzz/fuzz.h"

static inline void require_sound_findings(const struct findings *findings)
{
    require(findings->count <= MAX_FINDINGS, "the findings are bounded");
    for (int i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        require(finding->text[0] && finding->line >= 0, "a finding says what is so, and where");
        require((int)finding->id < (int)FINDING_ID_COUNT && finding->severity <= SEVERITY_INFO,
                "a finding has a name");
        require(memchr(finding->text, '\0', sizeof finding->text) &&
                    memchr(finding->next, '\0', sizeof finding->next),
                "texts end");
    }
}

/* A copy that ends where its memory ends, an empty root that is made once, and a GPU of two functions. */
static inline void fuzz_vm_config(const uint8_t *data, size_t size)
{
    static struct root *root;
    static struct pci_device devices[2] = {
        {.address = {.bus = 1}, .id = {.vendor = 0x10de, .device = 0x1d16}, .base_class = 3},
        {.address = {.bus = 1, .function = 1}, .id = {.vendor = 0x10de, .device = 0x10f1}, .base_class = 4}};
    static const struct pci_machine machine = {.devices = devices, .count = 2};
    struct error error = {.code = ERROR_NONE};
    struct findings findings = {.items = NULL};
    require(root || root_open("/proc/self/fdinfo", &root, &error) == ERROR_NONE, "there is a directory");
    char *text = malloc(size ? size : 1);
    require(text, "there is memory");
    if (size)
        memcpy(text, data, size);
    enum vm_config_result result = vm_config_check(root, &machine, "fuzz", text, size, &findings);
    require_sound_findings(&findings);
    require(result != VM_CONFIG_FOREIGN || findings.count == 0, "nothing is said of what is something else");
    require(result != VM_CONFIG_MALFORMED || findings.count > 0, "a fault is named");
    struct vm_facts facts;
    require(vm_config_facts(root, &devices[0].address, text, size, &facts) == result,
            "the facts are of the same file");
    require(result != VM_CONFIG_READ || facts.hypervisor, "what is read has a hypervisor");
    require(!facts.machine_type || vocabulary_find(&vocabulary_machine_type, facts.machine_type) >= 0,
            "facts are words");
    findings_free(&findings);
    free(text);
}

#endif
