#include "cli/text_scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/macros.h"

/* A longer line is looked at in pieces: an ID that is cut in two there is not found. */
enum { MAX_LINE = 65536 };

struct text_scan {
    enum error_code (*each)(void *context, const struct found_id *found, struct error *error);
    void *context;
    bool pending; /* `last` waits for its subsystem, which may stand on a later line */
    struct found_id last;
};

static enum error_code deliver(struct text_scan *scan, struct error *error)
{
    bool pending = scan->pending;
    scan->pending = false;
    return pending ? scan->each(scan->context, &scan->last, error) : ERROR_NONE;
}

/* "... [0300]: NVIDIA ..." */
static bool states_display_class(const char *line)
{
    for (const char *at = strstr(line, "[03"); at; at = strstr(at + 1, "[03"))
        if (strspn(at + 1, "0123456789abcdef") == 4 && at[5] == ']')
            return true;
    return false;
}

static bool is_usb_line(const char *line)
{
    return strncmp(line, "Bus ", 4) == 0 && strstr(line, " Device ") && strstr(line, ": ID ");
}

static enum error_code scan_line(struct text_scan *scan, const char *line, size_t length, struct error *error)
{
    size_t position = 0;
    struct pci_id id;
    const char *start = line + strspn(line, " \t");
    if (is_usb_line(line))
        return ERROR_NONE;
    if (strncmp(start, "Subsystem:", 10) == 0) {
        /* The name in front of the brackets may hold anything: the last ID counts. */
        while (pci_id_find(line, length, &position, &id)) {
            scan->last.id.has_subsystem = true;
            scan->last.id.subvendor = id.vendor;
            scan->last.id.subdevice = id.device;
        }
        return ERROR_NONE;
    }
    bool found_any = false;
    while (pci_id_find(line, length, &position, &id)) {
        if (deliver(scan, error))
            return error->code;
        scan->last = (struct found_id){.id = id, .on_display_line = states_display_class(line)};
        scan->pending = found_any = true;
    }
    const char *revision = found_any ? strstr(line, "(rev ") : NULL;
    if (revision && strlen(revision) >= 8 && revision[7] == ')') {
        char digits[3] = {revision[5], revision[6], '\0'};
        pci_id_parse_revision(digits, &scan->last.id);
    }
    return ERROR_NONE;
}

static void free_line(char **line)
{
    free(*line);
}

enum error_code text_scan(FILE *stream,
                          enum error_code (*each)(void *context, const struct found_id *found, struct error *error),
                          void *context, struct error *error)
{
    struct text_scan scan = {.each = each, .context = context};
    char *line CLEANUP(free_line) = malloc(MAX_LINE);
    if (!line)
        return error_set(error, ERROR_NO_MEMORY, "no memory to read standard input");
    error->code = ERROR_NONE;
    for (;;) {
        size_t length = 0;
        int c = EOF;
        while (length < MAX_LINE - 1 && (c = getc_unlocked(stream)) != EOF && c != '\n')
            line[length++] = c ? (char)c : ' ';
        line[length] = '\0';
        if (scan_line(&scan, line, length, error))
            return error->code;
        if (c == EOF)
            break;
    }
    if (ferror(stream))
        return error_set_errno(error, errno, "cannot read standard input");
    return deliver(&scan, error);
}
