/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/lspci_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

static const char hex_digits[] = "0123456789abcdefABCDEF";

bool lspci_text_init(struct lspci_text *text, struct pci_machine *machine)
{
    *text = (struct lspci_text){.machine = machine,
                                .heading_group = IOMMU_GROUP_UNKNOWN,
                                .record = LISTING_DEVICE_UNKNOWN,
                                .wrapped = BUFFER(2 * LSPCI_LINE_MAX + 16)};
    machine->devices = malloc(MAX_PCI_DEVICES * sizeof *machine->devices);
    text->dumps = calloc(MAX_PCI_DEVICES, sizeof *text->dumps);
    return machine->devices && text->dumps;
}

void lspci_text_free(struct lspci_text *text)
{
    free(text->dumps);
    buffer_free(&text->wrapped);
}

/* "1. " of a list. */
static size_t list_number(const char *line)
{
    size_t digits = strspn(line, "0123456789");
    return digits && strncmp(line + digits, ". ", 2) == 0 ? digits + 2 : 0;
}

/* Removes colours, carriage returns, no-break spaces, and what indents, quotes and lists a line in a forum or
 * mail. Returns where it begins. */
static char *clean(char *line)
{
    char *to = line;
    text_remove_colours(line);
    for (const char *from = line; *from;) {
        if (from[0] == '\xc2' && from[1] == '\xa0') {
            *to++ = ' ';
            from += 2;
        } else {
            *to++ = *from++;
        }
    }
    while (to > line && isspace((unsigned char)to[-1]))
        to--;
    *to = '\0';
    line += strspn(line, " \t>|#*`-");
    return line + list_number(line);
}

static void set_class(struct pci_device *device, unsigned class_code)
{
    device->base_class = (uint8_t)(class_code >> 8);
    device->sub_class = (uint8_t)class_code;
    device->is_bridge = class_code == 0x0604;
}

/* A card that does not answer has ff everywhere. */
static void take_revision(struct pci_device *device, const char *text)
{
    unsigned revision;
    const char *mark = strstr(text, "(rev ");
    if (!mark || !listing_read_hex(mark + 5, 2, &revision))
        return;
    device->is_silent = revision == 0xff;
    if (device->is_silent)
        return;
    device->id.has_revision = true;
    device->id.revision = (uint8_t)revision;
}

/* What a listing calls a device: what stands before its ID. Of one that its list lacks it says "Device". */
static void take_name(struct pci_device *device, const char *text)
{
    static const char nameless[] = " Device";
    char bracket[PCI_ID_TEXT_SIZE + 4];
    snprintf(bracket, sizeof bracket, " [%s]", pci_id_text_base(&device->id));
    const char *end = strcasestr(text, bracket);
    text += strspn(text, " \t");
    if (!end || end <= text)
        return;
    size_t length = (size_t)(end - text);
    if (length >= sizeof device->name ||
        (length >= sizeof nameless - 1 &&
         strncmp(end - (sizeof nameless - 1), nameless, sizeof nameless - 1) == 0))
        return;
    memcpy(device->name, text, length);
    device->name[length] = '\0';
}

/* `3D controller [0302]: NVIDIA ... [10de:1d16] (rev a1) (prog-if 00 [VGA controller])`, `0302: 10de:1d16
 * (rev a1)`. Without a number, all that is known is that the device exists. */
static void take_description(struct pci_device *device, const char *text)
{
    unsigned class_code = 0;
    unsigned interface;
    struct pci_id id = {.vendor = 0};
    const char *rest = NULL;
    const char *bare = strncmp(text, "Class ", 6) == 0 ? text + 6 : text;
    if (listing_read_hex(bare, 4, &class_code) && bare[4] == ':')
        rest = bare + 5;
    for (const char *at = strchr(text, '['); at && !rest; at = strchr(at + 1, '['))
        if (listing_read_hex(at + 1, 4, &class_code) && strncmp(at + 5, "]:", 2) == 0)
            rest = at + 7;
    if (!rest || !pci_last_id(rest, &id))
        return;
    device->id.vendor = id.vendor;
    device->id.device = id.device;
    set_class(device, class_code);
    take_name(device, rest);
    take_revision(device, rest);
    const char *prog_if = strstr(rest, "(prog-if ");
    if (prog_if && listing_read_hex(prog_if + 9, 2, &interface))
        device->interface = (uint8_t)interface;
}

/* Unraid lists `[10de:1b80] 01:00.0 VGA compatible controller: NVIDIA ... (rev a1)`, and a script of forums
 * `[10de:1b80] [R] 01:00.0  VGA compatible controller  NVIDIA ...`, R for what can be reset: a class only by
 * its name, of which those are taken that matter here. Returns where the address begins. */
static char *take_leading_id(struct pci_device *device, char *line)
{
    static const struct {
        const char *name;
        unsigned class_code;
    } classes[] = {{"VGA compatible controller", 0x0300},
                   {"3D controller", 0x0302},
                   {"Display controller", 0x0380},
                   {"Processing accelerators", 0x1200},
                   {"Co-processor", 0x0b40},
                   {"Audio device", 0x0403},
                   {"Host bridge", 0x0600},
                   {"PCI bridge", 0x0604},
                   {"USB controller", 0x0c03}};
    if (line[0] != '[' || strnlen(line, 11) < 11 || line[10] != ']' ||
        pci_id_parse(line + 1, 9, &device->id) != PCI_ID_OK)
        return line;
    char *address = line + 11 + strspn(line + 11, " \t[R]");
    const char *name = address + strcspn(address, " \t");
    name += strspn(name, " \t");
    for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
        if (strncmp(name, classes[i].name, strlen(classes[i].name)) == 0)
            set_class(device, classes[i].class_code);
    take_revision(device, name);
    return address;
}

/* Takes what another kind of listing states of a device. */
static void take_stated(struct pci_device *device, const struct listing_device *stated)
{
    device->id = stated->id;
    if (stated->has_class)
        set_class(device, stated->class_code);
    device->interface = stated->interface;
    if (stated->iommu_group >= 0)
        device->iommu_group = stated->iommu_group;
    device->driver_known |= stated->driver_known;
    snprintf(device->driver, sizeof device->driver, "%s", stated->driver);
}

/* Begins a device. One that was there already is continued, since people paste several listings of a machine;
 * but another device at its address is of another machine. A record states its ID too late to see that. */
static void begin(struct lspci_text *text, const struct pci_device *stated, bool is_record)
{
    struct pci_machine *machine = text->machine;
    text->current = NULL;
    text->next_bar = 0;
    text->is_record = is_record;
    text->is_resizable_bar = text->is_vf_enabled = false;
    for (int i = 0; i < machine->count && !text->current; i++)
        if (pci_address_compare(&machine->devices[i].address, &stated->address) == 0)
            text->current = &machine->devices[i];
    struct pci_device *known = text->current;
    if (!known && machine->count < MAX_PCI_DEVICES) {
        text->current = &machine->devices[machine->count++];
        *text->current = *stated;
    } else if (!known) {
        machine->omitted++;
    } else if (!known->id.vendor) {
        int group = known->iommu_group;
        *known = *stated;
        known->iommu_group = group;
    } else if (is_record || (stated->id.vendor && pci_id_number(&known->id) != pci_id_number(&stated->id))) {
        text->current = NULL;
    }
    known = text->current;
    if (known && known->iommu_group == IOMMU_GROUP_UNKNOWN)
        known->iommu_group = text->heading_group;
}

/* Whether the line is one of another kind of listing: a whole device, or a field of a record, which begins
 * with the address. */
static bool take_listing(struct lspci_text *text, const char *line)
{
    struct pci_device stated = PCI_DEVICE_UNKNOWN;
    struct listing_device found;
    if (listing_read_line(line, &found)) {
        if (!pci_address_parse(found.address, &stated.address))
            return false;
        take_stated(&stated, &found);
        begin(text, &stated, false);
        return true;
    }
    char before[LISTING_ADDRESS_SIZE];
    memcpy(before, text->record.address, sizeof before);
    if (!listing_read_field(line, &text->record))
        return false;
    bool is_new = *text->record.address && strcmp(before, text->record.address) != 0;
    if (is_new && pci_address_parse(text->record.address, &stated.address))
        begin(text, &stated, true);
    if (text->is_record && text->current)
        take_stated(text->current, &text->record);
    return true;
}

/* Whether the line begins with an address. */
static bool begins_device(struct lspci_text *text, char *line)
{
    struct pci_device stated = PCI_DEVICE_UNKNOWN;
    char address[PCI_ADDRESS_TEXT_SIZE];
    char *at = take_leading_id(&stated, line);
    size_t length = strcspn(at, " \t");
    if (length >= sizeof address)
        return false;
    memcpy(address, at, length);
    address[length] = '\0';
    if (!pci_address_parse(address, &stated.address))
        return false;
    at += length + strspn(at + length, " \t");
    take_description(&stated, at);
    begin(text, &stated, false);
    buffer_clear(&text->wrapped);
    if (text->current && !text->current->id.vendor)
        buffer_append_text(&text->wrapped, at);
    return true;
}

/* A mail breaks a line before its ID ("=" at the end stands for that): whether this line is the rest of it.
 */
static bool take_rest(struct lspci_text *text, const char *line)
{
    struct buffer *wrapped = &text->wrapped;
    struct pci_device device = PCI_DEVICE_UNKNOWN;
    if (!wrapped->length || !text->current || text->current->id.vendor)
        return false;
    if (wrapped->data[wrapped->length - 1] == '=')
        wrapped->data[--wrapped->length] = '\0';
    buffer_append_format(wrapped, " %s", line);
    take_description(&device, buffer_text(wrapped));
    buffer_clear(wrapped);
    if (!device.id.vendor)
        return false;
    device.address = text->current->address;
    device.iommu_group = text->current->iommu_group;
    *text->current = device;
    return true;
}

/* "IOMMU Group 12:", "IOMMU Group 12 01:00.0 VGA ..." and "Group:  12  01:00.0 VGA ...", as the scripts print
 * that people use to see their groups. Returns what follows it, NULL when it is none. */
static char *read_heading(struct lspci_text *text, char *line)
{
    bool is_bare = strncasecmp(line, "Group", 5) == 0;
    if (!is_bare &&
        strncasecmp(line, "IOMMU Group ", 12) != 0) /* lspci -vv has "IOMMU group: 12" of a device */
        return NULL;
    line += is_bare ? 5 + strspn(line + 5, ": \t") : 12;
    if (!isdigit((unsigned char)*line))
        return NULL;
    char *end;
    long group = strtol(line, &end, 10);
    text->heading_group = group >= 0 && group <= INT32_MAX ? (int)group : IOMMU_GROUP_UNKNOWN;
    text->current = NULL;
    return end + strspn(end, ": \t-");
}

/* "40: de 10 16 1d": takes it into the dump of the device. */
static bool take_hex(struct lspci_text *text, const char *line)
{
    unsigned char bytes[16];
    size_t count = 0;
    unsigned offset;
    size_t digits = strspn(line, hex_digits);
    if (digits < 2 || digits > 3 || line[digits] != ':' || !listing_read_hex(line, digits, &offset))
        return false;
    const char *at = line + digits + 1;
    for (unsigned byte; *at && count < sizeof bytes; at += 3) {
        if (at[0] != ' ' || !listing_read_hex(at + 1, 2, &byte) || (at[3] && at[3] != ' '))
            return false;
        bytes[count++] = (unsigned char)byte;
    }
    if (!count || offset + count > PCI_CONFIG_ALL || !text->current)
        return count;
    struct lspci_dump *dump = &text->dumps[text->current - text->machine->devices];
    if (text->dumped != text->current) {
        memset(dump->bytes, 0xff, sizeof dump->bytes);
        dump->length = 0;
        text->dumped = text->current;
    }
    memcpy(dump->bytes + offset, bytes, count);
    if (dump->length < offset + count)
        dump->length = offset + count;
    text->has_dump = true;
    return true;
}

/* Whether the devices after this line are still those of a heading: it is one that -k adds. */
static bool may_follow(const char *line)
{
    static const char *const starts[] = {
        "Subsystem:", "DeviceName:", "Kernel driver in use:", "Kernel modules:"};
    for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
        if (strncmp(line, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

void lspci_text_line(struct lspci_text *text, char *line)
{
    char *start = clean(line);
    char *rest = read_heading(text, start);
    if (rest) {
        /* Below such a line of Unraid more of the group follow. */
        if (*rest && begins_device(text, rest) && *rest != '[')
            text->heading_group = IOMMU_GROUP_UNKNOWN;
        return;
    }
    if (take_listing(text, start) || begins_device(text, start) || take_hex(text, start) ||
        take_rest(text, start))
        return;
    if (!may_follow(start) || !text->current)
        text->heading_group = IOMMU_GROUP_UNKNOWN;
    if (!*start && text->is_record)
        text->current = NULL;
    if (!*start)
        text->record = LISTING_DEVICE_UNKNOWN;
    if (text->current && !text->is_record)
        lspci_detail_line(text, text->current, start);
}
