#include "probe/vm_config.h"
#include "tests/unit/config_fixture.h"

/* A machine with a GPU of two functions at 01:00 and a network card at 02:00. */
static struct pci_device devices[3];
static const struct pci_machine machine = {.devices = devices, .count = 3};

struct conf_case {
    const char *name;
    const char *text;
    const char *findings;         /* with the machine's devices */
    const char *unknown_findings; /* without; NULL: the same */
};

#define SOUND_HEAD "machine: q35\nbios: ovmf\nefidisk0: local:x,size=4M\ncpu: host\n"

static const struct conf_case cases[] = {
    {"as it should be", SOUND_HEAD "hostpci0: 0000:01:00,pcie=1\n", "", NULL},
    {"as it should be, with much around it",
     "# a machine\n#hostpci3: x\nagent: 1\nballoon: 0\nbios: ovmf\nboot: order=scsi0\ncores: 4\n"
     "cpu: host,flags=+aes\nefidisk0: local:x\nhostpci0: 01:00.0,pcie=1,x-vga=on\nhostpci1: 01:00.1,pcie=1\n"
     "machine: pc-q35-8.1\nvga: none\nsmbios1: uuid=1-2\n",
     "", NULL},
    {"CRLF", "machine: q35\r\nbios: ovmf\r\nefidisk0: x\r\ncpu: host\r\nhostpci0: 01:00,pcie=1\r\n", "",
     NULL},
    {"nothing passed through", "bios: ovmf\ncores: 1\nballoon: 1\n", "", NULL},
    {"a network card on i440fx without OVMF", "cpu: host\nhostpci0: 02:00.0\n", "", "vm-seabios vm-i440fx"},
    {"pcie without q35", "cpu: host\nbios: ovmf\nefidisk0: x\nhostpci0: 01:00,pcie=1\n",
     "vm-pcie-needs-q35:4 vm-i440fx", NULL},
    {"pcie=0 without q35",
     "cpu: host\nbios: ovmf\nefidisk0: x\nmachine: pc-i440fx-9\nhostpci0: 01:00,pcie=0\n", "vm-i440fx:4",
     NULL},
    {"the machine stands below", "hostpci0: 01:00,pcie=1\n" SOUND_HEAD, "", NULL},
    {"q35 without pcie", SOUND_HEAD "hostpci0: 01:00\n", "vm-pcie-off:5", ""},
    {"one function", SOUND_HEAD "hostpci0: 0000:01:00.0,pcie=1\n", "vm-function-missing:5", ""},
    {"both functions in one line", SOUND_HEAD "hostpci0: 01:00.0;01:00.1,pcie=1\n", "", NULL},
    {"the sound alone", SOUND_HEAD "hostpci0: 01:00.1,pcie=1\n", "", NULL},
    {"a mediated device", SOUND_HEAD "hostpci0: 01:00.0,pcie=1,mdev=nvidia-63\n", "", NULL},
    {"no such device", SOUND_HEAD "hostpci0: 05:00,pcie=1\n", "vm-device-absent:5", ""},
    {"host= and a domain", SOUND_HEAD "hostpci0: pcie=1,host=0001:01:00.0\n", "vm-device-absent:5", ""},
    {"the same device twice", SOUND_HEAD "hostpci0: 01:00,pcie=1\nhostpci1: 0000:01:00.1,pcie=1\n",
     "vm-device-twice:6", NULL},
    {"the same slot of another bus", SOUND_HEAD "hostpci0: 01:00,pcie=1\nhostpci1: 02:00,pcie=1\n", "", NULL},
    {"a mediated device twice", SOUND_HEAD "hostpci0: 02:00.0,mdev=a\nhostpci1: 02:00.0,mdev=a\n", "", NULL},
    {"a mapping", SOUND_HEAD "hostpci0: mapping=gpu,pcie=1\n", "", NULL},
    {"a wrong address",
     SOUND_HEAD "hostpci0: 1:0,pcie=1\nhostpci1: xx:00\nhostpci2: 01:20.0\nhostpci3: 01:00.9\n",
     "vm-hostpci-malformed:5 vm-hostpci-malformed:6 vm-hostpci-malformed:7 vm-hostpci-malformed:8", NULL},
    {"a mistyped option", SOUND_HEAD "hostpci0: 01:00,pci=1\n", "vm-hostpci-malformed:5 vm-pcie-off:5",
     "vm-hostpci-malformed:5"},
    {"options that are less known",
     SOUND_HEAD "hostpci0: 01:00,pcie=1,legacy-igd=0,vendor-id=0x10de,sub-vendor-id=0x1028,driver=vfio\n", "",
     NULL},
    {"the ROM is there", SOUND_HEAD "hostpci0: 01:00,pcie=1,romfile=card.rom\n", "", NULL},
    {"the ROM is not there", SOUND_HEAD "hostpci0: 01:00,pcie=1,romfile=crad.rom\n", "vm-romfile-missing:5",
     NULL},
    {"the ROM BAR is hidden", SOUND_HEAD "hostpci0: 01:00,pcie=1,rombar=0\n", "vm-rombar-off:5", NULL},
    {"the ROM BAR is shown", SOUND_HEAD "hostpci0: 01:00,pcie=1,rombar=1\n", "", NULL},
    {"yes and true", SOUND_HEAD "hostpci0: 01:00,pcie=yes,rombar=true\n", "", NULL},
    {"addresses that are none",
     SOUND_HEAD "hostpci0: 01,pcie=1\nhostpci1: 0:0:01:00.0\nhostpci2: 001:00\nhostpci3: 01:000\n",
     "vm-hostpci-malformed:5 vm-hostpci-malformed:6 vm-hostpci-malformed:7 vm-hostpci-malformed:8", NULL},
    {"x-vga beside another display", SOUND_HEAD "vga: qxl\nhostpci0: 01:00,pcie=1,x-vga=1\n",
     "vm-x-vga-display:5", NULL},
    {"another display without x-vga", SOUND_HEAD "vga: qxl\nhostpci0: 01:00,pcie=1,x-vga=0\n", "", NULL},
    {"no EFI disk", "machine: q35\nbios: ovmf\ncpu: host\nhostpci0: 01:00,pcie=1\n", "vm-efidisk-missing:2",
     NULL},
    {"SeaBIOS", "machine: q35\nbios: seabios\ncpu: host\nhostpci0: 01:00,pcie=1\n", "vm-seabios:2", NULL},
    {"the default processor", "machine: q35\nbios: ovmf\nefidisk0: x\nhostpci0: 01:00,pcie=1\n",
     "vm-cpu-not-host", NULL},
    {"another processor",
     "machine: q35\nbios: ovmf\nefidisk0: x\ncpu: cputype=x86-64-v2-AES\nhostpci0: 01:00,pcie=1\n",
     "vm-cpu-not-host:4", NULL},
    {"the processor max", "machine: q35\nbios: ovmf\nefidisk0: x\ncpu: max\nhostpci0: 01:00,pcie=1\n", "",
     NULL},
    {"hidden", "machine: q35\nbios: ovmf\nefidisk0: x\ncpu: host,hidden=1\nhostpci0: 01:00,pcie=1\n",
     "vm-hidden-not-needed:4", NULL},
    {"a mapping with SeaBIOS", "machine: q35\ncpu: host,hidden=0\nhostpci0: mapping=x,pcie=1\n", "vm-seabios",
     NULL},
    {"hidden by arguments",
     "machine: q35\nbios: ovmf\nefidisk0: x\nargs: -cpu host,kvm=off,hv_vendor_id=x\nhostpci0: 01:00,pcie=1\n",
     "vm-hidden-not-needed:4", NULL},
    {"harmless arguments", SOUND_HEAD "args: -device ivshmem-plain\nhostpci0: 01:00,pcie=1\n", "", NULL},
    {"a device by arguments", SOUND_HEAD "args: -device vfio-pci,host=01:00.0\n", "vm-args-device:5", NULL},
    {"ballooning", SOUND_HEAD "balloon: 2048\nhostpci0: 01:00,pcie=1\n", "vm-balloon:5", NULL},
    {"no ballooning", SOUND_HEAD "balloon: 0\nhostpci0: 01:00,pcie=1\n", "", NULL},
    {"a snapshot is not what runs",
     SOUND_HEAD "hostpci0: 01:00,pcie=1\n\n[before]\nmachine: pc\nballoon: 1\nhostpci0: 01:00.0,rombar=0\n",
     "", NULL},
};

static int set_up(void **state)
{
    static struct fixture fixture;
    devices[0] = a_device(1, 0, 0x10de, 0x1d16, 0x03, "vfio-pci");
    devices[1] = a_device(1, 1, 0x10de, 0x10f1, 0x04, "vfio-pci");
    devices[2] = a_device(2, 0, 0x8086, 0x1533, 0x02, "igb");
    fixture_open(&fixture);
    fixture_write(&fixture, "/usr/share/kvm/card.rom", "x");
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    fixture_close(*state);
    return 0;
}

static void check_conf(struct fixture *fixture, const struct conf_case *c, const struct pci_machine *known,
                       const char *expected)
{
    struct findings findings = {.items = NULL};
    char *text = exact_copy(c->text, strlen(c->text));
    assert_int_equal(vm_config_check(fixture->root, known, "f", text, strlen(c->text), &findings),
                     VM_CONFIG_READ);
    assert_findings(c->name, &findings, expected);
    findings_free(&findings);
    free(text);
}

static void test_cases(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct conf_case *c = &cases[i];
        check_conf(*state, c, &machine, c->findings);
        check_conf(*state, c, NULL, c->unknown_findings ? c->unknown_findings : c->findings);
    }
}

static void test_texts(void **state)
{
    static const struct {
        const char *text;
        const char *file;
        enum severity severity;
        const char *part;
    } cases_of_texts[] = {
        {SOUND_HEAD "hostpci0: 05:00,pcie=1\n", "/etc/pve/qemu-server/1.conf", SEVERITY_WARNING,
         "0000:05:00"},
        {SOUND_HEAD "hostpci0: 05:00.1,pcie=1\n", "1.conf", SEVERITY_INFO, "0000:05:00.1"},
        {SOUND_HEAD "hostpci0: 01:00,romfile=none.rom,pcie=1\n", "f", SEVERITY_BLOCKER,
         "/usr/share/kvm/none.rom"},
        {SOUND_HEAD "hostpci0: 01:00.0,pcie=1\n", "f", SEVERITY_WARNING, "host: .1 [10de:10f1]"},
        {SOUND_HEAD "hostpci0: 01:00,pcie=1,rombar=0\n", "f", SEVERITY_INFO, "laptop"},
        {SOUND_HEAD "hostpci0: 01:00,pcie=1,rombar=0,romfile=card.rom\n", "f", SEVERITY_INFO, "the ROM file"},
        {"machine: q35\nbios: ovmf\nefidisk0: x\ncpu: qemu64\nhostpci0: 01:00,pcie=1\n", "f",
         SEVERITY_WARNING, "qemu64"},
        {"machine: q35\nbios: ovmf\nefidisk0: x\ncpu: EPYC\nhostpci0: 01:00,pcie=1\n", "f", SEVERITY_INFO,
         "EPYC"},
        {"machine: q35\nbios: ovmf\nefidisk0: x\nhostpci0: 01:00,pcie=1\n", "f", SEVERITY_WARNING,
         "kvm64 by default"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_SIZE(cases_of_texts); i++) {
        struct findings findings = {.items = NULL};
        assert_int_equal(vm_config_check(fixture->root, &machine, cases_of_texts[i].file,
                                         cases_of_texts[i].text, strlen(cases_of_texts[i].text), &findings),
                         VM_CONFIG_READ);
        assert_int_equal(findings.count, 1);
        assert_int_equal(findings.items[0].severity, cases_of_texts[i].severity);
        assert_holds(findings.items[0].text, cases_of_texts[i].part);
        findings_free(&findings);
    }
}

/* Each ROM file costs a listing of its folder: what no machine can have is not looked up. */
static void test_many_rom_files(void **state)
{
    struct fixture *fixture = *state;
    struct buffer text = BUFFER(1 << 20);
    int missing = 0;
    buffer_append_text(&text, SOUND_HEAD);
    for (int i = 0; i < 100; i++)
        buffer_append_text(&text, "hostpci0: mapping=x,pcie=1,romfile=none.rom\n");
    assert_int_equal(
        vm_config_check(fixture->root, NULL, "f", buffer_text(&text), text.length, &fixture->findings),
        VM_CONFIG_READ);
    for (int i = 0; i < fixture->findings.count; i++)
        missing += fixture->findings.items[i].id == FINDING_ID_VM_ROMFILE_MISSING;
    assert_int_equal(missing, 64);
    buffer_free(&text);
}

/* Where ROM files cannot be looked up, nothing is said of them. */
static void test_unknown_rom_folder(void **state)
{
    struct fixture empty;
    static const char text[] = SOUND_HEAD "hostpci0: 01:00,pcie=1,romfile=card.rom\n";
    (void)state;
    fixture_open(&empty);
    assert_int_equal(vm_config_check(empty.root, NULL, "f", text, sizeof text - 1, &empty.findings),
                     VM_CONFIG_READ);
    assert_findings("no folder", &empty.findings, "");
    fixture_close(&empty);
}

static void test_foreign(void **state)
{
    static const char *const texts[] = {"",
                                        "hello\n",
                                        "a: b\n",
                                        "[section]\ncores: 1\n",
                                        "To: you\nSubject: cores\n\nHow many?\n",
                                        "cores: 1\nthis is\nprose\n",
                                        ("\x7f"
                                         "ELF\x01\x02\xff")};
    struct fixture *fixture = *state;
    struct findings findings = {.items = NULL};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        assert_int_equal(vm_config_check(fixture->root, &machine, "f", texts[i], strlen(texts[i]), &findings),
                         VM_CONFIG_FOREIGN);
    assert_int_equal(findings.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cases, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_texts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_rom_files, set_up, tear_down),
        cmocka_unit_test(test_unknown_rom_folder),
        cmocka_unit_test_setup_teardown(test_foreign, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
