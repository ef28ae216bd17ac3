/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/pci_ids.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/list_version.h"
#include "core/text.h"
#include "importer/line_reader.h"

enum { MAX_LINE = 1024, MAX_NAME = 240 };

enum section { NOWHERE, VENDORS, CLASSES };

struct pci_ids_reader {
    const char *path;
    const struct pci_ids_visitor *visitor;
    struct pci_ids_summary *summary;
    enum section section;
    int first;  /* vendor or base class in force, -1: none */
    int second; /* device or subclass in force, -1: none */
    long number;
    long bad_bytes;
    long bad_line;
    struct buffer name;
};

static enum error_code malformed(const struct pci_ids_reader *reader, const char *why, struct error *error)
{
    error_set(error, ERROR_BAD_INPUT, "%s:%ld: %s", reader->path, reader->number, why);
    return error_next(
        error, "this is no complete pci.ids; fetch it again from https://pci-ids.ucw.cz/ or reinstall the"
               " package pci.ids");
}

/* Reads `digits` hexadecimal digits and the spaces after them. */
static bool take_hex(const char **text, int digits, uint32_t *value)
{
    const char *end = *text + strspn(*text, "0123456789abcdefABCDEF");
    if (end != *text + digits || (*end != ' ' && *end != '\t'))
        return false;
    *value = (uint32_t)strtoul(*text, NULL, 16);
    *text = end + strspn(end, " \t");
    return true;
}

/* The rest of the line as a name, made UTF-8; NULL when it is empty or too long. */
static const char *take_name(struct pci_ids_reader *reader, const char *text)
{
    size_t length = strlen(text);
    while (length && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    buffer_clear(&reader->name);
    size_t replaced = text_append_utf8(&reader->name, text, length);
    if (replaced && !reader->bad_bytes)
        reader->bad_line = reader->number;
    reader->bad_bytes += (long)replaced;
    return length && !reader->name.failed && reader->name.length <= MAX_NAME ? buffer_text(&reader->name)
                                                                             : NULL;
}

static enum error_code read_top(struct pci_ids_reader *reader, const char *line, struct error *error)
{
    const struct pci_ids_visitor *visitor = reader->visitor;
    uint32_t number;
    bool is_class = line[0] == 'C' && line[1] == ' ';
    const char *text = is_class ? line + 2 : line;
    const char *name = take_hex(&text, is_class ? 2 : 4, &number) ? take_name(reader, text) : NULL;
    if (!name)
        return malformed(reader, "expected a vendor (vvvv  name) or a class (C cc  name)", error);
    reader->section = is_class ? CLASSES : VENDORS;
    reader->first = (int)number;
    reader->second = -1;
    reader->summary->classes += is_class;
    return is_class || !visitor->vendor ? ERROR_NONE
                                        : visitor->vendor(visitor->context, (uint16_t)number, name, error);
}

static enum error_code read_second(struct pci_ids_reader *reader, const char *text, struct error *error)
{
    const struct pci_ids_visitor *visitor = reader->visitor;
    uint32_t number;
    bool is_class = reader->section == CLASSES;
    const char *name = take_hex(&text, is_class ? 2 : 4, &number) ? take_name(reader, text) : NULL;
    if (!name || reader->section == NOWHERE)
        return malformed(reader, "expected a device (dddd  name) or a subclass (ss  name)", error);
    reader->second = (int)number;
    if (is_class)
        return ERROR_NONE;
    reader->summary->devices++;
    if (!visitor->device)
        return ERROR_NONE;
    return visitor->device(visitor->context, (uint32_t)reader->first << 16 | number, name, error);
}

static enum error_code read_third(struct pci_ids_reader *reader, const char *text, struct error *error)
{
    const struct pci_ids_visitor *visitor = reader->visitor;
    uint32_t subvendor = 0;
    uint32_t number;
    bool is_class = reader->section == CLASSES;
    bool numbers = is_class ? take_hex(&text, 2, &number)
                            : take_hex(&text, 4, &subvendor) && take_hex(&text, 4, &number);
    const char *name = numbers ? take_name(reader, text) : NULL;
    if (!name || reader->second < 0)
        return malformed(reader, "expected a subsystem (ssss ssss  name) or an interface (pp  name)", error);
    if (is_class || !visitor->subsystem)
        return ERROR_NONE;
    uint32_t pci_id = (uint32_t)reader->first << 16 | (uint32_t)reader->second;
    return visitor->subsystem(visitor->context, pci_id, subvendor << 16 | number, name, error);
}

/* "#	Version: 2026.08.22" and "#	Date:    2026-08-22 03:15:01" at the head of the file. */
static void read_comment(struct pci_ids_reader *reader, const char *line)
{
    const char *text = line + 1 + strspn(line + 1, " \t");
    char *target = strncmp(text, "Version:", 8) == 0 ? reader->summary->version
                   : strncmp(text, "Date:", 5) == 0  ? reader->summary->date
                                                     : NULL;
    if (!target || *target || reader->section != NOWHERE)
        return;
    text = strchr(text, ':') + 1;
    text += strspn(text, " \t");
    /* A version that is no date must not become one, or none. */
    size_t length = target == reader->summary->version ? strlen(text) : strspn(text, "0123456789.-: ");
    while (length && strchr(" \t", text[length - 1]))
        length--;
    snprintf(target, sizeof reader->summary->version, "%.*s", (int)(length < 31 ? length : 31), text);
}

static enum error_code read_line(struct pci_ids_reader *reader, const char *line, size_t length,
                                 struct error *error)
{
    if (memchr(line, '\0', length))
        return malformed(reader, "holds a NUL byte", error);
    if (line[strspn(line, " \t")] == '\0')
        return ERROR_NONE;
    if (line[0] == '#') {
        read_comment(reader, line);
        return ERROR_NONE;
    }
    if (line[0] != '\t')
        return read_top(reader, line, error);
    return line[1] == '\t' ? read_third(reader, line + 2, error) : read_second(reader, line + 1, error);
}

enum error_code pci_ids_check_version(const char *version, const char *shown_path, struct error *error)
{
    error->code = ERROR_NONE;
    if (!version[0] || list_version_is_valid(version, time(NULL)))
        return ERROR_NONE;
    error_set(error, ERROR_BAD_INPUT, "%s: its version, \"%s\", is not a date, or is one in the future",
              shown_path, version);
    return error_next(error, "fetch the file again, or set the clock of this machine (date)");
}

enum error_code pci_ids_read(const char *path, const char *shown_path, const struct pci_ids_visitor *visitor,
                             struct pci_ids_summary *summary, struct problems *problems, struct error *error)
{
    struct line_reader *lines CLEANUP(line_reader_close) = NULL;
    struct pci_ids_reader reader = {.path = shown_path,
                                    .visitor = visitor,
                                    .summary = summary,
                                    .first = -1,
                                    .second = -1,
                                    .name = BUFFER(4096)};
    *summary = (struct pci_ids_summary){.devices = 0};
    if (line_reader_open(path, shown_path, MAX_LINE, &lines, error))
        return error->code;
    line_reader_expect_list(lines);
    for (;;) {
        const char *line;
        size_t length;
        enum line_status status = line_reader_next(lines, &line, &length, error);
        reader.number = line_reader_number(lines);
        if (status == LINE_END || status == LINE_FAILED)
            break;
        if (status == LINE_TOO_LONG)
            malformed(&reader, "is longer than 1024 bytes", error);
        else
            read_line(&reader, line, length, error);
        if (error->code)
            break;
    }
    summary->ended_whole = line_reader_ended_whole(lines);
    buffer_free(&reader.name);
    if (!error->code && reader.bad_bytes)
        problems_warn(problems, shown_path, reader.bad_line,
                      "%ld bytes in this file are no UTF-8 and were replaced, the first one here",
                      reader.bad_bytes);
    return error->code;
}
