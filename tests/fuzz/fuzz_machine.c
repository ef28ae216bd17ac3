/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole recorded machine: probe/scan.h, probe/host_config.h, probe/vm_config.h and what they read. The
 * input is a list of its files: a letter (f file, d directory, l symbolic link), the path with a NUL at its
 * end, the number of bytes (3, the highest first), and the bytes: what is in the file, or what the link
 * points to.
 */

#include "core/private_text.h"
#include "core/report_field.h"
#include "probe/host_config.h"
#include "probe/pci.h"
#include "probe/scan.h"
#include "probe/vm_config.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_config.h"

enum { MAX_ENTRIES = 4000, MAX_ENTRY_PATH = 300 };

struct entry {
    char kind;
    char path[FUZZ_PATH_SIZE]; /* below the machine's directory */
    const uint8_t *bytes;
    size_t size;
};

/* Takes the next entry; what goes beyond the input is cut. */
static bool next_entry(const uint8_t **data, size_t *size, const char *machine, struct entry *entry)
{
    if (*size < 2)
        return false;
    const char *path = (const char *)*data + 1;
    size_t length = strnlen(path, *size - 1);
    if (length + 5 > *size)
        return false;
    const uint8_t *number = *data + 1 + length + 1;
    size_t stated = (size_t)number[0] << 16 | (size_t)number[1] << 8 | number[2];
    entry->kind = (char)**data;
    entry->bytes = number + 3;
    *size -= length + 5;
    entry->size = stated < *size ? stated : *size;
    *size -= entry->size;
    *data = entry->bytes + entry->size;
    /* "" is a path that nothing is made at. */
    bool is_inside = length && length < MAX_ENTRY_PATH && !strstr(path, "..");
    snprintf(entry->path, sizeof entry->path, "%s%s%s", machine, path[0] == '/' ? "" : "/",
             is_inside ? path : "");
    return true;
}

static void make_parents(char *path, size_t from)
{
    for (char *slash = path + from; (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
}

/* Links come last: while there is none, and all directories are there, no path leads out of the machine. What
 * cannot be made, such as a file where a directory is, is left out. */
static void unpack(const uint8_t *data, size_t size, const char *machine)
{
    const uint8_t *rest = data;
    size_t left = size;
    struct entry entry;
    for (int i = 0; i < MAX_ENTRIES && next_entry(&rest, &left, machine, &entry); i++) {
        make_parents(entry.path, strlen(machine));
        if (entry.kind == 'd')
            mkdir(entry.path, 0700);
        FILE *file = entry.kind == 'f' ? fopen(entry.path, "wb") : NULL;
        if (!file)
            continue;
        require(fwrite(entry.bytes, 1, entry.size, file) == entry.size && fclose(file) == 0,
                "there is room for a file");
    }
    for (int i = 0; i < MAX_ENTRIES && next_entry(&data, &size, machine, &entry); i++) {
        char target[FUZZ_PATH_SIZE];
        snprintf(target, sizeof target, "%.*s", (int)(entry.size < 400 ? entry.size : 400), entry.bytes);
        if (entry.kind == 'l' && symlink(target, entry.path))
            continue;
    }
}

static void check_report(const struct scan *scan, const struct scan_gpu *gpu)
{
    struct report_draft draft = {.isolated = TRISTATE_UNKNOWN};
    scan_report(scan, gpu, &draft);
    for (int field = 0; field < FIELD_COUNT; field++) {
        bool is_version = report_fields[field].type == TYPE_VERSION;
        require(!draft.texts[field] || !private_text_find(draft.texts[field], is_version, NULL, NULL),
                "a machine says nothing private for a report");
    }
    report_draft_free(&draft);
}

static void look_at(struct scan *scan, const struct pci_device *device)
{
    static struct scan_gpu gpu;
    struct gpu known = {.id = device->id};
    scan_look(scan, device, FORM_FACTOR_MOBILE, &gpu);
    scan_observe(&gpu, &known);
    scan_judge(scan, &known, &gpu);
    struct buffer copy CLEANUP(buffer_free) = BUFFER(MAX_OPTION_ROM_SIZE + 16);
    enum rom_source source = rom_copy_read(scan->root, &device->address, &device->id, &copy);
    require(source == ROM_SOURCE_NONE || copy.length, "a copy of a ROM has bytes");
    require_sound_findings(&gpu.findings);
    require(gpu.foreign_count >= 0 && gpu.foreign_count < scan->machine.count, "a group is of this machine");
    require(gpu.display.outputs >= -1, "connectors are counted");
    require(memchr(gpu.display.names, '\0', sizeof gpu.display.names), "their names end");
    check_report(scan, &gpu);
    scan_gpu_free(&gpu);
}

static void check_machine(const struct scan *scan)
{
    const struct pci_machine *machine = &scan->machine;
    require(machine->count >= 0 && machine->count <= MAX_PCI_DEVICES, "devices are bounded");
    for (int i = 0; i < machine->count; i++) {
        const struct pci_device *device = &machine->devices[i];
        require(device->parent < i, "a bridge comes before what is below it");
        require(memchr(device->driver, '\0', sizeof device->driver) &&
                    memchr(device->resets, '\0', sizeof device->resets) &&
                    memchr(device->acpi_path, '\0', sizeof device->acpi_path),
                "a device's texts end");
    }
}

static void scan_machine(struct root *root)
{
    struct error error = {.code = ERROR_NONE};
    struct scan scan;
    enum error_code code = scan_read(root, NULL, NULL, 0, &scan, &error);
    require(!code || error.message[0], "an error says why");
    check_machine(&scan);
    if (!code) {
        scan_judge_host(&scan);
        for (int i = 0; i < scan.gpu_count; i++)
            look_at(&scan, scan.gpus[i]);
        scan_judge_unreadable(&scan);
        require_sound_findings(&scan.configuration);
        require_sound_findings(&scan.findings);
    }
    scan_free(&scan);
}

struct vm_check {
    struct root *root;
    struct pci_machine machine;
    struct findings findings;
};

static void check_vm(void *context, const char *file, struct span text)
{
    struct vm_check *check = context;
    struct vm_facts facts;
    enum vm_config_result result =
        vm_config_check(check->root, &check->machine, file, text.start, text.length, &check->findings);
    require(vm_config_facts(check->root, NULL, text.start, text.length, &facts) == result,
            "the facts are of the same file");
}

/* What `passthru plan` asks. */
static void look_at_setup(struct vm_check *check)
{
    struct host_setup host = {.id_count = 0};
    struct vm_setup vm;
    struct pci_address addresses[2] = {{.bus = 1}, {.bus = 1, .function = 1}};
    host_config_read(check->root, &check->machine, &check->findings, &host);
    require(host.id_count >= 0 && host.id_count <= MAX_VFIO_IDS, "IDs are bounded");
    for (int i = 0; i < check->machine.count; i++) {
        const struct pci_device *device = &check->machine.devices[i];
        host_setup_binds(check->root, &host, device);
        host_setup_waits(check->root, &host, device->driver);
        addresses[0] = device->address;
        bool found = vm_setup_find(check->root, &check->machine, addresses, 2, NULL, &vm);
        require(found || !vm.file[0], "what is not found is empty");
        require(memchr(vm.facts.options, '\0', sizeof vm.facts.options) &&
                    memchr(vm.name, '\0', sizeof vm.name),
                "texts end");
    }
    host_setup_free(&host);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char machine[FUZZ_PATH_SIZE];
    struct error error = {.code = ERROR_NONE};
    struct root *root;
    static struct pci_device gpus[MAX_SCAN_GPUS];
    fuzz_path(machine, "machine");
    require(mkdir(machine, 0700) == 0, "there is a directory for a machine");
    unpack(data, size, machine);
    require(root_open(machine, &root, &error) == ERROR_NONE, "a directory is a machine");
    scan_machine(root);
    struct vm_check check = {.root = root};
    host_config_read(root, NULL, &check.findings, NULL);
    require(pci_read_machine(root, &check.machine, &error) == ERROR_NONE, "there is memory");
    vm_config_each_file(root, check_vm, &check);
    vm_config_check_shared(root, &check.findings);
    look_at_setup(&check);
    require_sound_findings(&check.findings);
    int count = pci_list_gpus(root, gpus, MAX_SCAN_GPUS);
    require(count >= 0 && count <= MAX_SCAN_GPUS, "a list keeps its limit");
    require(pci_list_gpus(root, gpus, 1) == (count > 0), "and a smaller one");
    findings_free(&check.findings);
    pci_machine_free(&check.machine);
    root_close(root);
    fuzz_remove_tree(machine);
    return 0;
}
