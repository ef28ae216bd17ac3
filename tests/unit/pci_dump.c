/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints what probe/pci.h makes of a machine or of a text of lspci, one device on a line, for tests that
 * compare it with lspci itself. Usage: pci_dump sysfs [FOLDER] | pci_dump lspci FILE */

#include <stdio.h>
#include <string.h>

#include "tests/unit/device_text.h"

int main(int argc, char **argv)
{
    struct error error = {.code = ERROR_NONE};
    struct pci_machine machine = {.count = 0};
    struct root *root = NULL;
    struct buffer out = BUFFER(16 << 20);
    if (argc < 2 || (strcmp(argv[1], "lspci") == 0 && argc < 3)) {
        fprintf(stderr, "usage: pci_dump sysfs [FOLDER] | pci_dump lspci FILE\n");
        return 2;
    }
    if (strcmp(argv[1], "lspci") == 0) {
        if (pci_read_lspci(argv[2], &machine, &error) == ERROR_NONE)
            printf("# %s\n", machine.source == PCI_SOURCE_DUMP ? "dump" : "text");
    } else if (root_open(argc > 2 ? argv[2] : NULL, &root, &error) == ERROR_NONE) {
        if (pci_read_machine(root, &machine, &error) == ERROR_NONE)
            printf("# sysfs\n");
    }
    for (int i = 0; i < machine.count; i++)
        append_device(&out, &machine, &machine.devices[i]);
    fputs(buffer_text(&out), stdout);
    for (int i = 0; root && root_fault(root, i); i++)
        printf("! %s: %s\n", root_fault(root, i)->path, root_fault(root, i)->why);
    pci_machine_free(&machine);
    root_close(root);
    buffer_free(&out);
    if (error.code)
        fprintf(stderr, "%s: %s: %s\n", error_slug(error.code), error.message, error.next);
    return error_exit_status(error.code);
}
