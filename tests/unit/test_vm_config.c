/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configurations of virtual machines: what is said of faults, how deep and long they may be, and the facts in
 * one. What is found in them stands in tests/cli/check_vm*.tsv. */

#include "core/buffer.h"
#include "core/finding.h"
#include "probe/vm_config.h"
#include "tests/unit/root_fixture.h"

/* A GPU of two functions at 01:00 that drivers hold, and a network card on vfio-pci at 02:00. */
static struct pci_device devices[] = {{.address = {.bus = 1},
                                       .id = {.vendor = 0x10de, .device = 0x1d16},
                                       .base_class = 0x03,
                                       .driver = "nouveau"},
                                      {.address = {.bus = 1, .function = 1},
                                       .id = {.vendor = 0x10de, .device = 0x10f1},
                                       .base_class = 0x04,
                                       .driver = "snd_hda_intel"},
                                      {.address = {.bus = 2},
                                       .id = {.vendor = 0x8086, .device = 0x1533},
                                       .base_class = 0x02,
                                       .driver = "vfio-pci"}};
static const struct pci_machine machine = {.devices = devices, .count = 3};

/* As it should be, all of it or but for the processor. */
#define NO_CPU "machine: q35\nbios: ovmf\nefidisk0: x\n"
#define Q35    "machine: q35\nbios: ovmf\nefidisk0: local:x,size=4M\ncpu: host\n"
#define GPU    "hostpci0: 01:00,pcie=1\n"

/* A domain in five lines. */
#define DOMAIN(type, os, features, cpu, devices)                                                             \
    "<domain type='" type "'>\n<os" os "</os>\n<features>" features "</features>\n" cpu                      \
    "\n<devices>" devices "</devices></domain>\n"
#define OS            " firmware='efi'><type machine='pc-q35-8.2'>hvm</type>"
#define CPU           "<cpu mode='host-passthrough'/>"
#define DEVICES(list) DOMAIN("kvm", OS, "", CPU, list)
#define HOSTDEV(managed, bus, function, rest)                                                                \
    "<hostdev mode='subsystem' type='pci'" managed "><source><address domain='0x0000' bus='" bus             \
    "' slot='0x00' function='" function "'/></source>" rest "</hostdev>"
#define FUNCTION(function, rest) HOSTDEV(" managed='yes'", "0x01", function, rest)
#define CARD                     HOSTDEV(" managed='yes'", "2", "0", "")

static struct findings findings;

/* Fails unless exactly these were noticed, in this order, and each says what is so; forgets them. */
static void assert_findings(const char *name, const char *expected)
{
    struct buffer noticed CLEANUP(buffer_free) = BUFFER(1 << 20);
    for (int i = 0; i < findings.count; i++) {
        const struct finding *finding = &findings.items[i];
        buffer_append_format(&noticed, "%s%s", i ? " " : "",
                             vocabulary_value(&vocabulary_finding_id, (int)finding->id));
        if (finding->line)
            buffer_append_format(&noticed, ":%ld", finding->line);
        assert_true(finding->text[0] && !strchr(finding->text, '\n'));
    }
    if (strcmp(buffer_text(&noticed), expected) != 0)
        fail_msg("%s: noticed \"%s\" instead of \"%s\"", name, buffer_text(&noticed), expected);
    findings_free(&findings);
}

static int set_up(void **state)
{
    set_up_root(state);
    put("/usr/share/kvm/card.rom", "x");
    return 0;
}

static void check(const char *text, size_t length, const struct pci_machine *known,
                  enum vm_config_result result)
{
    char *copy = exact_copy(text, length);
    if (vm_config_check(root, known, "f", copy, length, &findings) != result)
        fail_msg("another result than %d: %s", (int)result, text);
    free(copy);
}

DEFINE_TEST_IN(test_texts, set_up, tear_down_root)
{
    static const struct {
        const char *text;
        enum severity severity;
        const char *part;
    } cases[] = {
        {Q35 "hostpci0: 05:00.1,pcie=1\n", SEVERITY_INFO, "0000:05:00.1"},
        {Q35 "hostpci0: 01:00,romfile=none.rom,pcie=1\n", SEVERITY_INFO, "/usr/share/kvm/none.rom"},
        {Q35 "hostpci0: 01:00,pcie=1,rombar=0\n", SEVERITY_INFO, "laptop"},
        {Q35 "hostpci0: 01:00,pcie=1,rombar=0,romfile=card.rom\n", SEVERITY_WARNING, "the ROM file"},
        {NO_CPU "cpu: qemu64\n" GPU, SEVERITY_WARNING, "qemu64"},
        {NO_CPU "cpu: EPYC\n" GPU, SEVERITY_INFO, "EPYC"},
        {NO_CPU GPU, SEVERITY_WARNING, "kvm64 by default"},
    };
    static const char absent[] = Q35 "hostpci0: 05:00,pcie=1,romfile=none.rom\n";
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        check(cases[i].text, strlen(cases[i].text), &machine, VM_CONFIG_READ);
        assert_int_equal(findings.count, 1);
        assert_int_equal(findings.items[0].severity, cases[i].severity);
        assert_holds(findings.items[0].text, cases[i].part);
        findings_free(&findings);
    }
    /* In the file of a virtual machine that is there, it matters more. */
    vm_config_check(root, &machine, "/etc/pve/qemu-server/1.conf", absent, strlen(absent), &findings);
    assert_int_equal(findings.count, 2);
    for (int i = 0; i < 2; i++)
        assert_int_equal(findings.items[i].severity, SEVERITY_BLOCKER);
    assert_holds(findings.items[0].text, "/usr/share/kvm/none.rom");
    assert_holds(findings.items[1].text, "0000:05:00");
    findings_free(&findings);
}

DEFINE_TEST_IN(test_depth_and_length, set_up, tear_down_root)
{
    static const struct {
        const char *start, *part, *between, *end_part;
        int count;
        enum vm_config_result result;
    } cases[] = {{"<domain>", "<a>", "", "</a>", 63, VM_CONFIG_READ},
                 {"", "<a>", "", "", 100000, VM_CONFIG_MALFORMED},
                 {"<domain><", "a", "/>", "", 900000, VM_CONFIG_MALFORMED}};
    struct buffer text CLEANUP(buffer_free) = BUFFER(4 << 20);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        buffer_append_text(&text, cases[i].start);
        for (int k = 0; k < cases[i].count; k++)
            buffer_append_text(&text, cases[i].part);
        buffer_append_text(&text, cases[i].between);
        for (int k = 0; k < cases[i].count; k++)
            buffer_append_text(&text, cases[i].end_part);
        buffer_append_text(&text, "</domain>");
        check(buffer_text(&text), text.length, NULL, cases[i].result);
        assert_findings(cases[i].part, cases[i].result == VM_CONFIG_READ ? "" : "vm-config-malformed:1");
        buffer_clear(&text);
    }
    /* Each ROM file costs a listing of its directory: what no machine can have is not looked up. */
    int missing = 0;
    buffer_append_text(&text, Q35);
    for (int i = 0; i < 100; i++)
        buffer_append_text(&text, "hostpci0: mapping=x,pcie=1,romfile=none.rom\n");
    check(buffer_text(&text), text.length, NULL, VM_CONFIG_READ);
    for (int i = 0; i < findings.count; i++)
        missing += findings.items[i].id == FINDING_ID_VM_ROMFILE_MISSING;
    assert_int_equal(missing, 64);
    findings_free(&findings);
}

/* Where ROM files cannot be looked up, nothing is said of them. */
ROOT_TEST(test_unknown_rom_directory)
{
    static const char text[] = Q35 "hostpci0: 01:00,pcie=1,romfile=card.rom\n";
    check(text, sizeof text - 1, NULL, VM_CONFIG_READ);
    assert_findings("no directory", "");
}

/* "hypervisor machine firmware guest: fixes", and "gpu" in front when it has it; "-" for what is not known.
 */
static void print_facts(const struct vm_facts *facts, char *text, size_t size)
{
    snprintf(text, size, "%s%s %s %s %s:", facts->passes_gpu ? "gpu " : "",
             facts->hypervisor ? facts->hypervisor : "-", facts->machine_type ? facts->machine_type : "-",
             facts->firmware ? facts->firmware : "-", facts->guest_os ? facts->guest_os : "-");
    for (int i = 0; i < FIX_COUNT; i++)
        if (facts->fixes[i])
            snprintf(text + strlen(text), size - strlen(text), " %s", vocabulary_value(&vocabulary_fix, i));
}

ROOT_TEST(test_facts)
{
    static const struct pci_address gpu = {.bus = 1};
    static const char *const cases[][2] = {
        {"machine: pc-q35-8.1\nbios: ovmf\nostype: l26\nhostpci0: 0000:01:00,pcie=1\n",
         "gpu proxmox q35 ovmf linux:"},
        {"cores: 4\nmemory: 1\nhostpci0: 01:00.0\n", "gpu proxmox i440fx seabios -:"},
        {"cores: 4\nhostpci0: 01:00.1\n", "proxmox i440fx seabios -:"},
        {"cores: 4\nhostpci0: 02:00\nostype: win11\n", "proxmox i440fx seabios windows 11:"},
        {"cores: 4\nhostpci0: 0001:01:00\nostype: win10\n", "proxmox i440fx seabios windows 10:"},
        {"cores: 4\nostype: w2k8\n", "proxmox i440fx seabios windows:"},
        {"cores: 4\n[snap]\nmachine: q35\nbios: ovmf\nhostpci0: 01:00\n", "proxmox i440fx seabios -:"},
        {"cores: 4\nbios: coreboot\n", "proxmox i440fx - -:"},
        {"machine: q35\ncpu: host,hidden=1\nhostpci0: 01:00,romfile=x.rom,x-vga=1,rombar=0\n"
         "args: -cpu host,hv_vendor_id=x\n",
         "gpu proxmox q35 seabios -: romfile rombar-off hide-kvm hv-vendor-id x-vga-on"},
        {DEVICES(FUNCTION("0x0", "")), "gpu libvirt q35 ovmf -:"},
        {DOMAIN("kvm", "><type machine='pc-i440fx-8.0'>hvm</type>", "", "", CARD),
         "libvirt i440fx seabios -:"},
        {DOMAIN("kvm", "><type machine='q35'>hvm</type>",
                "<kvm><hidden state='on'/></kvm><hyperv><vendor_id state='on' value='x'/></hyperv>", "",
                FUNCTION("0x0", "<rom bar='off' file='/x.rom'/>")),
         "gpu libvirt q35 seabios -: romfile rombar-off hide-kvm hv-vendor-id"},
        {DOMAIN("kvm", "><type machine='microvm'>hvm</type>", "", "", ""), "libvirt - seabios -:"},
        {DOMAIN("kvm", "><type machine='virt-8.2'>hvm</type>", "", "", ""), "libvirt - - -:"},
        {"qemu-system-aarch64 -M virt -bios EFI.fd -device vfio-pci,host=01:00.0", "gpu qemu-kvm - - -:"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct vm_facts facts;
        char text[400];
        char *copy = exact_copy(cases[i][0], strlen(cases[i][0]));
        assert_int_equal(vm_config_facts(root, &gpu, copy, strlen(cases[i][0]), &facts), VM_CONFIG_READ);
        print_facts(&facts, text, sizeof text);
        assert_string_equal(text, cases[i][1]);
        free(copy);
    }
}

TESTSUITE_MAIN(NULL, NULL)
