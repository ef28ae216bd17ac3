#include "probe/vm_config.h"
#include "tests/unit/config_fixture.h"

static const struct pci_address gpu = {.bus = 1};

struct facts_case {
    const char *name;
    const char *text;
    const char *facts; /* "hypervisor machine firmware guest: fixes", and "gpu" in front when it has it */
};

/* Words that are not known are "-". */
static void print_facts(const struct vm_facts *facts, char *text, size_t size)
{
    snprintf(text, size, "%s%s %s %s %s:", facts->passes_gpu ? "gpu " : "",
             facts->hypervisor ? facts->hypervisor : "-", facts->machine_type ? facts->machine_type : "-",
             facts->firmware ? facts->firmware : "-", facts->guest_os ? facts->guest_os : "-");
    for (int i = 0; i < FIX_COUNT; i++)
        if (facts->fixes[i])
            snprintf(text + strlen(text), size - strlen(text), " %s", vocabulary_word_of(&vocabulary_fix, i));
}

#define HOSTDEV(bus, more)                                                                                   \
    "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='" bus          \
    "' slot='0x00' function='0x0'/></source>" more "</hostdev>"

static const struct facts_case cases[] = {
    {"q35 and OVMF", "machine: pc-q35-8.1\nbios: ovmf\nostype: l26\nhostpci0: 0000:01:00,pcie=1\n",
     "gpu proxmox q35 ovmf linux:"},
    {"what is not said", "cores: 4\nmemory: 1\nhostpci0: 01:00.0\n", "gpu proxmox i440fx seabios -:"},
    {"the other function", "cores: 4\nhostpci0: 01:00.1\n", "proxmox i440fx seabios -:"},
    {"another card", "cores: 4\nhostpci0: 02:00\nostype: win11\n", "proxmox i440fx seabios windows 11:"},
    {"another domain", "cores: 4\nhostpci0: 0001:01:00\nostype: win10\n",
     "proxmox i440fx seabios windows 10:"},
    {"an older Windows", "cores: 4\nostype: w2k8\n", "proxmox i440fx seabios windows:"},
    {"a snapshot does not count", "cores: 4\n[snap]\nmachine: q35\nbios: ovmf\nhostpci0: 01:00\n",
     "proxmox i440fx seabios -:"},
    {"another firmware", "cores: 4\nbios: coreboot\n", "proxmox i440fx - -:"},
    {"what people try",
     "machine: q35\ncpu: host,hidden=1\nhostpci0: 01:00,romfile=x.rom,x-vga=1,rombar=0\nargs: -cpu "
     "host,hv_vendor_id=x\n",
     "gpu proxmox q35 seabios -: romfile rombar-off hide-kvm hv-vendor-id x-vga-on"},
    {"libvirt",
     "<domain type='kvm'><os firmware='efi'><type machine='pc-q35-8.0'>hvm</type></os><devices>" HOSTDEV(
         "0x01", "") "</devices></domain>",
     "gpu libvirt q35 ovmf -:"},
    {"libvirt, i440fx and SeaBIOS",
     "<domain type='kvm'><os><type machine='pc-i440fx-8.0'>hvm</type></os><devices>" HOSTDEV(
         "0x02", "") "</devices></domain>",
     "libvirt i440fx seabios -:"},
    {"libvirt, what people try",
     "<domain type='kvm'><os><type machine='q35'>hvm</type></os><features><kvm><hidden "
     "state='on'/></kvm><hyperv><vendor_id state='on' value='x'/></hyperv></features><devices>" HOSTDEV(
         "0x01", "<rom bar='off' file='/x.rom'/>") "</devices></domain>",
     "gpu libvirt q35 seabios -: romfile rombar-off hide-kvm hv-vendor-id"},
    {"libvirt, another machine",
     "<domain type='kvm'><os><type machine='microvm'>hvm</type></os><devices/></domain>",
     "libvirt - seabios -:"},
};

static void test_facts(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_open(&fixture);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct vm_facts facts;
        char text[400];
        char *copy = exact_copy(cases[i].text, strlen(cases[i].text));
        assert_int_equal(vm_config_facts(fixture.root, &gpu, copy, strlen(cases[i].text), &facts),
                         VM_CONFIG_READ);
        print_facts(&facts, text, sizeof text);
        if (strcmp(text, cases[i].facts) != 0)
            fail_msg("%s: \"%s\", expected \"%s\"", cases[i].name, text, cases[i].facts);
        free(copy);
    }
    fixture_close(&fixture);
}

static void test_no_virtual_machine(void **state)
{
    static const char text[] = "hello world\n";
    static const char broken[] = "<domain type='kvm'><os>";
    struct fixture fixture;
    struct vm_facts facts;
    (void)state;
    fixture_open(&fixture);
    assert_int_equal(vm_config_facts(fixture.root, NULL, text, strlen(text), &facts), VM_CONFIG_FOREIGN);
    assert_int_equal(vm_config_facts(fixture.root, NULL, broken, strlen(broken), &facts),
                     VM_CONFIG_MALFORMED);
    assert_int_equal(vm_config_facts(fixture.root, NULL, "", 0, &facts), VM_CONFIG_FOREIGN);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_no_virtual_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
