/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/host_config.h"

#include <stdio.h>
#include <string.h>

#include "probe/host.h"
#include "probe/host_state.h"
#include "probe/iommu.h"
#include "probe/vm_config.h"

enum { CPUINFO_START = 16 << 10 };

/* The kernel that runs, and 602 for "6.2.16-3-pve", or 0. */
static void read_kernel_version(struct host_state *host)
{
    static const char before[] = "Linux version ";
    char text[128];
    int major = 0;
    int minor = 0;
    if (root_read_line(host->root, "/proc/sys/kernel/osrelease", text, sizeof text) == ROOT_OK && *text)
        snprintf(host->release, sizeof host->release, "%.*s", (int)strcspn(text, " "), text);
    else if (root_read_line(host->root, "/proc/version", text, sizeof text) == ROOT_OK &&
             strncmp(text, before, sizeof before - 1) == 0)
        snprintf(host->release, sizeof host->release, "%.*s", (int)strcspn(text + sizeof before - 1, " "),
                 text + sizeof before - 1);
    if (sscanf(host->release, "%3d.%2d", &major, &minor) == 2)
        host->kernel = 100 * major + minor;
}

static enum cpu_maker read_cpu_maker(struct root *root, const struct pci_machine *machine)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(CPUINFO_START + 70000);
    root_read_start(root, "/proc/cpuinfo", CPUINFO_START, &text);
    struct span all = {buffer_text(&text), text.length};
    if (span_holds(all, "GenuineIntel"))
        return CPU_INTEL;
    if (span_holds(all, "AuthenticAMD") || span_holds(all, "HygonGenuine"))
        return CPU_AMD;
    /* The host bridge is made by who made the processor. */
    const struct pci_device *first = machine && machine->count ? &machine->devices[0] : NULL;
    if (!first || first->address.bus || first->address.slot || first->base_class != 0x06)
        return CPU_UNKNOWN;
    return first->id.vendor == 0x8086 ? CPU_INTEL : first->id.vendor == 0x1022 ? CPU_AMD : CPU_UNKNOWN;
}

static bool any_on_vfio(const struct pci_machine *machine)
{
    for (int i = 0; machine && i < machine->count; i++)
        if (pci_is_on_vfio(&machine->devices[i]))
            return true;
    return false;
}

/* What the virtual machines ask of the host. */
struct vm_wishes {
    struct root *root;
    bool pass_a_device;
    char igpu[256];       /* the file of one that passes the GPU of an Intel processor */
    char legacy_igd[256]; /* the file of one that passes an Intel GPU in the old way */
};

static void note_wishes(void *context, const char *file, struct span text)
{
    static const struct pci_address igpu = {.slot = 2};
    struct vm_wishes *wishes = context;
    struct vm_facts facts;
    vm_config_facts(wishes->root, &igpu, text.start, text.length, &facts);
    wishes->pass_a_device |= facts.passes_device;
    if (facts.passes_gpu)
        snprintf(wishes->igpu, sizeof wishes->igpu, "%s", file);
    if (strstr(facts.options, "legacy-igd=1"))
        snprintf(wishes->legacy_igd, sizeof wishes->legacy_igd, "%s", file);
}

/* The running kernel has intel_iommu=on, and no IOMMU; in a recording, nor was either place left out. */
static void check_iommu_seen(struct host_state *host)
{
    if (host->setup.cpu == CPU_INTEL && host->setup.iommu_was_asked &&
        iommu_is_on(host->root) == TRISTATE_NO && root_exists(host->root, "/sys/class/iommu") &&
        root_exists(host->root, "/sys/kernel/iommu_groups"))
        findings_add(host->findings, NULL, 0, FINDING_IOMMU_NOT_SEEN);
}

static bool has_split_gpu(const struct pci_machine *machine)
{
    for (int i = 0; machine && i < machine->count; i++)
        if (machine->devices[i].base_class == 0x03 && machine->devices[i].sriov_enabled > 0)
            return true;
    return false;
}

static void check_nothing_set_up(struct host_state *host, bool wanted)
{
    if (!host->setup.has_line)
        findings_add(host->findings, NULL, 0, FINDING_CMDLINE_UNREADABLE);
    /* Its virtual functions are bound when a virtual machine starts; ids= would take the whole GPU. */
    if (host->split.line)
        findings_add(host->findings, host->split.file, host->split.line, FINDING_HOST_SPLITS_GPU);
    if (!wanted && !host->split.line && !has_split_gpu(host->machine))
        findings_add(host->findings, NULL, 0, FINDING_VFIO_NOT_SET_UP);
}

/* ---- modules that DKMS builds ---- */

enum { MAX_DKMS_NAMES = 256 };

static const struct dkms_module {
    const char *name;
    const char *module;
    bool is_for_guests; /* without it, no virtual functions or no reset */
} dkms_modules[] = {
    {"vendor-reset", "vendor_reset", true}, {"i915-sriov-dkms", "i915", true}, {"nvidia", "nvidia", false}};

static bool is_loaded(const struct host_state *host, const struct dkms_module *module)
{
    char path[100];
    snprintf(path, sizeof path, "/sys/module/%s", module->module);
    return !root_exists(host->root, "/sys/module") || root_exists(host->root, path);
}

/* The versions that DKMS has are directories beside the links kernel-RELEASE-ARCH, and what is built for a
 * kernel is in a directory of its name below. */
static void check_dkms_versions(const struct host_state *host, const struct dkms_module *module)
{
    struct buffer versions CLEANUP(buffer_free) = BUFFER(1024);
    char path[512];
    int version_count = 0;
    bool is_built = false;
    snprintf(path, sizeof path, "/var/lib/dkms/%s", module->name);
    struct root_names names CLEANUP(root_names_free) = root_list(host->root, path, MAX_DKMS_NAMES);
    for (int i = 0; i < names.count; i++) {
        const char *name = names.items[i];
        if (strncmp(name, "kernel-", 7) == 0 || strcmp(name, "original_module") == 0)
            continue;
        buffer_append_format(&versions, "%s%s", version_count++ ? ", " : "", name);
        snprintf(path, sizeof path, "/var/lib/dkms/%s/%.200s/%s", module->name, name, host->release);
        is_built |= root_exists(host->root, path);
    }
    if (version_count > 1 && is_built)
        findings_add(host->findings, NULL, 0, FINDING_HOST_DKMS_SEVERAL, module->name, buffer_text(&versions),
                     module->name);
    if (!version_count || is_built || !*host->release)
        return;
    if (module->is_for_guests)
        findings_add(host->findings, NULL, 0, FINDING_HOST_DKMS_NOT_BUILT, module->name, host->release,
                     host->release, host->release);
    else if (!is_loaded(host, module))
        findings_add(host->findings, NULL, 0, FINDING_HOST_DKMS_NOT_BUILT_NVIDIA, module->name,
                     host->release);
}

/* Where Secure Boot is on, only modules that are signed are loaded. */
static void check_dkms(const struct host_state *host)
{
    bool is_secure = host_secure_boot(host->root) == TRISTATE_YES;
    char path[100];
    for (size_t i = 0; i < ARRAY_SIZE(dkms_modules); i++) {
        const struct dkms_module *module = &dkms_modules[i];
        snprintf(path, sizeof path, "/var/lib/dkms/%s", module->name);
        if (!root_exists(host->root, path))
            continue;
        check_dkms_versions(host, module);
        if (is_secure && !is_loaded(host, module))
            findings_add(host->findings, NULL, 0, FINDING_HOST_SECURE_BOOT, module->name);
    }
}

/* ---- how the host is set up ---- */

static void read_system(void *context, const struct shell_variable *variable)
{
    struct host_setup *setup = context;
    size_t length = strlen(setup->systems);
    if (span_is(variable->name, "ID") || span_is(variable->name, "ID_LIKE"))
        snprintf(setup->systems + length, sizeof setup->systems - length, "%s%.*s", length ? " " : "",
                 SPAN_FORMAT(variable->value));
}

static void read_systems(void *context, const char *file, struct span text)
{
    each_shell_variable(file, text, read_system, context);
}

/* What its files are of; a directory may be left over from the tool before. */
static enum initramfs_tool find_initramfs(struct root *root, const struct host_setup *setup)
{
    bool has_dracut = root_exists(root, "/etc/dracut.conf.d") || root_exists(root, "/etc/dracut.conf");
    if (root_exists(root, "/etc/mkinitcpio.conf") || (host_is_like(setup, "arch") && !has_dracut))
        return INITRAMFS_MKINITCPIO;
    if (host_is_like(setup, "fedora") || host_is_like(setup, "rhel") || host_is_like(setup, "opensuse") ||
        host_is_like(setup, "suse"))
        return INITRAMFS_DRACUT;
    if (root_exists(root, "/etc/initramfs-tools"))
        return INITRAMFS_TOOLS;
    if (has_dracut)
        return INITRAMFS_DRACUT;
    return host_is_like(setup, "debian") || root_exists(root, "/etc/pve") ? INITRAMFS_TOOLS
                                                                          : INITRAMFS_UNKNOWN;
}

/* Completes host->setup with what the readers have found. */
static void fill_setup(struct host_state *host)
{
    static const uint16_t makers[] = {0x10de, 0x1002, 0x8086};
    struct host_setup *setup = &host->setup;
    struct root *root = host->root;
    for (int i = 0; i < setup->id_count && !setup->ids_file[0]; i++)
        if (strstr(setup->ids[i].place.file, "/modprobe.d/"))
            snprintf(setup->ids_file, sizeof setup->ids_file, "%s", setup->ids[i].place.file);
    setup->vfio_builtin = host->vfio_builtin && !host->is_unraid;
    for (size_t i = 0; i < ARRAY_SIZE(makers); i++)
        setup->waiting[i] = setup->vfio_early || !vfio_earlier_driver(host, makers[i]) ? makers[i] : 0;
    setup->vendor_reset_loaded = root_exists(root, "/sys/module/vendor_reset");
    setup->vendor_reset |= setup->vendor_reset_loaded;
    setup->is_recorded = root_exists(root, "/etc/modprobe.d") || setup->id_count;
}

enum tristate host_config_read(struct root *root, const struct pci_machine *machine,
                               struct findings *findings, struct host_setup *setup)
{
    enum { MAX_TEXT = 64 << 10, MAX_MODULES = 4 << 20 };
    const int problems = findings_problems(findings);
    const int failures = root_failures(root);
    struct vm_wishes wishes = {.root = root};
    struct cmdline line = {.count = 0};
    struct host_state host = {.root = root,
                              .machine = machine,
                              .findings = findings,
                              .setup = {.cpu = read_cpu_maker(root, machine),
                                        .boot_line = BUFFER(MAX_TEXT),
                                        .next_line = BUFFER(MAX_TEXT),
                                        .waiting_modules = BUFFER(MAX_MODULES)}};
    read_kernel_version(&host);
    read_config_file(root, "/etc/os-release", read_systems, &host.setup);
    host.setup.initramfs = find_initramfs(root, &host.setup);
    host_binding_check(&host);
    command_lines_check(&host, &line);
    modprobe_config_check(&host);
    initramfs_config_check(&host);
    vfio_ids_check(&host);
    bool wanted = host.setup.id_count || host.vfio_named || any_on_vfio(machine);
    vm_config_each_file(root, note_wishes, &wishes);
    wanted |= wishes.pass_a_device;
    if (host.disable_vga.line && *wishes.legacy_igd)
        findings_add(findings, host.disable_vga.file, host.disable_vga.line,
                     FINDING_VFIO_DISABLE_VGA_LEGACY_IGD, wishes.legacy_igd);
    if (host.setup.has_line)
        cmdline_check(&host, &line, wanted, wishes.igpu);
    check_iommu_seen(&host);
    check_dkms(&host);
    check_nothing_set_up(&host, wanted);
    cmdline_free(&line);
    bool is_whole = host.setup.has_line && root_failures(root) == failures;
    if (setup) {
        fill_setup(&host);
        *setup = host.setup;
    } else {
        host_setup_free(&host.setup);
    }
    return findings_problems(findings) > problems ? TRISTATE_NO : is_whole ? TRISTATE_YES : TRISTATE_UNKNOWN;
}

void host_setup_free(struct host_setup *setup)
{
    buffer_free(&setup->boot_line);
    buffer_free(&setup->next_line);
    buffer_free(&setup->waiting_modules);
}

bool host_setup_waits(struct root *root, const struct host_setup *setup, const char *driver)
{
    char module[32];
    pci_driver_module(root, driver, module, sizeof module);
    return is_held_back(setup, module);
}

bool host_setup_binds(struct root *root, const struct host_setup *setup, const struct pci_device *device)
{
    const char *address = pci_address_text(&device->address);
    char path[64];
    char driver[32];
    struct buffer text CLEANUP(buffer_free) = BUFFER(MAX_CONFIG_SIZE + 16);
    if (vfio_ids_have(setup, &device->id))
        return true;
    snprintf(path, sizeof path, "/etc/driverctl.d/%s", address);
    if (root_read_line(root, path, driver, sizeof driver) == ROOT_OK && strcmp(driver, "vfio-pci") == 0)
        return true;
    return root_read(root, "/boot/config/vfio-pci.cfg", MAX_CONFIG_SIZE, &text) == ROOT_OK &&
           strstr(buffer_text(&text), address);
}
