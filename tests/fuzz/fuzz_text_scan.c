/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text that people feed to `passthru query -`: core/text_scan.h. However it comes in pieces, the answer
 * is one. */

#include "core/buffer.h"
#include "core/text_scan.h"
#include "tests/fuzz/fuzz.h"

static enum error_code note(void *context, const struct found_id *found, UNUSED struct error *error)
{
    char text[PCI_ID_TEXT_SIZE];
    buffer_append_text(context, pci_id_print(&found->id, text));
    buffer_append_format(context, " %d %02x %d\n", found->id.has_revision, found->id.revision,
                         found->on_display_line);
    return ERROR_NONE;
}

/* A pipe into which the text trickles: the sizes of the drops come from the text itself. */
struct trickle {
    struct buffer found;
    const uint8_t *data;
    size_t size;
    int end;
};

static enum error_code pour(void *context, UNUSED struct error *error)
{
    struct trickle *trickle = context;
    if (trickle->size) {
        size_t drop = trickle->data[0] % 16U + 1U;
        if (drop > trickle->size)
            drop = trickle->size;
        require(write(trickle->end, trickle->data, drop) == (ssize_t)drop, "a pipe takes sixteen bytes");
        trickle->data += drop;
        trickle->size -= drop;
    } else if (trickle->end >= 0) {
        close(trickle->end);
        trickle->end = -1;
    }
    return ERROR_NONE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int ends[2];
    struct error error;
    struct buffer found CLEANUP(buffer_free) = BUFFER(SIZE_MAX / 2);
    const struct text_scan_visitor visitor = {.found = note, .context = &found};
    struct memory_file memory = open_memory(data, size);
    require(text_scan(memory.file, "text", &visitor, &error) == ERROR_NONE, "every text can be scanned");
    close(memory.file);
    require(pipe(ends) == 0, "there is a pipe");
    struct trickle trickle = {BUFFER(SIZE_MAX / 2), data, size, ends[1]};
    const struct text_scan_visitor slow = {note, pour, &trickle};
    require(text_scan(ends[0], "text", &slow, &error) == ERROR_NONE, "every text can be scanned in pieces");
    close(ends[0]);
    require(trickle.found.length == found.length &&
                strcmp(buffer_text(&trickle.found), buffer_text(&found)) == 0,
            "pieces make no difference");
    buffer_free(&trickle.found);
    return 0;
}
