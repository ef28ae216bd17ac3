#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <expat.h>

#include "probe/vm_state.h"

/* https://libvirt.org/formatdomain.html. A document type declaration, and with it any entity, is refused:
 * libvirt writes none, and entities are what makes XML expand without end. */

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
    char path[MAX_ELEMENT_PATH]; /* "/domain/devices/hostdev", cut where it is too long */
    size_t ends[MAX_DEPTH];      /* its length before each element on it */
    int depth;
    const char *refused; /* why the parser was stopped */
    bool is_domain;
    bool is_kvm;
    bool is_q35;
    bool is_i440fx;
    bool has_ovmf;
    bool maybe_gpu;
    int hostdev_count;
    long domain_line;
    long machine_line;
    long cpu_line;
    long balloon_line;
    long ioapic_line; /* of driver='qemu' */
    bool has_viommu;
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

/* Expat 2.8 prefers XML_GetCurrentLineNumber64, which older ones (Debian 12 has 2.5) lack. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static long line_of(const struct domain_xml *xml)
{
    return (long)XML_GetCurrentLineNumber(xml->parser);
}
#pragma GCC diagnostic pop

static void refuse(struct domain_xml *xml, const char *why)
{
    xml->refused = why;
    XML_StopParser(xml->parser, XML_FALSE);
}

/* ---- elements, each at its place ---- */

static void start_domain(struct domain_xml *xml, const char **attributes)
{
    const char *type = attribute(attributes, "type");
    xml->is_domain = true;
    xml->domain_line = line_of(xml);
    xml->is_kvm = !is(type, "qemu");
}

static void start_os(struct domain_xml *xml, const char **attributes)
{
    xml->has_ovmf |= is(attribute(attributes, "firmware"), "efi");
}

static void start_os_type(struct domain_xml *xml, const char **attributes)
{
    const char *machine = attribute(attributes, "machine");
    xml->machine_line = line_of(xml);
    xml->is_q35 = strstr(machine, "q35") != NULL;
    xml->is_i440fx = strstr(machine, "i440fx") || is(machine, "pc") || !*machine;
}

static void start_loader(struct domain_xml *xml, const char **attributes)
{
    xml->has_ovmf |= is(attribute(attributes, "type"), "pflash");
}

static void start_cpu(struct domain_xml *xml, const char **attributes)
{
    xml->cpu_line = line_of(xml);
    snprintf(xml->cpu_mode, sizeof xml->cpu_mode, "%s", attribute(attributes, "mode"));
}

static void start_hidden(struct domain_xml *xml, const char **attributes)
{
    if (!is(attribute(attributes, "state"), "on"))
        return;
    xml->vm->facts.fixes[FIX_HIDE_KVM] = true;
    vm_note_hidden(xml->vm, line_of(xml), "<hidden state='on'/> hides KVM from the guest");
}

static void start_vendor_id(struct domain_xml *xml, const char **attributes)
{
    if (!is(attribute(attributes, "state"), "on"))
        return;
    xml->vm->facts.fixes[FIX_HV_VENDOR_ID] = true;
    vm_note_hidden(xml->vm, line_of(xml), "<vendor_id state='on'/> gives Hyper-V another name");
}

static void start_ioapic(struct domain_xml *xml, const char **attributes)
{
    if (is(attribute(attributes, "driver"), "qemu"))
        xml->ioapic_line = line_of(xml);
}

static void start_balloon(struct domain_xml *xml, const char **attributes)
{
    if (!is(attribute(attributes, "model"), "none"))
        xml->balloon_line = line_of(xml);
}

static void start_viommu(struct domain_xml *xml, const char **attributes)
{
    (void)attributes;
    xml->has_viommu = true;
}

static void start_hostdev(struct domain_xml *xml, const char **attributes)
{
    xml->hostdev = (struct hostdev){.is_pci = is(attribute(attributes, "type"), "pci"),
                                    .managed = is(attribute(attributes, "managed"), "yes")};
    xml->hostdev.device.line = line_of(xml);
}

/* Numbers are decimal, or hexadecimal behind 0x. */
static bool read_number(const char *text, uint32_t most, uint32_t *number)
{
    char *end;
    unsigned long value = strtoul(text, &end, 0);
    *number = (uint32_t)value;
    return *text >= '0' && *text <= '9' && !*end && value <= most;
}

static void start_address(struct domain_xml *xml, const char **attributes)
{
    struct passed_device *device = &xml->hostdev.device;
    const char *domain = attribute(attributes, "domain");
    uint32_t bus;
    uint32_t slot;
    uint32_t function = 0;
    const char *function_text = attribute(attributes, "function");
    if ((*domain && !read_number(domain, UINT32_MAX, &device->domain)) ||
        !read_number(attribute(attributes, "bus"), 255, &bus) ||
        !read_number(attribute(attributes, "slot"), 31, &slot) ||
        (*function_text && !read_number(function_text, 7, &function)))
        return;
    device->bus = (uint8_t)bus;
    device->slot = (uint8_t)slot;
    device->function = (int)function;
    xml->hostdev.has_address = true;
}

static void start_rom(struct domain_xml *xml, const char **attributes)
{
    xml->hostdev.rom_line = line_of(xml);
    xml->hostdev.rom_bar_off = is(attribute(attributes, "bar"), "off");
    const char *file = attribute(attributes, "file");
    if (strlen(file) < sizeof xml->hostdev.rom_file)
        snprintf(xml->hostdev.rom_file, sizeof xml->hostdev.rom_file, "%s", file);
}

static const char *driver_of(const struct domain_xml *xml, const struct passed_device *device)
{
    const struct pci_machine *machine = xml->vm->machine;
    for (int i = 0; machine && i < machine->count; i++) {
        const struct pci_device *found = &machine->devices[i];
        if (found->address.domain == device->domain && found->address.bus == device->bus &&
            found->address.slot == device->slot && found->address.function == device->function)
            return found->driver_known ? found->driver : "";
    }
    return "";
}

/* A device that libvirt does not take from its driver by itself. */
static void check_managed(struct domain_xml *xml)
{
    const struct hostdev *hostdev = &xml->hostdev;
    const char *driver = driver_of(xml, &hostdev->device);
    if (hostdev->managed || is(driver, "vfio-pci"))
        return;
    finding_next(
        vm_note(
            xml->vm, FINDING_ID_VM_UNMANAGED, *driver ? SEVERITY_WARNING : SEVERITY_INFO,
            hostdev->device.line,
            "managed is not yes: the device must be bound to vfio-pci before the virtual machine starts%s%s",
            *driver ? ", and now it is held by " : "", driver),
        "write managed='yes', or bind it at boot (vfio-pci ids=)");
}

static void end_hostdev(struct domain_xml *xml)
{
    const struct hostdev *hostdev = &xml->hostdev;
    if (!hostdev->is_pci)
        return;
    xml->hostdev_count++;
    if (!hostdev->has_address) {
        finding_next(
            vm_note(xml->vm, FINDING_ID_VM_HOSTPCI_MALFORMED, SEVERITY_WARNING, hostdev->device.line,
                    "this <hostdev> names no device: its <source> has no <address> that can be one"),
            "write <source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source>");
        return;
    }
    vm_pass_device(xml->vm, &hostdev->device);
    xml->maybe_gpu |= vm_device_is_gpu(xml->vm, &hostdev->device) != TRISTATE_NO;
    check_managed(xml);
    if (hostdev->rom_file[0])
        vm_check_rom_file(xml->vm, hostdev->rom_file, hostdev->rom_line);
    xml->vm->facts.fixes[FIX_ROMFILE] |= hostdev->rom_file[0] != '\0';
    xml->vm->facts.fixes[FIX_ROMBAR_OFF] |= hostdev->rom_bar_off;
    if (hostdev->rom_bar_off)
        vm_note_rom_bar_off(xml->vm, hostdev->rom_line, hostdev->rom_file[0] != '\0');
}

static const struct {
    const char *path;
    void (*start)(struct domain_xml *xml, const char **attributes);
} elements[] = {
    {"/domain", start_domain},
    {"/domain/os", start_os},
    {"/domain/os/type", start_os_type},
    {"/domain/os/loader", start_loader},
    {"/domain/cpu", start_cpu},
    {"/domain/features/kvm/hidden", start_hidden},
    {"/domain/features/hyperv/vendor_id", start_vendor_id},
    {"/domain/features/ioapic", start_ioapic},
    {"/domain/devices/memballoon", start_balloon},
    {"/domain/devices/iommu", start_viommu},
    {"/domain/devices/hostdev", start_hostdev},
    {"/domain/devices/hostdev/source/address", start_address},
    {"/domain/devices/hostdev/rom", start_rom},
};

/* ---- expat ---- */

/* virsh dumpxml and a snapshot's or the status file's XML differ in what the domain stands in. */
static const char *path_of(const struct domain_xml *xml)
{
    const char *path = xml->path;
    return strncmp(path, "/domstatus/", 11) == 0 ? path + 10 : path;
}

static void XMLCALL start_element(void *context, const char *name, const char **attributes)
{
    struct domain_xml *xml = context;
    size_t length = strlen(xml->path);
    if (xml->depth == MAX_DEPTH) {
        refuse(xml, "elements are nested too deeply");
        return;
    }
    xml->ends[xml->depth++] = length;
    if (length + strlen(name) + 1 >= sizeof xml->path) {
        refuse(xml, "the names of its elements are too long");
        return;
    }
    xml->path[length] = '/';
    snprintf(xml->path + length + 1, sizeof xml->path - length - 1, "%s", name);
    for (size_t i = 0; i < ARRAY_SIZE(elements); i++)
        if (is(path_of(xml), elements[i].path))
            elements[i].start(xml, attributes);
}

static void XMLCALL end_element(void *context, const char *name)
{
    struct domain_xml *xml = context;
    (void)name;
    if (xml->refused || !xml->depth)
        return;
    if (is(path_of(xml), "/domain/devices/hostdev"))
        end_hostdev(xml);
    xml->path[xml->ends[--xml->depth]] = '\0';
}

static void XMLCALL start_doctype(void *context, const char *name, const char *system_id,
                                  const char *public_id, int has_internal_subset)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal_subset;
    refuse(context, "it has a document type declaration, which no domain XML has");
}

static void XMLCALL declare_entity(void *context, const char *name, int is_parameter, const char *value,
                                   int length, const char *base, const char *system_id, const char *public_id,
                                   const char *notation)
{
    (void)name;
    (void)is_parameter;
    (void)value;
    (void)length;
    (void)base;
    (void)system_id;
    (void)public_id;
    (void)notation;
    refuse(context, "it declares an entity, which no domain XML does");
}

/* ---- the domain as a whole ---- */

static void check_cpu(struct domain_xml *xml)
{
    if (is(xml->cpu_mode, "host-passthrough") || is(xml->cpu_mode, "maximum"))
        return;
    bool near = is(xml->cpu_mode, "host-model");
    finding_next(vm_note(xml->vm, FINDING_ID_VM_CPU_NOT_HOST, near ? SEVERITY_INFO : SEVERITY_WARNING,
                         xml->cpu_line,
                         near ? "the processor is a model near the real one, and not the real one"
                              : "the processor is not the real one; drivers of GPUs and games may refuse it"),
                 "write <cpu mode='host-passthrough'/>");
}

static void keep_facts(const struct domain_xml *xml)
{
    struct vm_facts *facts = &xml->vm->facts;
    facts->hypervisor = vocabulary_word_of(&vocabulary_hypervisor, HYPERVISOR_LIBVIRT);
    if (xml->is_q35 || xml->is_i440fx)
        facts->machine_type = vocabulary_word_of(&vocabulary_machine_type,
                                                 xml->is_q35 ? MACHINE_TYPE_Q35 : MACHINE_TYPE_I440FX);
    facts->firmware =
        vocabulary_word_of(&vocabulary_firmware, xml->has_ovmf ? FIRMWARE_OVMF : FIRMWARE_SEABIOS);
}

static void check_domain(struct domain_xml *xml)
{
    struct vm_state *vm = xml->vm;
    keep_facts(xml);
    vm_check_devices(vm);
    if (!xml->hostdev_count)
        return;
    if (!xml->is_kvm)
        finding_next(
            vm_note(vm, FINDING_ID_VM_NOT_KVM, SEVERITY_WARNING, xml->domain_line,
                    "type='qemu' emulates the processor in software, which makes the guest very slow"),
            "write <domain type='kvm'>, and turn virtualisation on in the firmware setup of the host");
    check_cpu(xml);
    if (xml->is_i440fx && xml->maybe_gpu)
        vm_note_i440fx(vm, xml->machine_line, "choose the machine q35");
    if (!xml->has_ovmf && xml->maybe_gpu)
        vm_note_bios(vm, xml->machine_line, "write <os firmware='efi'>");
    if (xml->ioapic_line && !xml->has_viommu)
        finding_next(
            vm_note(vm, FINDING_ID_VM_IOAPIC_QEMU, SEVERITY_INFO, xml->ioapic_line,
                    "QEMU emulates the I/O APIC instead of KVM: slower interrupts, and the driver of NVIDIA "
                    "is known to hang with it; it is needed only for a virtual IOMMU with interrupt "
                    "remapping"),
            "write <ioapic driver='kvm'/>");
    if (xml->balloon_line)
        vm_note_balloon(vm, xml->balloon_line, "write <memballoon model='none'/>");
}

enum vm_config_result domain_xml_check(struct vm_state *vm, struct span text)
{
    struct domain_xml xml = {.vm = vm, .is_kvm = true, .parser = XML_ParserCreate(NULL)};
    if (!xml.parser) {
        root_note_unreadable(vm->root, vm->file, "no memory");
        return VM_CONFIG_MALFORMED;
    }
    XML_SetUserData(xml.parser, &xml);
    XML_SetElementHandler(xml.parser, start_element, end_element);
    XML_SetStartDoctypeDeclHandler(xml.parser, start_doctype);
    XML_SetEntityDeclHandler(xml.parser, declare_entity);
    bool sound = XML_Parse(xml.parser, text.start, (int)text.length, XML_TRUE) == XML_STATUS_OK;
    const char *why = xml.refused ? xml.refused : XML_ErrorString(XML_GetErrorCode(xml.parser));
    long line = line_of(&xml);
    XML_ParserFree(xml.parser);
    if (sound && !xml.is_domain)
        return VM_CONFIG_FOREIGN;
    if (sound) {
        check_domain(&xml);
        return VM_CONFIG_READ;
    }
    finding_next(vm_note(vm, FINDING_ID_VM_CONFIG_MALFORMED, SEVERITY_WARNING, line,
                         "this is no sound XML, and what stands behind is unknown: %s", why),
                 "get it anew: virsh dumpxml NAME");
    return VM_CONFIG_MALFORMED;
}
