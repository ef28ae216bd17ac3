/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration of a virtual machine, be it a .conf of Proxmox, a domain XML of libvirt or a command line
 * of QEMU: probe/vm_config.h. */

#include "probe/vm_config.h"
#include "tests/fuzz/fuzz_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct pci_device devices[2] = {
        {.address = {.bus = 1}, .id = {.vendor = 0x10de, .device = 0x1d16}, .base_class = 3},
        {.address = {.bus = 1, .function = 1}, .id = {.vendor = 0x10de, .device = 0x10f1}, .base_class = 4}};
    static const struct pci_machine machine = {.devices = devices, .count = 2};
    const char *text = (const char *)data;
    struct findings findings = {.items = NULL};
    struct vm_facts facts;
    enum vm_config_result result = vm_config_check(empty_root(), &machine, "fuzz", text, size, &findings);
    require_sound_findings(&findings);
    require(result != VM_CONFIG_FOREIGN || findings.count == 0, "nothing is said of what is something else");
    require(result != VM_CONFIG_MALFORMED || findings.count > 0, "a fault is named");
    require(vm_config_facts(empty_root(), &devices[0].address, text, size, &facts) == result,
            "the facts are of the same file");
    require(result != VM_CONFIG_READ || facts.hypervisor, "what is read has a hypervisor");
    require(!facts.machine_type || vocabulary_find(&vocabulary_machine_type, facts.machine_type) >= 0,
            "facts are words");
    findings_free(&findings);
    return 0;
}
