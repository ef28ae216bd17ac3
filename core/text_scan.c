/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/text_scan.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/listing.h"
#include "core/text.h"
#include "core/tristate.h"

/* A longer line is looked at in pieces, cut where no ID can stand. A longer JSON document is none. */
enum { MAX_LINE = 65536, MAX_JSON = 4 << 20 };

struct text_scan {
    int file;
    const char *name;
    const struct text_scan_visitor *visitor;
    bool pending; /* `last` waits for its subsystem, which may stand on a later line */
    struct found_id last;
    struct listing_device record; /* what was read of one */
    char *text;                   /* MAX_LINE + 1 bytes: what was read and not looked at yet */
    size_t length;
};

static enum error_code deliver(struct text_scan *scan, struct error *error)
{
    bool pending = scan->pending;
    scan->pending = false;
    if (pending)
        scan->record = LISTING_DEVICE_UNKNOWN;
    return pending ? scan->visitor->found(scan->visitor->context, &scan->last, error) : ERROR_NONE;
}

/* "... [0300]: NVIDIA ..." */
static bool states_display_class(const char *line)
{
    for (const char *at = strstr(line, "[03"); at; at = strstr(at + 1, "[03"))
        if (strspn(at + 1, "0123456789abcdef") == 4 && at[5] == ']')
            return true;
    return false;
}

/* A device of another kind of listing, or a field of it: its ID may be completed by later lines. */
static enum error_code scan_listing(struct text_scan *scan, const char *line, bool *taken,
                                    struct error *error)
{
    struct listing_device found;
    const struct listing_device *device = &found;
    *taken = listing_read_line(line, &found);
    if (*taken && deliver(scan, error))
        return error->code;
    if (!*taken && listing_read_field(line, &scan->record)) {
        struct listing_device record = scan->record;
        bool begins = !record.id.vendor || !record.id.device;
        if (begins && deliver(scan, error))
            return error->code;
        scan->record = record;
        device = &scan->record;
        *taken = device->id.vendor && device->id.device;
    }
    if (*taken) {
        scan->last = (struct found_id){.id = device->id, .on_display_line = device->class_code >> 8 == 0x03};
        scan->pending = true;
    }
    return ERROR_NONE;
}

static enum error_code scan_line(struct text_scan *scan, char *line, struct error *error)
{
    size_t length = text_remove_colours(line);
    size_t position = 0;
    struct pci_id id;
    const char *start = line + strspn(line, " \t");
    bool taken = false;
    if (strncmp(line, "Bus ", 4) == 0 && strstr(line, " Device ") && strstr(line, ": ID "))
        return ERROR_NONE; /* of lsusb */
    if (scan_listing(scan, start + strspn(start, "> \t|"), &taken, error) || taken)
        return error->code;
    if (strncmp(start, "Subsystem:", 10) == 0) {
        /* The name in front of the brackets may hold anything: the last ID counts. */
        while (pci_id_find(line, length, &position, &id)) {
            scan->last.id.has_subsystem = true;
            scan->last.id.subvendor = id.vendor;
            scan->last.id.subdevice = id.device;
        }
        return ERROR_NONE;
    }
    if (start == line && length && deliver(scan, error))
        return error->code;
    bool found_any = false;
    bool is_display = states_display_class(line);
    while (pci_id_find(line, length, &position, &id)) {
        if (deliver(scan, error))
            return error->code;
        scan->last = (struct found_id){.id = id, .on_display_line = is_display};
        scan->pending = found_any = true;
    }
    if (found_any)
        pci_id_find_revision(line, &scan->last.id);
    return ERROR_NONE;
}

/* Looks at all lines that are whole; with `all`, at the rest too. Moves what remains to the front. */
static enum error_code scan_lines(struct text_scan *scan, bool all, struct error *error)
{
    size_t start = 0;
    while (start < scan->length) {
        char *line = scan->text + start;
        char *newline = memchr(line, '\n', scan->length - start);
        if (!newline && !all)
            break;
        char *end = newline ? newline : scan->text + scan->length;
        *end = '\0';
        if (scan_line(scan, line, error))
            return error->code;
        start = (size_t)(end - scan->text) + 1;
    }
    if (start > scan->length)
        start = scan->length;
    memmove(scan->text, scan->text + start, scan->length - start);
    scan->length -= start;
    return ERROR_NONE;
}

/* The whole buffer is one line: looks at it up to the last place where no ID can stand. Of a number that
 * fills it all a mark stays, so that its end is not taken for an ID. */
static enum error_code scan_piece(struct text_scan *scan, struct error *error)
{
    size_t cut = scan->length;
    while (cut && pci_id_may_contain(scan->text[cut - 1]))
        cut--;
    if (cut <= 1) {
        scan->text[0] = '_';
        scan->length = 1;
        return ERROR_NONE;
    }
    char border = scan->text[cut - 1];
    scan->text[cut - 1] = '\0';
    if (scan_line(scan, scan->text, error))
        return error->code;
    scan->text[cut - 1] = border;
    memmove(scan->text, scan->text + cut - 1, scan->length - cut + 1);
    scan->length -= cut - 1;
    return ERROR_NONE;
}

static enum error_code read_more(struct text_scan *scan, bool *end, struct error *error)
{
    if (scan->visitor->before_read && scan->visitor->before_read(scan->visitor->context, error))
        return error->code;
    ssize_t got = TEMP_FAILURE_RETRY(read(scan->file, scan->text + scan->length, MAX_LINE - scan->length));
    if (got < 0) {
        error_set_errno(error, errno, "cannot read %s", scan->name);
        return error_blame_input(error);
    }
    for (ssize_t i = 0; i < got; i++)
        if (!scan->text[scan->length + (size_t)i])
            scan->text[scan->length + (size_t)i] = ' ';
    scan->length += (size_t)got;
    *end = got == 0;
    return ERROR_NONE;
}

/* Whether the text is an array of objects: unsure while it is spaces and a bracket alone. */
static enum tristate begins_json(const struct text_scan *scan)
{
    static const char spaces[] = " \t\r\n";
    size_t i = strspn(scan->text, spaces);
    if (scan->text[i] == '[')
        i += 1 + strspn(scan->text + i + 1, spaces);
    else if (i < scan->length)
        return TRISTATE_NO;
    return i >= scan->length ? TRISTATE_UNKNOWN : tristate_of(scan->text[i] == '{');
}

/* Reads all of it, and looks at the devices that it lists; at its text when it is something else. */
static enum error_code scan_json(struct text_scan *scan, bool *end, struct error *error)
{
    struct buffer document CLEANUP(buffer_free) = BUFFER(MAX_JSON + MAX_LINE + 16);
    struct buffer rows CLEANUP(buffer_free) = BUFFER(MAX_JSON + 16);
    char *text = scan->text;
    for (;;) {
        buffer_append(&document, scan->text, scan->length);
        scan->length = 0;
        if (*end || document.length > MAX_JSON)
            break;
        if (read_more(scan, end, error))
            return error->code;
    }
    struct buffer *listed =
        listing_read_json(buffer_text(&document), document.length, &rows) ? &rows : &document;
    scan->text = listed->data;
    scan->length = listed->length;
    enum error_code code = scan_lines(scan, true, error);
    scan->text = text;
    return code;
}

enum error_code text_scan(int file, const char *name, const struct text_scan_visitor *visitor,
                          struct error *error)
{
    char text[MAX_LINE + 1];
    struct text_scan scan = {
        .file = file, .name = name, .visitor = visitor, .text = text, .record = LISTING_DEVICE_UNKNOWN};
    error->code = ERROR_NONE;
    enum tristate is_json = TRISTATE_UNKNOWN;
    for (bool end = false; !end;) {
        if (read_more(&scan, &end, error))
            return error->code;
        text[scan.length] = '\0';
        if (is_json == TRISTATE_UNKNOWN && (is_json = begins_json(&scan)) == TRISTATE_YES &&
            scan_json(&scan, &end, error))
            return error->code;
        if (is_json == TRISTATE_UNKNOWN && !end && scan.length < MAX_LINE)
            continue;
        is_json = TRISTATE_NO;
        if (scan_lines(&scan, end, error))
            return error->code;
        if (scan.length == MAX_LINE && scan_piece(&scan, error))
            return error->code;
    }
    return deliver(&scan, error);
}
