#ifndef PASSTHRU_CLI_TEXT_SCAN_H
#define PASSTHRU_CLI_TEXT_SCAN_H

#include <stdbool.h>
#include <stdio.h>

#include "core/error.h"
#include "core/pci_id.h"

/* One PCI ID that stands in a text. */
struct found_id {
    struct pci_id id;
    bool on_display_line; /* the line states a display controller class, [03xx] as lspci -nn prints it */
};

/* Calls `each` with the PCI IDs in a text (an lspci listing, a forum post), in its order, in constant memory.
 * A `Subsystem: ... [ssss:ssss]` line and a `(rev a1)` belong to the ID above and before them; lines of lsusb
 * are passed over. Any error from `each` ends the scan and is returned. */
MUST_CHECK enum error_code text_scan(FILE *stream,
                                     enum error_code (*each)(void *context, const struct found_id *found,
                                                             struct error *error),
                                     void *context, struct error *error);

#endif
