/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pci_id.h"

#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads exactly `digits` hexadecimal digits. */
static bool parse_hex(const char *text, size_t length, size_t digits, uint32_t *value)
{
    if (length < digits)
        return false;
    uint32_t sum = 0;
    for (size_t i = 0; i < digits; i++) {
        int digit = hex_digit(text[i]);
        if (digit < 0)
            return false;
        sum = sum << 4 | (uint32_t)digit;
    }
    *value = sum;
    return true;
}

/* Reads up to `max` colon-separated groups of four digits, returns how many and where the text goes on. */
static int parse_groups(const char *text, size_t length, uint32_t groups[], int max, size_t *end)
{
    size_t at = 0;
    int count = 0;
    while (count < max) {
        size_t start = count ? at + 1 : at;
        if (count && (at >= length || text[at] != ':'))
            break;
        if (length - start >= 2 && text[start] == '0' && (text[start + 1] | 0x20) == 'x')
            start += 2;
        if (start > length || !parse_hex(text + start, length - start, 4, &groups[count]))
            break;
        at = start + 4;
        count++;
    }
    *end = at;
    return count;
}

static void set_groups(struct pci_id *id, const uint32_t groups[], int count)
{
    *id = (struct pci_id){.vendor = (uint16_t)groups[0], .device = (uint16_t)groups[1]};
    if (count == 4) {
        id->has_subsystem = true;
        id->subvendor = (uint16_t)groups[2];
        id->subdevice = (uint16_t)groups[3];
    }
}

/* A modalias is `pci:vXXXXXXXXdXXXXXXXXsvXXXXXXXXsdXXXXXXXXbcXXscXXiXX`; fields that are missing or `*` at
 * its end are fine. Returns the length of what was read, 0 if it is none. */
static size_t parse_modalias(const char *text, size_t length, struct pci_id *id)
{
    static const char *const marks[] = {"pci:v", "d", "sv", "sd"};
    uint32_t values[4];
    size_t at = 0;
    int count = 0;
    for (; count < 4; count++) {
        size_t mark = strlen(marks[count]);
        if (length - at < mark || memcmp(text + at, marks[count], mark) != 0 ||
            !parse_hex(text + at + mark, length - at - mark, 8, &values[count]) || values[count] > 0xffff)
            break;
        at += mark + 8;
    }
    if (count < 2)
        return 0;
    set_groups(id, values, count);
    return at;
}

enum pci_id_result pci_id_parse(const char *text, size_t length, struct pci_id *id)
{
    if (length >= 4 && memcmp(text, "pci:", 4) == 0)
        return parse_modalias(text, length, id) ? PCI_ID_OK : PCI_ID_MALFORMED;
    uint32_t groups[4];
    size_t end;
    int count = parse_groups(text, length, groups, 4, &end);
    if ((count == 2 || count == 4) && end == length) {
        set_groups(id, groups, count);
        return PCI_ID_OK;
    }
    /* No model is named with a colon and without a space: whoever types one means an ID. */
    return memchr(text, ':', length) && !memchr(text, ' ', length) ? PCI_ID_MALFORMED : PCI_ID_NONE;
}

bool pci_id_parse_subsystem(const char *text, struct pci_id *id)
{
    uint32_t groups[2];
    size_t end;
    size_t length = strlen(text);
    if (parse_groups(text, length, groups, 2, &end) != 2 || end != length)
        return false;
    id->has_subsystem = true;
    id->subvendor = (uint16_t)groups[0];
    id->subdevice = (uint16_t)groups[1];
    return true;
}

bool pci_id_parse_revision(const char *text, struct pci_id *id)
{
    uint32_t value;
    if (strncmp(text, "rev", 3) == 0)
        text += 3;
    if (strncmp(text, "0x", 2) == 0)
        text += 2;
    if (strlen(text) != 2 || !parse_hex(text, 2, 2, &value))
        return false;
    id->has_revision = true;
    id->revision = (uint8_t)value;
    return true;
}

bool pci_id_may_contain(char c)
{
    return c == ':' || c == '_' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

void pci_id_find_revision(const char *line, struct pci_id *id)
{
    const char *revision = strstr(line, "(rev ");
    if (revision && strlen(revision) >= 8 && revision[7] == ')') {
        char digits[3] = {revision[5], revision[6], '\0'};
        pci_id_parse_revision(digits, id);
    }
}

bool pci_id_find(const char *text, size_t length, size_t *position, struct pci_id *id)
{
    for (size_t i = *position; i + 9 <= length; i++) {
        if (i > 0 && pci_id_may_contain(text[i - 1]))
            continue;
        size_t size = text[i] == 'p' ? parse_modalias(text + i, length - i, id) : 0;
        if (!size && hex_digit(text[i]) >= 0) {
            uint32_t groups[4];
            size_t end;
            int count = parse_groups(text + i, length - i, groups, 4, &end);
            if ((count == 2 || count == 4) && !(i + end < length && pci_id_may_contain(text[i + end]))) {
                set_groups(id, groups, count);
                size = end;
            } else if (count > 0) {
                i += end - 1;
            }
        }
        if (size) {
            *position = i + size;
            return true;
        }
    }
    *position = length;
    return false;
}

uint32_t pci_id_number(const struct pci_id *id)
{
    return (uint32_t)id->vendor << 16 | id->device;
}

struct pci_id pci_id_from_number(uint32_t number)
{
    return (struct pci_id){.vendor = (uint16_t)(number >> 16), .device = (uint16_t)number};
}

struct pci_id pci_id_base(const struct pci_id *id)
{
    return (struct pci_id){.vendor = id->vendor, .device = id->device};
}

/* Four digits; returns where they end. An answer has seven IDs: printf would take a twentieth of its time. */
static char *print_hex(char *at, uint16_t value)
{
    for (int shift = 12; shift >= 0; shift -= 4)
        *at++ = "0123456789abcdef"[value >> shift & 0xf];
    return at;
}

char *pci_id_print(const struct pci_id *id, char text[PCI_ID_TEXT_SIZE])
{
    const uint16_t groups[] = {id->vendor, id->device, id->subvendor, id->subdevice};
    char *at = text;
    for (int i = 0; i < (id->has_subsystem ? 4 : 2); i++) {
        if (i)
            *at++ = ':';
        at = print_hex(at, groups[i]);
    }
    *at = '\0';
    return text;
}

char *pci_id_print_base(const struct pci_id *id, char text[PCI_ID_TEXT_SIZE])
{
    return pci_id_print_number(pci_id_number(id), text);
}

char *pci_id_print_number(uint32_t number, char text[PCI_ID_TEXT_SIZE])
{
    const struct pci_id id = pci_id_from_number(number);
    return pci_id_print(&id, text);
}

char *pci_id_print_subsystem(const struct pci_id *id, char text[PCI_ID_TEXT_SIZE])
{
    const struct pci_id subsystem = {.vendor = id->subvendor, .device = id->subdevice};
    return pci_id_print(&subsystem, text);
}
