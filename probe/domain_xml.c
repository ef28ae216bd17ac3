/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <expat.h>

#include "probe/vm_state.h"

/* https://libvirt.org/formatdomain.html. A document type declaration, without which no entity can be
 * declared, is rejected: libvirt writes none, and entities are what makes XML expand without end. */

enum { MAX_DEPTH = 64, MAX_ELEMENT_PATH = 512 };

/* A <hostdev> while it is read. */
struct hostdev {
    struct passed_device device;
    bool is_pci;
    bool has_address;
    bool managed;
    long rom_line;
    bool rom_bar_off;
    char rom_file[256];
};

struct domain_xml {
    struct vm_state *vm;
    XML_Parser parser;
    char path[MAX_ELEMENT_PATH]; /* "/domain/devices/hostdev" */
    int depth;
    const char *rejected; /* why the parser was stopped */
    bool is_domain;
    bool has_ended; /* the outermost element */
    bool is_kvm;
    bool is_i440fx;
    bool maybe_gpu;
    int hostdev_count;
    struct qemu_args qemu_args; /* of <qemu:commandline> */
    bool has_qemu_names;        /* the namespace without which libvirt drops it */
    long qemu_line;
    long domain_line;
    long machine_line;
    long cpu_line;
    long balloon_line;
    long ioapic_line; /* of driver='qemu' */
    bool has_viommu;
    long lines_before; /* lines of the file that are not of the XML */
    char cpu_mode[32];
    struct hostdev hostdev;
};

static const char *attribute(const char **attributes, const char *name)
{
    for (; attributes[0]; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return "";
}

static bool is(const char *text, const char *other)
{
    return strcmp(text, other) == 0;
}

static bool has(const char **attributes, const char *name, const char *value)
{
    return is(attribute(attributes, name), value);
}

/* Expat 2.8 prefers XML_GetCurrentLineNumber64, which older ones (Debian 12 has 2.5) lack. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static long line_of(const struct domain_xml *xml)
{
    return xml->lines_before + (long)XML_GetCurrentLineNumber(xml->parser);
}
#pragma GCC diagnostic pop

static void reject(struct domain_xml *xml, const char *why)
{
    xml->rejected = why;
    XML_StopParser(xml->parser, XML_FALSE);
}

/* ---- elements, each at its place ---- */

static void start_os_type(struct domain_xml *xml, const char *machine)
{
    xml->machine_line = line_of(xml);
    xml->vm->is_q35 = strstr(machine, "q35") != NULL;
    xml->vm->cpu.qemu_version = vm_machine_version(span_of(machine));
    xml->is_i440fx = strstr(machine, "i440fx") || is(machine, "pc") || !*machine;
    xml->vm->is_virt = strncmp(machine, "virt", 4) == 0;
}

/* libosinfo names a system by an address: http://microsoft.com/win/11, http://ubuntu.com/ubuntu/24.04. */
static void start_os_info(struct vm_state *vm, const char *id)
{
    static const struct {
        const char *part;
        enum vm_guest guest;
        const char *name;
    } systems[] = {
        {"microsoft.com/win/11", VM_GUEST_OTHER, "windows 11"},
        {"microsoft.com/win/10", VM_GUEST_OTHER, "windows 10"},
        {"microsoft.com/", VM_GUEST_OTHER, "windows"},
        {"apple.com/", VM_GUEST_OTHER, NULL},
        {"bsd.org/", VM_GUEST_OTHER, NULL},
        {"linux", VM_GUEST_LINUX, "linux"},
        {"ubuntu.com/", VM_GUEST_LINUX, "linux"},
        {"debian.org/", VM_GUEST_LINUX, "linux"},
        {"fedoraproject.org/", VM_GUEST_LINUX, "linux"},
        {"redhat.com/", VM_GUEST_LINUX, "linux"},
        {"centos.org/", VM_GUEST_LINUX, "linux"},
        {"opensuse.org/", VM_GUEST_LINUX, "linux"},
        {"suse.com/", VM_GUEST_LINUX, "linux"},
        {"nixos.org/", VM_GUEST_LINUX, "linux"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(systems); i++)
        if (strstr(id, systems[i].part)) {
            vm->guest = systems[i].guest;
            vm->facts.guest_os = systems[i].name;
            return;
        }
}

static void start_hostdev(struct domain_xml *xml, const char **attributes)
{
    xml->hostdev = (struct hostdev){.is_pci = has(attributes, "type", "pci"),
                                    .managed = has(attributes, "managed", "yes")};
    xml->hostdev.device.line = line_of(xml);
    xml->vm->has_mdev |= has(attributes, "type", "mdev");
}

/* Numbers are decimal, or hexadecimal after 0x. */
static bool read_number(const char *text, uint32_t most, uint32_t *number)
{
    char *end;
    unsigned long value = strtoul(text, &end, 0);
    *number = (uint32_t)value;
    return *text >= '0' && *text <= '9' && !*end && value <= most;
}

static void start_address(struct domain_xml *xml, const char **attributes)
{
    struct pci_address *address = &xml->hostdev.device.address;
    const char *domain = attribute(attributes, "domain");
    uint32_t bus;
    uint32_t slot;
    uint32_t function = 0;
    const char *function_text = attribute(attributes, "function");
    if ((*domain && !read_number(domain, UINT32_MAX, &address->domain)) ||
        !read_number(attribute(attributes, "bus"), 255, &bus) ||
        !read_number(attribute(attributes, "slot"), 31, &slot) ||
        (*function_text && !read_number(function_text, 7, &function)))
        return;
    address->bus = (uint8_t)bus;
    address->slot = (uint8_t)slot;
    address->function = (uint8_t)function;
    xml->hostdev.has_address = true;
}

static void start_rom(struct domain_xml *xml, const char **attributes)
{
    xml->hostdev.rom_line = line_of(xml);
    xml->hostdev.rom_bar_off = has(attributes, "bar", "off") || has(attributes, "enabled", "no");
    const char *file = attribute(attributes, "file");
    if (strlen(file) < sizeof xml->hostdev.rom_file)
        snprintf(xml->hostdev.rom_file, sizeof xml->hostdev.rom_file, "%s", file);
}

/* A device that libvirt does not take from its driver by itself. */
static void check_managed(const struct domain_xml *xml)
{
    const struct passed_device *passed = &xml->hostdev.device;
    struct vm_state *vm = xml->vm;
    const struct pci_device *device = vm->machine ? pci_find(vm->machine, &passed->address) : NULL;
    if (xml->hostdev.managed || (device && pci_is_on_vfio(device)))
        return;
    if (device && device->driver_known && *device->driver)
        vm_finding(vm, passed->line, FINDING_VM_UNMANAGED_HELD, device->driver);
    else
        vm_finding(vm, passed->line, FINDING_VM_UNMANAGED);
}

static void end_hostdev(struct domain_xml *xml)
{
    const struct hostdev *hostdev = &xml->hostdev;
    if (!hostdev->is_pci)
        return;
    xml->hostdev_count++;
    if (!hostdev->has_address) {
        xml->vm->has_unknown = true;
        vm_finding(xml->vm, hostdev->device.line, FINDING_VM_HOSTPCI_MALFORMED_LIBVIRT);
        return;
    }
    vm_pass_device(xml->vm, &hostdev->device);
    xml->maybe_gpu |= vm_device_is_gpu(xml->vm, &hostdev->device) != TRISTATE_NO;
    check_managed(xml);
    vm_check_rom(xml->vm, hostdev->rom_file, hostdev->rom_bar_off, hostdev->rom_line);
}

static void take_device_element(struct domain_xml *xml, const char *path, const char **attributes)
{
    struct vm_cpu *cpu = &xml->vm->cpu;
    if (is(path, "memballoon") && !has(attributes, "model", "none")) {
        xml->balloon_line = line_of(xml);
    } else if (is(path, "iommu")) {
        xml->has_viommu = true;
        cpu->viommu_line = has(attributes, "model", "intel") ? line_of(xml) : cpu->viommu_line;
    } else if (is(path, "iommu/driver")) {
        int bits = atoi(attribute(attributes, "aw_bits"));
        cpu->viommu_bits = bits > 0 && bits <= 64 ? bits : 0;
        cpu->has_caching = has(attributes, "caching_mode", "on");
    } else if (is(path, "hostdev")) {
        start_hostdev(xml, attributes);
    } else if (is(path, "hostdev/source/address")) {
        start_address(xml, attributes);
    } else if (is(path, "hostdev/rom")) {
        start_rom(xml, attributes);
    }
}

static void take_element(struct domain_xml *xml, const char *path, const char **attributes)
{
    static const char devices[] = "/domain/devices/";
    struct vm_state *vm = xml->vm;
    long line = line_of(xml);
    if (strncmp(path, devices, sizeof devices - 1) == 0) {
        take_device_element(xml, path + sizeof devices - 1, attributes);
    } else if (is(path, "/domain")) {
        xml->is_domain = true;
        xml->domain_line = line;
        xml->is_kvm = !has(attributes, "type", "qemu");
        xml->has_qemu_names = *attribute(attributes, "xmlns:qemu");
    } else if (is(path, "/domain/os")) {
        vm->is_ovmf |= has(attributes, "firmware", "efi");
    } else if (is(path, "/domain/os/type")) {
        start_os_type(xml, attribute(attributes, "machine"));
    } else if (is(path, "/domain/os/loader")) {
        vm->is_ovmf |= has(attributes, "type", "pflash");
    } else if (is(path, "/domain/os/firmware/feature")) {
        if (has(attributes, "name", "enrolled-keys") && has(attributes, "enabled", "yes"))
            vm->secure_boot_line = line;
    } else if (is(path, "/domain/metadata/libosinfo:libosinfo/libosinfo:os")) {
        start_os_info(vm, attribute(attributes, "id"));
    } else if (is(path, "/domain/cpu")) {
        xml->cpu_line = line;
        snprintf(xml->cpu_mode, sizeof xml->cpu_mode, "%s", attribute(attributes, "mode"));
    } else if (is(path, "/domain/cpu/maxphysaddr")) {
        vm->cpu.is_limited = true;
    } else if (is(path, "/domain/cpu/feature")) {
        if (has(attributes, "name", "hypervisor") && has(attributes, "policy", "disable"))
            vm_note_hiding(vm, VM_HIDES_ALL, "<feature policy='disable' name='hypervisor'/>", line);
    } else if (is(path, "/domain/features/kvm/hidden") && has(attributes, "state", "on")) {
        vm_note_hiding(vm, VM_HIDES_KVM, "<hidden state='on'/>", line);
    } else if (is(path, "/domain/features/hyperv/vendor_id") && has(attributes, "state", "on")) {
        vm_note_hiding(vm, VM_HIDES_HYPER_V, "<vendor_id state='on'/>", line);
    } else if (is(path, "/domain/features/ioapic") && has(attributes, "driver", "qemu")) {
        xml->ioapic_line = line;
    } else if (is(path, "/domain/qemu:commandline")) {
        xml->qemu_line = line;
        xml->has_qemu_names |= *attribute(attributes, "xmlns:qemu");
    } else if (is(path, "/domain/qemu:commandline/qemu:arg")) {
        xml->qemu_args.line = line;
        qemu_args_take(&xml->qemu_args, span_of(attribute(attributes, "value")));
    }
}

/* ---- expat ---- */

/* Of a snapshot (domainsnapshot) and in a status file (domstatus) the domain is an element of another. */
static const char *path_of(const struct domain_xml *xml)
{
    const char *below = strchr(xml->path + 1, '/');
    bool is_inner = below && strncmp(below, "/domain", 7) == 0 && strchr("/", below[7]);
    return is_inner && strncmp(xml->path, "/dom", 4) == 0 ? below : xml->path;
}

static void XMLCALL start_element(void *context, const char *name, const char **attributes)
{
    struct domain_xml *xml = context;
    size_t length = strlen(xml->path);
    if (xml->depth == MAX_DEPTH) {
        reject(xml, "elements are nested too deeply");
        return;
    }
    if (length + strlen(name) + 1 >= sizeof xml->path) {
        reject(xml, "the names of its elements are too long");
        return;
    }
    snprintf(xml->path + length, sizeof xml->path - length, "/%s", name);
    xml->depth++;
    take_element(xml, path_of(xml), attributes);
}

static void XMLCALL end_element(void *context, const char *name)
{
    struct domain_xml *xml = context;
    (void)name;
    if (xml->rejected || !xml->depth)
        return;
    if (is(path_of(xml), "/domain/devices/hostdev"))
        end_hostdev(xml);
    *strrchr(xml->path, '/') = '\0';
    xml->has_ended |= !--xml->depth;
}

static void XMLCALL start_doctype(void *context, const char *name, const char *system_id,
                                  const char *public_id, int has_internal_subset)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal_subset;
    reject(context, "it has a document type declaration, which no domain XML has");
}

/* ---- the domain as a whole ---- */

static void check_cpu(struct domain_xml *xml)
{
    const char *model = xml->vm->cpu.model; /* of <qemu:commandline>, which comes last */
    if (is(model, "host") || is(model, "max") || is(xml->cpu_mode, "host-passthrough") ||
        is(xml->cpu_mode, "maximum"))
        return;
    if (is(xml->cpu_mode, "host-model"))
        vm_finding(xml->vm, xml->cpu_line, FINDING_VM_CPU_NOT_HOST_NEAR);
    else
        vm_finding(xml->vm, xml->cpu_line, FINDING_VM_CPU_NOT_HOST_LIBVIRT);
}

static void check_domain(struct domain_xml *xml)
{
    struct vm_state *vm = xml->vm;
    vm_note_facts(vm, HYPERVISOR_LIBVIRT);
    if (!vm->is_q35 && !xml->is_i440fx)
        vm->facts.machine_type = NULL;
    vm_check_devices(vm);
    if (xml->qemu_args.device_count)
        vm_finding(vm, xml->qemu_args.device_line, FINDING_VM_ARGS_DEVICE_LIBVIRT);
    if (xml->qemu_line && !xml->has_qemu_names)
        vm_finding(vm, xml->qemu_line, FINDING_VM_QEMU_NAMES_MISSING);
    xml->maybe_gpu |= xml->qemu_args.device_count > 0;
    if (!xml->hostdev_count && !xml->qemu_args.device_count)
        return;
    if (!xml->is_kvm)
        vm_finding(vm, xml->domain_line, FINDING_VM_NOT_KVM);
    if (!vm->is_macos)
        check_cpu(xml);
    vm_check_cpu(vm);
    if (xml->is_i440fx && xml->maybe_gpu)
        vm_finding(vm, xml->machine_line, FINDING_VM_I440FX_LIBVIRT);
    if (!vm->is_ovmf && !vm->is_virt && xml->maybe_gpu)
        vm_finding(vm, xml->machine_line, FINDING_VM_SEABIOS_LIBVIRT);
    if (xml->ioapic_line && !xml->has_viommu)
        vm_finding(vm, xml->ioapic_line, FINDING_VM_IOAPIC_QEMU);
    if (xml->balloon_line)
        vm_finding(vm, xml->balloon_line, FINDING_VM_BALLOON_LIBVIRT);
}

enum vm_config_result domain_xml_check(struct vm_state *vm, struct span text, long lines_before)
{
    struct domain_xml xml = {.vm = vm,
                             .is_kvm = true,
                             .qemu_args = {.vm = vm},
                             .lines_before = lines_before,
                             .parser = XML_ParserCreate(NULL)};
    if (!xml.parser) {
        root_note_unreadable(vm->root, vm->file, "no memory");
        return VM_CONFIG_MALFORMED;
    }
    XML_SetUserData(xml.parser, &xml);
    XML_SetElementHandler(xml.parser, start_element, end_element);
    XML_SetStartDoctypeDeclHandler(xml.parser, start_doctype);
    bool well_formed = XML_Parse(xml.parser, text.start, (int)text.length, XML_TRUE) == XML_STATUS_OK;
    /* What follows a whole domain may be a prompt of the terminal that it was copied from. */
    well_formed |= xml.is_domain && xml.has_ended;
    const char *why = xml.rejected ? xml.rejected : XML_ErrorString(XML_GetErrorCode(xml.parser));
    long line = line_of(&xml);
    XML_ParserFree(xml.parser);
    if (well_formed && !xml.is_domain)
        return VM_CONFIG_FOREIGN;
    if (well_formed) {
        check_domain(&xml);
        return VM_CONFIG_READ;
    }
    vm_finding(vm, line, FINDING_VM_CONFIG_MALFORMED, why);
    return VM_CONFIG_MALFORMED;
}
