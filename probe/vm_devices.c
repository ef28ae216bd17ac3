#include <stdio.h>
#include <string.h>

#include "core/buffer.h"
#include "probe/vm_state.h"

enum { MAX_ROM_FILES = 4096 };

static bool same_slot(const struct passed_device *a, const struct passed_device *b)
{
    return a->domain == b->domain && a->bus == b->bus && a->slot == b->slot;
}

static bool is_in_slot(const struct passed_device *device, const struct pci_device *found)
{
    return found->address.domain == device->domain && found->address.bus == device->bus &&
           found->address.slot == device->slot;
}

static bool covers(const struct passed_device *device, const struct pci_device *found)
{
    return is_in_slot(device, found) &&
           (device->function == ALL_FUNCTIONS || device->function == found->address.function);
}

static void print_slot(const struct passed_device *device, char text[32])
{
    int length = snprintf(text, 32, "%04x:%02x:%02x", (unsigned)device->domain, device->bus, device->slot);
    if (device->function != ALL_FUNCTIONS)
        snprintf(text + length, 32 - (size_t)length, ".%d", device->function);
}

void vm_pass_device(struct vm_state *vm, const struct passed_device *device)
{
    char address[32];
    for (int i = 0; i < vm->passed_count; i++) {
        const struct passed_device *other = &vm->passed[i];
        if (!same_slot(other, device) || device->is_part ||
            (other->function != device->function && other->function != ALL_FUNCTIONS &&
             device->function != ALL_FUNCTIONS))
            continue;
        print_slot(device, address);
        finding_next(
            vm_note(vm, FINDING_ID_VM_DEVICE_TWICE, SEVERITY_WARNING, device->line,
                    "%s is passed through twice, here and in line %ld: the virtual machine does not start",
                    address, other->line),
            "keep one of them");
        break;
    }
    if (vm->passed_count < MAX_PASSED_DEVICES)
        vm->passed[vm->passed_count++] = *device;
}

enum tristate vm_device_is_gpu(const struct vm_state *vm, const struct passed_device *device)
{
    bool found = false;
    for (int i = 0; vm->machine && i < vm->machine->count; i++) {
        const struct pci_device *candidate = &vm->machine->devices[i];
        if (!covers(device, candidate))
            continue;
        found = true;
        if (candidate->base_class == 0x03)
            return TRISTATE_YES;
    }
    return found ? TRISTATE_NO : TRISTATE_UNKNOWN;
}

static bool is_passed(const struct vm_state *vm, const struct pci_device *found)
{
    for (int i = 0; i < vm->passed_count; i++)
        if (covers(&vm->passed[i], found))
            return true;
    return false;
}

static void note_missing(struct vm_state *vm, const struct passed_device *device, const char *missing)
{
    struct finding *finding = vm_note(
        vm, FINDING_ID_VM_FUNCTION_MISSING, SEVERITY_WARNING, device->line,
        "only a part of the GPU at %04x:%02x:%02x is passed through; its other functions stay with the "
        "host: %s",
        (unsigned)device->domain, device->bus, device->slot, missing);
    if (vm->is_proxmox)
        finding_next(finding, "drop the .%d: %s: %04x:%02x:%02x and the options as before", device->function,
                     device->name, (unsigned)device->domain, device->bus, device->slot);
    else
        finding_next(finding, "add a <hostdev> with its address for each of them");
}

static void check_functions(struct vm_state *vm, const struct passed_device *device)
{
    struct buffer missing CLEANUP(buffer_free) = BUFFER(1024);
    for (int i = 0; i < vm->machine->count; i++) {
        const struct pci_device *found = &vm->machine->devices[i];
        char id[PCI_ID_TEXT_SIZE];
        struct pci_id bare = pci_id_from_number(pci_id_number(&found->id));
        if (is_in_slot(device, found) && !found->is_bridge && !is_passed(vm, found))
            buffer_append_format(&missing, "%s.%x [%s]", missing.length ? ", " : "", found->address.function,
                                 pci_id_print(&bare, id));
    }
    if (missing.length)
        note_missing(vm, device, buffer_text(&missing));
}

void vm_check_devices(struct vm_state *vm)
{
    char address[32];
    /* A file from elsewhere may be that of another machine. */
    bool is_of_this_machine = strncmp(vm->file, "/etc/", 5) == 0;
    for (int i = 0; vm->machine && i < vm->passed_count; i++) {
        const struct passed_device *device = &vm->passed[i];
        bool found = false;
        for (int n = 0; n < vm->machine->count; n++)
            found |= covers(device, &vm->machine->devices[n]);
        print_slot(device, address);
        if (!found)
            finding_next(
                vm_note(vm, FINDING_ID_VM_DEVICE_ABSENT,
                        is_of_this_machine ? SEVERITY_WARNING : SEVERITY_INFO, device->line,
                        "this machine has no PCI device at %s; addresses move when cards are added or "
                        "taken out",
                        address),
                "compare with lspci -D%s", is_of_this_machine ? "" : ", if this file is of this machine");
        else if (!device->is_part && device->function != ALL_FUNCTIONS &&
                 vm_device_is_gpu(vm, device) == TRISTATE_YES)
            check_functions(vm, device);
    }
}

/* Not there only when its folder was read and does not list it: what may not be looked into is unknown. */
static bool is_surely_absent(struct root *root, const char *path)
{
    char folder[512];
    const char *slash = strrchr(path, '/');
    int count;
    bool listed = false;
    if (!slash || (size_t)(slash - path) >= sizeof folder || root_exists(root, path))
        return false;
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    char **names = root_list(root, folder[0] ? folder : "/", MAX_ROM_FILES, &count);
    for (int i = 0; i < count; i++)
        listed |= strcmp(names[i], slash + 1) == 0;
    root_free_names(names, count);
    return count && count < MAX_ROM_FILES && !listed;
}

void vm_check_rom_file(struct vm_state *vm, const char *path, long line)
{
    if (vm->rom_files++ < MAX_PASSED_DEVICES && is_surely_absent(vm->root, path))
        finding_next(vm_note(vm, FINDING_ID_VM_ROMFILE_MISSING, SEVERITY_BLOCKER, line,
                             "the ROM file %s is not there: the virtual machine does not start", path),
                     "put the file there, or take the option away");
}

void vm_note_rom_bar_off(struct vm_state *vm, long line, bool has_rom_file)
{
    finding_next(vm_note(vm, FINDING_ID_VM_ROMBAR_OFF, SEVERITY_INFO, line,
                         has_rom_file
                             ? "the ROM BAR is hidden from the guest, and with it the ROM file that is given "
                               "here"
                             : "the ROM BAR is hidden from the guest: right for a laptop GPU that has no ROM "
                               "of its own, wrong for a card with a vBIOS of its own"),
                 "if it is a card, show the ROM BAR again");
}

void vm_note_hidden(struct vm_state *vm, long line, const char *what)
{
    finding_next(
        vm_note(vm, FINDING_ID_VM_HIDDEN_NOT_NEEDED, SEVERITY_INFO, line,
                "%s: the driver of NVIDIA no longer refuses a virtual machine since version 465 (code 43)",
                what),
        "needed with older drivers only");
}

void vm_note_balloon(struct vm_state *vm, long line, const char *how)
{
    finding_next(
        vm_note(vm, FINDING_ID_VM_BALLOON, SEVERITY_INFO, line,
                "ballooning has no effect: with a device passed through all memory of the guest is pinned"),
        "%s", how);
}

void vm_note_bios(struct vm_state *vm, long line, const char *how)
{
    finding_next(
        vm_note(vm, FINDING_ID_VM_SEABIOS, SEVERITY_INFO, line,
                "the guest boots with SeaBIOS: newer GPUs want UEFI, and the ROMs of some no longer hold "
                "legacy BIOS code"),
        "%s, best before the guest is installed", how);
}

void vm_note_i440fx(struct vm_state *vm, long line, const char *how)
{
    finding_next(
        vm_note(vm, FINDING_ID_VM_I440FX, SEVERITY_INFO, line,
                "the machine is i440fx, which has no PCI Express: the driver of the GPU sees a plain PCI "
                "slot, and some drivers refuse that"),
        "%s, best before the guest is installed", how);
}
