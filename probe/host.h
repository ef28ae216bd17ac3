/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_HOST_H
#define PASSTHRU_PROBE_HOST_H

#include "core/tristate.h"
#include "core/vocabulary.h"
#include "probe/root.h"

/* What kind of machine this is. Nothing that names this very one (serial numbers, UUIDs, MACs, the host's
 * name) is ever read. Texts are "" where the machine does not say. */
struct host {
    enum chassis chassis; /* from DMI; CHASSIS_UNKNOWN when it says nothing or nonsense */
    char machine[200];    /* maker and product */
    char cpu[128];
    char cpu_vendor[16]; /* "GenuineIntel", "AuthenticAMD" */
    char kernel[64];
    char system[100];       /* as /etc/os-release names it */
    const char *hypervisor; /* a value of vocabulary_hypervisor; NULL: none is seen */
    enum tristate in_vm;    /* this machine is itself a virtual machine */
    bool is_xen;            /* this is the domain of Xen that has the devices */
    bool is_root;           /* the live machine is looked at by root */
};

void host_read(struct root *root, struct host *host);

/* The version of its hypervisor, as the package or a file of the product says: "8.2.4"; "" where none does.
 */
enum { HYPERVISOR_VERSION_SIZE = 40 };
void host_read_hypervisor_version(struct root *root, char version[HYPERVISOR_VERSION_SIZE]);

/* Whether the firmware has Secure Boot on; unknown without EFI's variables. */
enum tristate host_secure_boot(struct root *root);

#endif
