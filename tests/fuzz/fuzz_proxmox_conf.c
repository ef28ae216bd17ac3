/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A qemu-server .conf of Proxmox: probe/proxmox_conf.c. */

#include "probe/vm_config.h"
#include "tests/fuzz/fuzz_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_vm_config(data, size);
    return 0;
}
