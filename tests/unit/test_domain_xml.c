#include "probe/vm_config.h"
#include "tests/unit/config_fixture.h"

/* A machine with a GPU of two functions at 01:00 that drivers hold, and a network card on vfio-pci. */
static struct pci_device devices[3];
static const struct pci_machine machine = {.devices = devices, .count = 3};

/* The parts of a domain, each of which may be replaced by another one; every part is a line of its own. */
struct xml_case {
    const char *name;
    const char *start;    /* line 1 */
    const char *os;       /* line 2 */
    const char *features; /* line 3 */
    const char *cpu;      /* line 4 */
    const char *devices;  /* line 5 */
    const char *findings;
    const char *unknown_findings; /* without a list of devices; NULL: the same */
};

#define START "<domain type='kvm'>"
#define OS    "<os firmware='efi'><type machine='pc-q35-8.2'>hvm</type></os>"
#define CPU   "<cpu mode='host-passthrough'/>"
#define HOSTDEV(attributes, function, rest)                                                                  \
    "<hostdev mode='subsystem' type='pci' " attributes ">"                                                   \
    "<source><address domain='0x0000' bus='0x01' slot='0x00' function='" function "'/></source>" rest        \
    "</hostdev>"
#define BOTH HOSTDEV("managed='yes'", "0x0", "") HOSTDEV("managed='yes'", "0x1", "")

static const struct xml_case cases[] = {
    {"as it should be", START, OS, "", CPU, BOTH "<memballoon model='none'/>", "", NULL},
    {"with a loader", START, "<os><type machine='q35'>hvm</type><loader type='pflash'>/x</loader></os>", "",
     CPU, BOTH, "", NULL},
    {"nothing passed through", "<domain type='qemu'>", "<os><type>hvm</type></os>", "", "",
     "<hostdev mode='subsystem' type='usb'/><memballoon model='virtio'/>", "", NULL},
    {"one function", START, OS, "", CPU, HOSTDEV("managed='yes'", "0x0", ""), "vm-function-missing:5", ""},
    {"the sound alone", START, OS, "", CPU, HOSTDEV("managed='yes'", "1", ""), "", NULL},
    {"no such function", START, OS, "", CPU, BOTH HOSTDEV("managed='yes'", "0x2", ""), "vm-device-absent:5",
     ""},
    {"the same device twice", START, OS, "", CPU, BOTH HOSTDEV("managed='yes'", "0x1", ""),
     "vm-device-twice:5", NULL},
    {"no address", START, OS, "", CPU, BOTH "<hostdev type='pci' managed='yes'><source/></hostdev>",
     "vm-hostpci-malformed:5", NULL},
    {"an address that cannot be", START, OS, "", CPU, BOTH HOSTDEV("managed='yes'", "0x8", ""),
     "vm-hostpci-malformed:5", NULL},
    {"not managed", START, OS, "", CPU, HOSTDEV("managed='no'", "0x1", ""), "vm-unmanaged:5", NULL},
    {"not managed, and on vfio-pci", START, OS, "", CPU,
     "<hostdev type='pci'><source><address bus='2' slot='0'/></source></hostdev>", "", "vm-unmanaged:5"},
    {"the ROM is there", START, OS, "", CPU,
     BOTH HOSTDEV("managed='yes'", "0x8", "<rom file='/rom/card.rom'/>"), "vm-hostpci-malformed:5", NULL},
    {"a ROM", START, OS, "", CPU,
     HOSTDEV("managed='yes'", "0x0", "<rom file='/rom/card.rom'/>") HOSTDEV("managed='yes'", "0x1", ""), "",
     NULL},
    {"a ROM that is not there", START, OS, "", CPU,
     HOSTDEV("managed='yes'", "0x0", "<rom file='/rom/crad.rom'/>") HOSTDEV("managed='yes'", "0x1", ""),
     "vm-romfile-missing:5", NULL},
    {"a ROM where nothing can be looked up", START, OS, "", CPU,
     HOSTDEV("managed='yes'", "0x0", "<rom file='/nowhere/crad.rom'/>") HOSTDEV("managed='yes'", "0x1", ""),
     "", NULL},
    {"the ROM BAR is hidden", START, OS, "", CPU,
     HOSTDEV("managed='yes'", "0x0", "<rom bar='off'/>") HOSTDEV("managed='yes'", "0x1", ""),
     "vm-rombar-off:5", NULL},
    {"i440fx", START, "<os firmware='efi'><type machine='pc-i440fx-8.2'>hvm</type></os>", "", CPU, BOTH,
     "vm-i440fx:2", NULL},
    {"another machine", START, "<os firmware='efi'><type machine='virt-8.2'>hvm</type></os>", "", CPU, BOTH,
     "", NULL},
    {"SeaBIOS", START, "<os><type machine='q35'>hvm</type></os>", "", CPU, BOTH, "vm-seabios:2", NULL},
    {"a network card on i440fx with SeaBIOS", START, "<os><type machine='pc'>hvm</type></os>", "", CPU,
     "<hostdev type='pci' managed='yes'><source><address bus='2' slot='0'/></source></hostdev>", "",
     "vm-i440fx:2 vm-seabios:2"},
    {"hidden", START, OS, "<features><kvm><hidden state='on'/></kvm></features>", CPU, BOTH,
     "vm-hidden-not-needed:3", NULL},
    {"not hidden", START, OS,
     "<features><kvm><hidden state='off'/></kvm><hyperv><vendor_id state='off'/></hyperv></features>", CPU,
     BOTH, "", NULL},
    {"a vendor ID", START, OS, "<features><hyperv><vendor_id state='on' value='x'/></hyperv></features>", CPU,
     BOTH, "vm-hidden-not-needed:3", NULL},
    {"ioapic by QEMU", START, OS, "<features><ioapic driver='qemu'/></features>", CPU, BOTH,
     "vm-ioapic-qemu:3", NULL},
    {"ioapic by QEMU for a virtual IOMMU", START, OS, "<features><ioapic driver='qemu'/></features>", CPU,
     BOTH "<iommu model='intel'/>", "", NULL},
    {"ioapic by KVM", START, OS, "<features><ioapic driver='kvm'/></features>", CPU, BOTH, "", NULL},
    {"host-model", START, OS, "", "<cpu mode='host-model'/>", BOTH, "vm-cpu-not-host:4", NULL},
    {"no processor", START, OS, "", "", BOTH, "vm-cpu-not-host", NULL},
    {"ballooning", START, OS, "", CPU, BOTH "<memballoon model='virtio'/>", "vm-balloon:5", NULL},
    {"software emulation", "<domain type='qemu'>", OS, "", CPU, BOTH, "vm-not-kvm:1", NULL},
};

static int set_up(void **state)
{
    static struct fixture fixture;
    devices[0] = a_device(1, 0, 0x10de, 0x1d16, 0x03, "nouveau");
    devices[1] = a_device(1, 1, 0x10de, 0x10f1, 0x04, "snd_hda_intel");
    devices[2] = a_device(2, 0, 0x8086, 0x1533, 0x02, "vfio-pci");
    fixture_open(&fixture);
    fixture_write(&fixture, "/rom/card.rom", "x");
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    fixture_close(*state);
    return 0;
}

static enum vm_config_result check_text(struct fixture *fixture, const char *name, const char *text,
                                        size_t length, const struct pci_machine *known, const char *expected)
{
    struct findings findings = {.items = NULL};
    char *copy = exact_copy(text, length);
    enum vm_config_result result = vm_config_check(fixture->root, known, "f", copy, length, &findings);
    assert_findings(name, &findings, expected);
    findings_free(&findings);
    free(copy);
    return result;
}

static void test_cases(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct xml_case *c = &cases[i];
        struct buffer text = BUFFER(65536);
        buffer_append_format(&text, "%s\n%s\n%s\n%s\n<devices>%s</devices></domain>\n", c->start, c->os,
                             c->features, c->cpu, c->devices);
        assert_int_equal(check_text(*state, c->name, buffer_text(&text), text.length, &machine, c->findings),
                         VM_CONFIG_READ);
        assert_int_equal(check_text(*state, c->name, buffer_text(&text), text.length, NULL,
                                    c->unknown_findings ? c->unknown_findings : c->findings),
                         VM_CONFIG_READ);
        buffer_free(&text);
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *text;
        const char *findings;
        enum vm_config_result result;
    } texts[] = {
        {"<domain>\n<devices>", "vm-config-malformed:2", VM_CONFIG_MALFORMED},
        {"<domain>\n</devices>", "vm-config-malformed:2", VM_CONFIG_MALFORMED},
        {"<!DOCTYPE domain>\n<domain/>", "vm-config-malformed:1", VM_CONFIG_MALFORMED},
        {"\n<!DOCTYPE d [<!ENTITY a \"b\"><!ENTITY c \"&a;&a;&a;\">]>\n<domain>&c;</domain>",
         "vm-config-malformed:2", VM_CONFIG_MALFORMED},
        {"<!DOCTYPE d SYSTEM \"file:///etc/passwd\"><domain/>", "vm-config-malformed:1", VM_CONFIG_MALFORMED},
        {"<domain>&undefined;</domain>", "vm-config-malformed:1", VM_CONFIG_MALFORMED},
        {"<domain a='\xff'/>", "vm-config-malformed:1", VM_CONFIG_MALFORMED},
        {"<", "vm-config-malformed:1", VM_CONFIG_MALFORMED},
        {"<network><name>x</name></network>", "", VM_CONFIG_FOREIGN},
        {"<html><domain/></html>", "", VM_CONFIG_FOREIGN},
        {"<domain/>", "", VM_CONFIG_READ},
        {"\n<!-- x -->\n<domain/>", "", VM_CONFIG_READ},
        {"\xef\xbb\xbf<?xml version='1.0'?><domain/>", "", VM_CONFIG_READ},
        {"<domain><devices><hostdev type='pci' managed='yes'><source><address bus='2' slot='0'/></source></hostdev>"
         "</devices><cpu mode='host-passthrough'/></domain>",
         "", VM_CONFIG_READ},
        {"<domstatus><domain type='kvm'/></domstatus>", "", VM_CONFIG_READ},
    };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        assert_int_equal(check_text(*state, texts[i].text, texts[i].text, strlen(texts[i].text), &machine,
                                    texts[i].findings),
                         texts[i].result);
}

static void test_utf16(void **state)
{
    static const char text[] = "\xff\xfe<\0d\0o\0m\0a\0i\0n\0/\0>";
    assert_int_equal(check_text(*state, "UTF-16", text, sizeof text, NULL, ""), VM_CONFIG_READ);
}

static void test_depth_and_length(void **state)
{
    struct buffer text = BUFFER(4 << 20);
    buffer_append_text(&text, "<domain>");
    for (int i = 0; i < 63; i++)
        buffer_append_text(&text, "<a>");
    for (int i = 0; i < 63; i++)
        buffer_append_text(&text, "</a>");
    buffer_append_text(&text, "</domain>");
    assert_int_equal(check_text(*state, "64 deep", buffer_text(&text), text.length, NULL, ""),
                     VM_CONFIG_READ);
    buffer_clear(&text);
    for (int i = 0; i < 100000; i++)
        buffer_append_text(&text, "<a>");
    assert_int_equal(
        check_text(*state, "deep", buffer_text(&text), text.length, NULL, "vm-config-malformed:1"),
        VM_CONFIG_MALFORMED);
    buffer_clear(&text);
    buffer_append_text(&text, "<domain><");
    for (int i = 0; i < 900000; i++)
        buffer_append_byte(&text, 'a');
    buffer_append_text(&text, "/></domain>");
    assert_int_equal(
        check_text(*state, "long", buffer_text(&text), text.length, NULL, "vm-config-malformed:1"),
        VM_CONFIG_MALFORMED);
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cases, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_utf16, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_depth_and_length, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
