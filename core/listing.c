/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/json_reader.h"
#include "core/macros.h"

static const char hex_digits[] = "0123456789abcdefABCDEF";

bool listing_read_hex(const char *text, size_t digits, unsigned *value)
{
    char copy[9];
    if (strspn(text, hex_digits) != digits)
        return false;
    memcpy(copy, text, digits);
    copy[digits] = '\0';
    *value = (unsigned)strtoul(copy, NULL, 16);
    return true;
}

/* The digits after a mark that stands in a line. */
static bool read_after(const char *line, const char *mark, size_t digits, unsigned *value)
{
    const char *at = strstr(line, mark);
    return at && listing_read_hex(at + strlen(mark), digits, value);
}

static void set_class(struct listing_device *device, unsigned class_code)
{
    device->has_class = true;
    device->class_code = (uint16_t)class_code;
}

/* A card that does not answer has ff everywhere. */
static void set_revision(struct listing_device *device, unsigned revision)
{
    device->id.has_revision = revision != 0xff;
    device->id.revision = device->id.has_revision ? (uint8_t)revision : 0;
}

static void set_subsystem(struct listing_device *device, unsigned vendor, unsigned number)
{
    device->id.subvendor = (uint16_t)vendor;
    device->id.subdevice = (uint16_t)number;
    device->id.has_subsystem = vendor && vendor != 0xffff;
}

/* ---- lspci: a value with its number, "NVIDIA Corporation [10de]", or "10de" alone; hwinfo: "pci 0x10de
 * "nVidia""; esxcli, vulkaninfo: "0x10de"; system_profiler, glxinfo: "AMD (0x1002)" ---- */

static bool read_value(const char *value, unsigned *number)
{
    const char *bracket = strrchr(value, '[');
    const char *parenthesis = strrchr(value, '(');
    if (parenthesis && strncmp(parenthesis, "(0x", 3) == 0)
        value = parenthesis + 1;
    value += strncmp(value, "pci 0x", 6) == 0 ? 4 : 0;
    if (strncmp(value, "0x", 2) == 0)
        return listing_read_hex(value + 2, 4, number);
    return bracket ? listing_read_hex(bracket + 1, 4, number) && bracket[5] == ']'
                   : listing_read_hex(value, 4, number) && !value[4];
}

enum field {
    CLASS,
    VENDOR,
    DEVICE,
    SUBVENDOR,
    SUBDEVICE,
    REVISION,
    INTERFACE,
    DRIVER,
    MODULE,
    MODEL,
    GROUP,
    ADDRESS
};

static void set_number(struct listing_device *device, enum field field, const char *value)
{
    unsigned number = 0x8086;
    bool is_intel = field == VENDOR && strcmp(value, "Intel") == 0; /* system_profiler has no number of it */
    if (!is_intel && !read_value(value, &number))
        return;
    if (field == CLASS)
        set_class(device, number);
    else if (field == VENDOR)
        device->id.vendor = (uint16_t)number;
    else if (field == DEVICE)
        device->id.device = (uint16_t)number;
    else
        set_subsystem(device, field == SUBVENDOR ? number : device->id.subvendor,
                      field == SUBDEVICE ? number : device->id.subdevice);
}

static void set_field(struct listing_device *device, enum field field, const char *value)
{
    unsigned number;
    const char *bare = strncmp(value, "0x", 2) == 0 ? value + 2 : value;
    switch (field) {
    case REVISION:
        if (listing_read_hex(bare, 2, &number))
            set_revision(device, number);
        break;
    case INTERFACE:
        if (listing_read_hex(value, 2, &number))
            device->interface = (uint8_t)number;
        break;
    case DRIVER:
        value += *value == '"';
        snprintf(device->driver, sizeof device->driver, "%.*s", (int)strcspn(value, "\""), value);
        device->driver_known = true;
        break;
    case MODULE: /* the driver, if there is one, comes before */
        device->driver_known = true;
        break;
    case MODEL:
        break;
    case GROUP:
        if (*value && strlen(value) < 9 && strspn(value, "0123456789") == strlen(value))
            device->iommu_group = atoi(value);
        break;
    case ADDRESS:
        snprintf(device->address, sizeof device->address, "%s", value);
        break;
    default:
        set_number(device, field, value);
    }
}

/* "25: PCI 100.0: 0300 VGA compatible controller (VGA)" */
static bool begins_hwinfo(const char *line, unsigned *class_code)
{
    size_t digits = strspn(line, "0123456789");
    const char *at = line + digits;
    if (!digits || strncmp(at, ": PCI ", 6) != 0)
        return false;
    at = strstr(at + 6, ": ");
    return at && listing_read_hex(at + 2, 4, class_code);
}

/* virsh nodedev-dumpxml: "<name>pci_0000_01_00_0</name>", then the name of the driver, if there is one, and
 * the numbers. `<product id=` of a USB device, in the XML of a virtual machine, comes after no such name. */
static bool read_virsh(const char *line, struct listing_device *device)
{
    unsigned number;
    bool is_whole = device->id.vendor && device->id.device;
    if (strncmp(line, "<name>pci_", 10) == 0) {
        *device = LISTING_DEVICE_UNKNOWN;
        snprintf(device->address, sizeof device->address, "%.*s", (int)strcspn(line + 10, "<"), line + 10);
        for (char *at = device->address; (at = strchr(at, '_'));)
            *at = strchr(at + 1, '_') ? ':' : '.';
        return true;
    }
    if (*line != '<' || !*device->address)
        return false;
    if (strncmp(line, "<iommuGroup number='", 20) == 0) {
        size_t digits = strspn(line + 20, "0123456789");
        device->iommu_group = digits && digits < 9 ? atoi(line + 20) : LISTING_NO_GROUP;
    } else if (is_whole) {
        return false;
    } else if (strncmp(line, "<name>", 6) == 0) {
        snprintf(device->driver, sizeof device->driver, "%.*s", (int)strcspn(line + 6, "<"), line + 6);
        device->driver_known = true;
    } else if (strncmp(line, "<capability type='pci'>", 23) == 0) {
        device->driver_known = true;
    } else if (strncmp(line, "<class>0x", 9) == 0 && listing_read_hex(line + 9, 6, &number)) {
        set_class(device, number >> 8);
    } else if (strncmp(line, "<product id='", 13) == 0) {
        set_number(device, DEVICE, line + 13);
    } else if (strncmp(line, "<vendor id='", 12) == 0) {
        set_number(device, VENDOR, line + 12);
    } else {
        return false;
    }
    return true;
}

bool listing_read_field(const char *line, struct listing_device *device)
{
    static const struct {
        const char *key;
        enum field field;
    } keys[] = {{"Class:", CLASS},          {"Vendor:", VENDOR},          {"Device:", DEVICE},
                {"SVendor:", SUBVENDOR},    {"SubVendor:", SUBVENDOR},    {"SDevice:", SUBDEVICE},
                {"SubDevice:", SUBDEVICE},  {"Rev:", REVISION},           {"Revision:", REVISION},
                {"ProgIf:", INTERFACE},     {"Driver:", DRIVER},          {"Module:", MODULE},
                {"IOMMUGroup:", GROUP},     {"SysFS BusID:", ADDRESS},    {"Slot:", ADDRESS},
                {"Address:", ADDRESS},      {"Device Class:", CLASS},     {"Vendor ID:", VENDOR},
                {"Device ID:", DEVICE},     {"SubVendor ID:", SUBVENDOR}, {"SubDevice ID:", SUBDEVICE},
                {"Revision ID:", REVISION}, {"vendorID", VENDOR},         {"deviceID", DEVICE},
                {"Chipset Model:", MODEL}};
    static const char *const firsts[] = {"Slot:", "Address:", "Chipset Model:", "vendorID"};
    unsigned class_code;
    if (begins_hwinfo(line, &class_code)) {
        *device = LISTING_DEVICE_UNKNOWN;
        set_class(device, class_code);
        return true;
    }
    if (read_virsh(line, device))
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        size_t length = strlen(keys[i].key);
        if (strncmp(line, keys[i].key, length) != 0)
            continue;
        const char *value = line + length + strspn(line + length, " \t=");
        if (keys[i].field == ADDRESS && strncmp(value, "0x", 2) == 0)
            return false; /* esxcli's Slot: is a part of its Address: */
        for (size_t k = 0; k < ARRAY_SIZE(firsts); k++)
            if (strcmp(keys[i].key, firsts[k]) == 0)
                *device = LISTING_DEVICE_UNKNOWN;
        set_field(device, keys[i].field, value);
        return true;
    }
    return false;
}

/* ---- lspci -mm ---- */

/* `01:00.0 "3D controller [0302]" "NVIDIA Corporation [10de]" "GP108M [1d16]" -ra1 -p00 "Dell [1028]" "Device
 * [08b0]"` */
static void read_quoted(const char *at, struct listing_device *device)
{
    static const enum field fields[] = {CLASS, VENDOR, DEVICE, SUBVENDOR, SUBDEVICE};
    size_t field = 0;
    snprintf(device->address, sizeof device->address, "%.*s", (int)strcspn(at, " "), at);
    for (at += strcspn(at, "\""); *at;) {
        size_t length = strcspn(at + 1, "\"");
        if (*at == '"' && at[1 + length]) {
            char value[128];
            /* The number is at the end. */
            size_t cut = length < sizeof value ? 0 : length - sizeof value + 1;
            snprintf(value, sizeof value, "%.*s", (int)(length - cut), at + 1 + cut);
            if (field < ARRAY_SIZE(fields))
                set_field(device, fields[field++], value);
            at += length + 2;
        } else if (*at == '"') {
            return;
        } else if (strncmp(at, "-r", 2) == 0 || strncmp(at, "-p", 2) == 0) {
            set_field(device, at[1] == 'r' ? REVISION : INTERFACE, at + 2);
            at += 2;
        } else {
            at++;
        }
    }
}

/* ---- Windows ---- */

/* PCI\VEN_10DE&DEV_1B81&SUBSYS_33011462&REV_A1&CC_0300: of the subsystem the device comes first. */
static void read_windows(const char *at, struct listing_device *device)
{
    unsigned vendor;
    unsigned number;
    if (!listing_read_hex(at + 4, 4, &vendor) || !read_after(at, "&DEV_", 4, &number))
        return;
    device->id.vendor = (uint16_t)vendor;
    device->id.device = (uint16_t)number;
    if (read_after(at, "&SUBSYS_", 8, &number))
        set_subsystem(device, number & 0xffff, number >> 16);
    if (read_after(at, "&REV_", 2, &number))
        set_revision(device, number);
    if (read_after(at, "&CC_", 4, &number) || read_after(at, "&CC_", 6, &number))
        set_class(device, number > 0xffff ? number >> 8 : number);
}

/* "Device ID  10DE 2504 - 1462 397D" of GPU-Z, "Device Id : 0x250410DE" of nvidia-smi -q. */
static void read_device_id(const char *at, struct listing_device *device)
{
    unsigned numbers[4] = {0};
    int count = 0;
    at += strspn(at, " \t:");
    if (strncmp(at, "0x", 2) == 0 && listing_read_hex(at + 2, 8, &numbers[0])) {
        device->id.vendor = (uint16_t)numbers[0];
        device->id.device = (uint16_t)(numbers[0] >> 16);
        return;
    }
    while (count < 4 && listing_read_hex(at, 4, &numbers[count])) {
        at += 4 + strspn(at + 4, " -\xe2\x80\x93\x94");
        count++;
    }
    if (count != 2 && count != 4)
        return;
    device->id.vendor = (uint16_t)numbers[0];
    device->id.device = (uint16_t)numbers[1];
    set_subsystem(device, numbers[2], numbers[3]);
}

/* ---- pciconf ---- */

/* vgapci0@pci0:1:0:0: class=0x030000 rev=0xa1 hdr=0x00 vendor=0x10de device=0x1b81 subvendor=0x1462
 * subdevice=0x3301, before FreeBSD 13 card=0x33011462 chip=0x1b8110de. A device without a driver is none0. */
static void read_pciconf(const char *line, const char *at, struct listing_device *device)
{
    unsigned where[4];
    unsigned number;
    unsigned more;
    if (sscanf(at, "@pci%5u:%3u:%2u:%1u:", &where[0], &where[1], &where[2], &where[3]) != 4 ||
        where[1] > 0xff)
        return;
    snprintf(device->address, sizeof device->address, "%04x:%02x:%02x.%x", where[0] & 0xffff, where[1],
             where[2], where[3]);
    if (read_after(at, "class=0x", 6, &number)) {
        set_class(device, number >> 8);
        device->interface = (uint8_t)number;
    }
    if (read_after(at, "rev=0x", 2, &number))
        set_revision(device, number);
    if (read_after(at, "chip=0x", 8, &number)) {
        device->id.vendor = (uint16_t)number;
        device->id.device = (uint16_t)(number >> 16);
        if (read_after(at, "card=0x", 8, &number))
            set_subsystem(device, number & 0xffff, number >> 16);
    } else if (read_after(at, " vendor=0x", 4, &number) && read_after(at, " device=0x", 4, &more)) {
        device->id.vendor = (uint16_t)number;
        device->id.device = (uint16_t)more;
        if (read_after(at, "subvendor=0x", 4, &number) && read_after(at, "subdevice=0x", 4, &more))
            set_subsystem(device, number, more);
    }
    line += strspn(line, " \t");
    size_t name = strcspn(line, "0123456789@");
    device->driver_known = true;
    if (strncmp(line, "none", 4) != 0)
        snprintf(device->driver, sizeof device->driver, "%.*s", (int)name, line);
}

/* ---- pvesh ---- */

/* Where the cell after the next border of a table ("│" or "|") begins, its spaces left out; NULL when there
 * is none. */
static const char *next_cell(const char *at)
{
    static const char *const borders[] = {"\xe2\x94\x82", "\xe2\x94\x86", "|"};
    const char *next = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(borders); i++) {
        const char *border = strstr(at, borders[i]);
        if (border && (!next || border < next))
            next = border + strlen(borders[i]);
    }
    return next ? next + strspn(next, " ") : NULL;
}

/* │ 0x030000 │ 0x1b81 │ 0000:01:00.0 │ 1 │ 0x10de │ name │ mdev │ 0x3301 │ name │ 0x1462 │, what
 * `pvesh get /nodes/NODE/hardware/pci` prints: class, device, address, group, vendor, and later the
 * subsystem. */
static void read_pvesh(const char *at, struct listing_device *device)
{
    enum { CELLS = 10 };
    char cells[CELLS][LISTING_ADDRESS_SIZE] = {{0}};
    unsigned class_code;
    unsigned number;
    unsigned vendor;
    const char *cell = strncmp(at, "0x", 2) == 0 ? at : next_cell(at);
    for (int i = 0; i < CELLS && cell; i++, cell = next_cell(cell))
        snprintf(cells[i], sizeof cells[i], "%.*s", (int)strcspn(cell, " |\xe2"), cell);
    if (strncmp(cells[0], "0x", 2) != 0 || !listing_read_hex(cells[0] + 2, 6, &class_code) ||
        !read_after(cells[1], "0x", 4, &number) || !read_after(cells[4], "0x", 4, &vendor))
        return;
    set_class(device, class_code >> 8);
    device->interface = (uint8_t)class_code;
    device->id.vendor = (uint16_t)vendor;
    device->id.device = (uint16_t)number;
    set_field(device, ADDRESS, cells[2]);
    set_field(device, GROUP, cells[3]);
    if (read_after(cells[7], "0x", 4, &number) && read_after(cells[9], "0x", 4, &vendor))
        set_subsystem(device, vendor, number);
}

/* With --output-format json, an array of objects with the same keys: a row of the table for each. */
bool listing_read_json(const char *text, size_t length, struct buffer *rows)
{
    static const char *const columns[] = {"class", "device",           "id", "iommugroup",      "vendor", "",
                                          "",      "subsystem_device", "",   "subsystem_vendor"};
    struct error error;
    json_auto_t *devices = NULL;
    size_t number;
    const json_t *device;
    if (json_read(text, length, &devices, &error) || !json_is_array(devices))
        return false;
    json_array_foreach (devices, number, device) {
        for (size_t i = 0; i < ARRAY_SIZE(columns) && json_member_text(device, "vendor"); i++) {
            const json_t *value = json_object_get(device, columns[i]);
            if (json_is_integer(value))
                buffer_append_format(rows, "| %lld ", (long long)json_integer_value(value));
            else
                buffer_append_format(rows, "| %.*s ", LISTING_ADDRESS_SIZE,
                                     json_is_string(value) ? json_string_value(value) : "");
        }
        buffer_append_byte(rows, '\n');
    }
    return rows->length > json_array_size(devices);
}

bool listing_read_line(const char *line, struct listing_device *device)
{
    const char *at;
    *device = LISTING_DEVICE_UNKNOWN;
    if ((at = strstr(line, "VEN_")) && at > line && (at[-1] == '\\' || at[-1] == '/'))
        read_windows(at, device);
    else if ((at = strstr(line, "@pci")) && strstr(at, "class=0x"))
        read_pciconf(line, at, device);
    else if (strchr(line, '"') && strspn(line, "0123456789abcdefABCDEF:.") == strcspn(line, " ") &&
             strstr(line, " \""))
        read_quoted(line, device);
    else if (strncasecmp(line, "Device ID", 9) == 0)
        read_device_id(line + 9, device);
    else if (strstr(line, " 0x") && (strchr(line, '|') || strstr(line, "\xe2\x94")))
        read_pvesh(line, device);
    return device->id.vendor != 0;
}
