/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/log_device.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/macros.h"

/* ---- addresses ---- */

/* The digits of a part of an address, and where it ends; NULL: there are fewer than `least` or more than
 * `most`. */
static const char *read_part(const char *at, const char *end, int least, int most, int64_t *value)
{
    int count = 0;
    *value = 0;
    for (; at < end && isxdigit((unsigned char)*at); at++, count++) {
        int digit = *at <= '9' ? *at - '0' : (*at | 0x20) - 'a' + 10;
        if (count == most)
            return NULL;
        *value = *value << 4 | digit;
    }
    return count >= least ? at : NULL;
}

static bool is_separator(const char *at, const char *end)
{
    return at && at < end && (*at == ':' || *at == '_');
}

/* The address that begins here. The domain, of four to eight digits, may be missing; a function too where
 * PCI: stands before it. */
static int64_t read_address(const char *at, const char *end, bool may_lack_function)
{
    int64_t parts[3]; /* domain, bus, slot */
    const char *next = read_part(at, end, 4, 8, &parts[0]);
    if (is_separator(next, end))
        at = next + 1;
    else
        parts[0] = 0;
    if (!is_separator(next = read_part(at, end, 2, 2, &parts[1]), end) ||
        !(next = read_part(next + 1, end, 2, 2, &parts[2])) || parts[2] > 0x1f)
        return NO_ADDRESS;
    int64_t address = parts[0] << 16 | parts[1] << 8 | parts[2] << 3;
    bool has_function = next + 1 < end && (*next == '.' || *next == '_') && next[1] >= '0' &&
                        next[1] <= '7' && !(next + 2 < end && isalnum((unsigned char)next[2]));
    return has_function ? address | (next[1] - '0') : may_lack_function ? address : NO_ADDRESS;
}

/* The first address in a line, and where it stands. */
static int64_t find_address(const char *line, const char *end, const char **place)
{
    for (const char *at = line; at < end; at++) {
        if (!isxdigit((unsigned char)*at))
            continue;
        bool is_inside = at > line && (isalnum((unsigned char)at[-1]) || at[-1] == '.' || at[-1] == ':');
        bool is_named = at - line >= 4 && at[-1] == ':' && strncasecmp(at - 4, "PCI:", 4) == 0;
        int64_t address = is_inside && !is_named ? NO_ADDRESS : read_address(at, end, is_named);
        *place = at;
        if (address != NO_ADDRESS)
            return address;
    }
    return NO_ADDRESS;
}

const char *log_print_address(int64_t address, char text[LOG_ADDRESS_SIZE])
{
    snprintf(text, LOG_ADDRESS_SIZE, "%04x:%02x:%02x.%x", (unsigned)(address >> 16 & 0xffffffff),
             (unsigned)(address >> 8 & 0xff), (unsigned)(address >> 3 & 0x1f), (unsigned)(address & 7));
    return text;
}

/* ---- what a line says of a device ---- */

static bool is_word(const char *line, const char *end, const char *at, size_t length)
{
    return (at == line || !isalnum((unsigned char)at[-1])) &&
           (at + length == end || !isalnum((unsigned char)at[length]));
}

/* Whose the hardware is that the first word of a line names that tells it: a driver, or a PCI ID. */
static const char *find_vendor(const char *line, const char *end)
{
    static const struct {
        const char *word;
        const char *vendor;
    } words[] = {{"NVRM", "nvidia"},   {"nvidia", "nvidia"},  {"nouveau", "nvidia"},
                 {"amdgpu", "amd"},    {"radeon", "amd"},     {"kfd", "amd"},
                 {"i915", "intel"},    {"xe", "intel"},       {"10de:", "nvidia"},
                 {"1002:", "amd"},     {"8086:", "intel"},    {"VEN_10DE", "nvidia"},
                 {"VEN_1002", "amd"},  {"VEN_8086", "intel"}, {"GeForce", "nvidia"},
                 {"Quadro", "nvidia"}, {"Iris", "intel"},     {"UHD Graphics", "intel"},
                 {"Arc(TM)", "intel"}};
    for (const char *at = line; at < end; at++) {
        if ((at > line && isalnum((unsigned char)at[-1])) || !strchr("NnAaRrKkIiXxVvGgQqUu18", *at))
            continue;
        for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
            if ((*at | 0x20) != (words[i].word[0] | 0x20))
                continue;
            size_t length = strlen(words[i].word);
            int64_t device;
            bool is_id = words[i].word[length - 1] == ':';
            length += is_id ? 4 : 0;
            if (length <= (size_t)(end - at) && strncasecmp(at, words[i].word, strlen(words[i].word)) == 0 &&
                is_word(line, end, at, length) && (!is_id || read_part(at + 5, at + 9, 4, 4, &device)))
                return words[i].vendor;
        }
    }
    return NULL;
}

struct log_device log_describe_line(const char *line, size_t length)
{
    static const char *const drivers[] = {"vfio-pci", "nvidia", "nouveau", "amdgpu",        "radeon",
                                          "i915",     "xe",     "pciback", "snd_hda_intel", "pcieport"};
    const char *at = line;
    struct log_device device = {.address = find_address(line, line + length, &at),
                                .vendor = find_vendor(line, line + length)};
    for (size_t i = 0; device.address >= 0 && i < ARRAY_SIZE(drivers); i++) {
        ptrdiff_t before = (ptrdiff_t)strlen(drivers[i]) + 1;
        if (at - line >= before && at[-1] == ' ' &&
            strncmp(at - before, drivers[i], (size_t)before - 1) == 0 &&
            (at - line == before || !isalnum((unsigned char)at[-before - 1])))
            device.driver = drivers[i];
    }
    /* A port speaks of what is below it, and seldom by its address. */
    if (device.driver && strcmp(device.driver, "pcieport") == 0) {
        device.address = find_address(at + 12, line + length, &at);
        device.driver = device.address < 0 ? device.driver : NULL;
    }
    return device;
}

/* ---- what is known ---- */

void log_devices_add(struct log_devices *devices, const struct log_device *device)
{
    int i = 0;
    if (!device->vendor && !device->driver && !device->chip && !device->is_vf)
        return;
    /* Of what has no address, all vendors are kept. */
    while (i < devices->count && (devices->items[i].address != device->address ||
                                  (device->address < 0 && devices->items[i].vendor != device->vendor)))
        i++;
    if (i == MAX_LOG_DEVICES)
        return;
    struct log_device *known = &devices->items[i];
    if (i == devices->count) {
        *known = *device;
        devices->count++;
        return;
    }
    known->vendor = known->vendor ? known->vendor : device->vendor;
    known->driver = known->driver ? known->driver : device->driver;
}

const struct log_device *log_devices_find(const struct log_devices *devices, int64_t address)
{
    const struct log_device *found = NULL;
    for (int i = 0; address >= 0 && i < devices->count; i++) {
        if (devices->items[i].address == address)
            return &devices->items[i];
        if (!found && log_slot(devices->items[i].address) == log_slot(address))
            found = &devices->items[i];
    }
    return found;
}
