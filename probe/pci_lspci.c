/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/pci.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/listing.h"
#include "probe/lspci_text.h"

/* The largest servers print 3 MiB with -vvxxxx. */
enum { INPUT_MAX = 16 << 20 };

/* Hands over each line, cut at LSPCI_LINE_MAX, with spaces for NUL bytes. */
static void take_lines(struct buffer *bytes, struct lspci_text *text)
{
    char *end = bytes->length ? bytes->data + bytes->length : NULL;
    for (char *line = bytes->data, *next; end && line < end; line = next) {
        char *newline = memchr(line, '\n', (size_t)(end - line));
        char *stop = newline ? newline : end;
        next = stop + 1;
        if (stop - line > LSPCI_LINE_MAX)
            stop = line + LSPCI_LINE_MAX;
        for (char *c = line; (c = memchr(c, '\0', (size_t)(stop - c)));)
            *c = ' ';
        *stop = '\0';
        lspci_text_line(text, line);
    }
}

static enum error_code read_text(const char *path, struct lspci_text *text, struct error *error)
{
    bool is_input = strcmp(path, "-") == 0;
    const char *shown = is_input ? "standard input" : path;
    struct buffer bytes CLEANUP(buffer_free) = BUFFER(INPUT_MAX + 16);
    int file = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int number = file < 0 ? errno : read_bounded(file, INPUT_MAX, &bytes);
    if (file >= 0 && !is_input)
        close(file);
    if (number) {
        error_set_errno(error, number, "cannot read %s", shown);
        return error_blame_input(error);
    }
    if (bytes.length == INPUT_MAX) {
        error_set(error, ERROR_BAD_INPUT, "%s is too large to be the output of lspci", shown);
        return error_next(error, "make it with: lspci -nnk");
    }
    struct buffer rows CLEANUP(buffer_free) = BUFFER(INPUT_MAX + 16);
    take_lines(listing_read_json(buffer_text(&bytes), bytes.length, &rows) ? &rows : &bytes, text);
    return ERROR_NONE;
}

/* The BAR at the same address. */
static const struct pci_bar *find_bar(const struct pci_device *device, const struct pci_bar *bar)
{
    for (int i = 0; i < PCI_BAR_COUNT; i++)
        if (device->bars[i].address == bar->address && device->bars[i].is_io == bar->is_io)
            return &device->bars[i];
    return NULL;
}

/* Sizes are what the text states of BARs and the configuration space does not; a BAR that is switched off has
 * no address for libpci either. With -v the text does not number them, so they are known by their addresses.
 */
static void keep_sizes(struct pci_device *device, const struct pci_device *stated, bool is_numbered)
{
    for (int i = 0; i < PCI_BAR_COUNT && !is_numbered; i++) {
        const struct pci_bar *same = find_bar(stated, &device->bars[i]);
        device->bars[i].size = device->bars[i].address && same ? same->size : 0;
    }
    for (int i = 0; i < PCI_BAR_COUNT; i++)
        if (!device->bars[i].address && (is_numbered || !find_bar(device, &stated->bars[i])))
            device->bars[i] = stated->bars[i];
    if (!device->rom.address)
        device->rom = stated->rom;
}

static enum error_code read_dumps(const struct lspci_text *text, struct error *error)
{
    struct libpci *library;
    if (libpci_open(&library, error))
        return error->code;
    for (int i = 0; i < text->machine->count; i++) {
        struct pci_device *stated = &text->machine->devices[i];
        struct pci_device device = *stated;
        const struct lspci_dump *dump = &text->dumps[i];
        if (libpci_read_config(library, dump->bytes, dump->length, true, &device) <= 0 || !device.id.vendor ||
            device.id.vendor == 0xffff)
            continue;
        keep_sizes(&device, stated, text->is_numbered);
        *stated = device;
    }
    libpci_close(library);
    return ERROR_NONE;
}

/* Keeps the devices that have an ID. */
static void take_devices(struct pci_machine *machine)
{
    int count = 0;
    for (int i = 0; i < machine->count; i++)
        if (machine->devices[i].id.vendor)
            machine->devices[count++] = machine->devices[i];
    machine->omitted += machine->count - count;
    machine->count = count;
    pci_machine_sort(machine);
    pci_machine_link(machine);
    pci_mark_virtual_functions(machine);
}

enum error_code pci_read_lspci(const char *path, struct pci_machine *machine, struct error *error)
{
    struct lspci_text text CLEANUP(lspci_text_free);
    *machine = (struct pci_machine){.source = PCI_SOURCE_LSPCI};
    error->code = ERROR_NONE;
    if (!lspci_text_init(&text, machine))
        return error_set(error, ERROR_NO_MEMORY, "no memory to read %s", path);
    if (read_text(path, &text, error))
        return error->code;
    machine->source = text.has_dump ? PCI_SOURCE_DUMP : PCI_SOURCE_LSPCI;
    if (text.has_dump && read_dumps(&text, error))
        return error->code;
    take_devices(machine);
    if (machine->count)
        return ERROR_NONE;
    path = strcmp(path, "-") == 0 ? "standard input" : path;
    if (machine->omitted) {
        error_set(error, ERROR_BAD_INPUT, "%s has devices, but not their PCI IDs", path);
        return error_next(error, "make it with: lspci -nnk; of somebody else's machine ask by the name that "
                                 "stands there: passthru query \"GeForce RTX 3060\"");
    }
    error_set(error, ERROR_BAD_INPUT, "%s holds no output of lspci", path);
    return error_next(error,
                      "make it with: lspci -nnk; any other text with PCI IDs is for: passthru query -");
}
