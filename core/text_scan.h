/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_TEXT_SCAN_H
#define PASSTHRU_CORE_TEXT_SCAN_H

#include <stdbool.h>

#include "core/error.h"
#include "core/pci_id.h"

/* One PCI ID in a text. */
struct found_id {
    struct pci_id id;
    bool on_display_line; /* the line states a display controller class, [03xx] as lspci -nn prints it */
};

/* Who gets them. Any error from `found` or `before_read` ends the scan and is returned. `before_read` (may be
 * NULL) is called whenever the scan may have to wait for more text: what was found so far can be shown. */
struct text_scan_visitor {
    enum error_code (*found)(void *context, const struct found_id *found, struct error *error);
    enum error_code (*before_read)(void *context, struct error *error);
    void *context;
};

/* Finds the PCI IDs in the text that `file` gives (an lspci listing, a forum post), in its order, in constant
 * memory, whatever the length of its lines. A `Subsystem: ... [ssss:ssss]` line and a `(rev a1)` belong to
 * the ID above and before them, so an ID is reported when the next line that is not indented comes; lines of
 * lsusb are passed over. Other listings of devices (core/listing.h) are read too.
 * `name` is what an error calls it. */
MUST_CHECK enum error_code text_scan(int file, const char *name, const struct text_scan_visitor *visitor,
                                     struct error *error);

#endif
