/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts of lspci as people paste them, and what is to be read out of them. What lspci prints in full, -nn,
 * -nnvv and with -x, is judged by itself in tests/cli/pci.test. */

#include "probe/pci.h"
#include "tests/unit/device_text.h"
#include "tests/unit/unit.h"

static enum error_code read_bytes(const char *bytes, size_t length, struct pci_machine *machine,
                                  struct error *error)
{
    char path[SCRATCH_PATH_SIZE];
    scratch_write(path, bytes, length);
    enum error_code code = pci_read_lspci(path, machine, error);
    unlink(path);
    return code;
}

static void check(const char *text, enum pci_source source, const char *expected)
{
    struct pci_machine machine;
    struct error error;
    struct buffer out CLEANUP(buffer_free) = BUFFER(1 << 20);
    if (read_bytes(text, strlen(text), &machine, &error))
        fail_msg("%s, of: %s", error.message, text);
    for (int i = 0; i < machine.count; i++)
        append_device(&out, &machine, &machine.devices[i]);
    assert_string_equal(buffer_text(&out), expected);
    assert_int_equal(machine.source, source);
    pci_machine_free(&machine);
}

static const struct {
    const char *text, *expected;
} texts[] = {
    /* lspci -n, also of an old version. */
    {"10000:e1:00.0 0302: 10de:1d16 (rev a1)\n0000:02:00.0 Class 0200: 10ec:8168\n",
     "0000:02:00.0 0200 10ec:8168\n10000:e1:00.0 0302 10de:1d16 a1\n"},
    /* lspci -nnk: the second one has no driver, of the third one nothing is known. */
    {"01:00.0 VGA compatible controller [0300]: NVIDIA Corporation GA106 [10de:2504] (rev a1)\n"
     "\tSubsystem: Micro-Star International Co., Ltd. [MSI] GA106 [1462:397d]\n"
     "\tKernel driver in use: vfio-pci\n\tKernel modules: nvidiafb, nouveau\n"
     "01:00.1 Audio device [0403]: NVIDIA Corporation GA106 [10de:228e] (rev a1)\n"
     "\tKernel modules: snd_hda_intel\n"
     "02:00.0 Ethernet controller [0200]: Realtek [10ec:8168] (rev 15)\n",
     "0000:01:00.0 0300 10de:2504:1462:397d a1 driver=vfio-pci\n0000:01:00.1 0403 10de:228e a1 driver=\n"
     "0000:02:00.0 0200 10ec:8168 15\n"},
    /* FLReset has another meaning in DevCtl; no soft reset; virtual functions, of which some are enabled. */
    {"01:00.0 0302: 10de:2235\n\t\t\tExtTag+ FLReset+ SlotPowerLimit 75W\n\t\tDevCtl:\tNoSnoop- FLReset-\n"
     "\t\tStatus: D3 NoSoftRst- PME-Enable-\n"
     "\tCapabilities: [bcc v1] Single Root I/O Virtualization (SR-IOV)\n"
     "\t\tIOVCtl:\tEnable+ Migration- Interrupt- MSE+\n"
     "\t\tInitial VFs: 32, Total VFs: 32, Number of VFs: 4, Function Dependency Link: 00\n"
     "02:00.0 0302: 10de:2236\n\t\tIOVCtl:\tEnable- Migration-\n\t\tInitial VFs: 8, Total VFs: 8, Number of VFs: 8,\n"
     "03:00.0 0302: 10de:2237\n\tCapabilities: <access denied>\n"
     "04:00.0 0300: 8086:0042\n\t\tAFCap: TP+ FLR+\n05:00.0 0300: 8086:0043\n\t\tAFCap: TP+ FLR-\n",
     "0000:01:00.0 0302 10de:2235 flr+ pm+ vf=32/4\n0000:02:00.0 0302 10de:2236 vf=8/0\n0000:03:00.0 0302 10de:2237\n"
     "0000:04:00.0 0300 8086:0042 flr+ pm?\n0000:05:00.0 0300 8086:0043 flr- pm?\n"},
    /* lspci -nnv: BARs without numbers. */
    {"01:00.0 0302: 10de:1d16\n\tFlags: bus master, fast devsel, latency 0, IRQ 16, IOMMU group 15\n"
     "\tMemory at a3000000 (32-bit, non-prefetchable) [size=16M]\n"
     "\tMemory at 80000000 (64-bit, prefetchable) [size=256M]\n"
     "\tMemory at <unassigned> (64-bit, prefetchable) [disabled] [size=32M]\n"
     "\tI/O ports at 3000 [size=128]\n\t[virtual] Expansion ROM at a4000000 [disabled] [size=512K]\n",
     "0000:01:00.0 0302 10de:1d16 group=15 0=a3000000+1000000 1=80000000+10000000wp 3=0+2000000wp 5=3000+80i"
     " R=a4000000+80000\n"},
    /* -mm, also with -n, and -vmm. */
    {"01:00.0 \"3D controller [0302]\" \"NVIDIA Corporation [10de]\" \"GP108M [GeForce MX330] [1d16]\" -ra1 -p00"
     " \"Dell [1028]\" \"Device [08b0]\"\n"
     "02:00.0 \"0c03\" \"8086\" \"34ed\" -p30 \"\" \"\"\n",
     "0000:01:00.0 0302 10de:1d16:1028:08b0 a1\n0000:02:00.0 0c03/30 8086:34ed\n"},
    {"Slot:\t01:00.0\nClass:\t3D controller [0302]\nVendor:\tNVIDIA Corporation [10de]\nDevice:\tGP108M [1d16]\n"
     "SVendor:\tDell [1028]\nSDevice:\tDevice [08b0]\nRev:\ta1\nProgIf:\t00\nDriver:\tnvidia\nModule:\tnouveau\n"
     "IOMMUGroup:\t15\n\nRev:\tb2\nSlot:\t02:00.0\nClass:\t0200\nVendor:\t10ec\nDevice:\t8168\nModule:\tr8169\n",
     "0000:01:00.0 0302 10de:1d16:1028:08b0 a1 driver=nvidia group=15\n0000:02:00.0 0200 10ec:8168 driver=\n"},
    /* From a forum: quoted, indented, in colours, from Windows, with no-break spaces, without an end. */
    {"> > 01:00.0 VGA compatible controller [0300]: NVIDIA [10de:1b80] (rev a1)\r\n"
     "> >         \tKernel driver in use: nouveau\r\n"
     "    \033[1;32m02:00.0\033[0m Audio device [\033[31m0403\033[0m]: NVIDIA [10de:10f0] (rev a1)\n"
     "03:00.0\302\240USB controller [0c03]:\302\240ASMedia [1b21:1242]",
     "0000:01:00.0 0300 10de:1b80 a1 driver=nouveau\n0000:02:00.0 0403 10de:10f0 a1\n0000:03:00.0 0c03 1b21:1242\n"},
    /* The script that everybody uses to see groups, in two versions; what follows it has no group. */
    {"IOMMU Group 1:\n\t00:01.0 PCI bridge [0604]: Intel [8086:1901]\n\t01:00.0 0300: 10de:1b80 (rev a1)\n"
     "IOMMU Group 12 02:00.0 USB controller [0c03]: ASMedia [1b21:1242]\n"
     "03:00.0 0200: 10ec:8168\nIOMMU Group 2:\n\nroot@pve:~# lspci -n\n04:00.0 0200: 10ec:8169\n",
     "0000:00:01.0 0604 8086:1901 group=1 bridge=00-00\n0000:01:00.0 0300 10de:1b80 a1 group=1\n"
     "0000:02:00.0 0c03 1b21:1242 group=12\n0000:03:00.0 0200 10ec:8168\n0000:04:00.0 0200 10ec:8169\n"},
    {"IOMMU Group 4:\n\t01:00.0 0300: 10de:1b80\n\t\tKernel driver in use: nouveau\n\t01:00.1 0403: 10de:10f0\n"
     "root@pve:~# lspci -n\n02:00.0 0200: 10ec:8168\n",
     "0000:01:00.0 0300 10de:1b80 driver=nouveau group=4\n0000:01:00.1 0403 10de:10f0 group=4\n"
     "0000:02:00.0 0200 10ec:8168\n"},
    /* Unraid. */
    {"IOMMU group 0:\t[8086:3ec2] 00:00.0 Host bridge: Intel Corporation 8th Gen Core (rev 07)\n"
     "IOMMU group 1:\t[8086:1901] 00:01.0 PCI bridge: Intel Corporation PCIe Controller (x16) (rev 07)\n"
     "\t\t[10de:1b80] 01:00.0 VGA compatible controller: NVIDIA Corporation GP104 [GeForce GTX 1080] (rev a1)\n"
     "[10de:10f0] 01:00.1 Audio device: NVIDIA Corporation GP104 High Definition Audio Controller (rev a1)\n\n"
     "[10ec:8168] 02:00.0 Ethernet controller: Realtek\n[10de:1b8] 03:00.0 x: y\n[10de:1b80\n",
     "0000:00:00.0 0600 8086:3ec2 07 group=0\n0000:00:01.0 0604 8086:1901 07 group=1 bridge=00-00\n"
     "0000:01:00.0 0300 10de:1b80 a1 group=1\n0000:01:00.1 0403 10de:10f0 a1 group=1\n0000:02:00.0 0000 10ec:8168\n"},
    /* Other scripts for groups. */
    {"Group 10:\t[1002:1638] [R] 07:00.0  VGA compatible controller    Cezanne [Radeon Vega Series]\n"
     "\t\t[1002:1637]     07:00.1  Audio device                 Renoir\n"
     "Group:  1   0000:08:00.0 VGA compatible controller [0300]: NVIDIA [10de:2484] (rev a1)\n",
     "0000:07:00.0 0300 1002:1638 group=10\n0000:07:00.1 0403 1002:1637 group=10\n"
     "0000:08:00.0 0300 10de:2484 a1 group=1\n"},
    /* From mails, which wrap lines, and from lists. */
    {"03:00.0 Display controller [0380]: Advanced Micro Devices, Inc. [AMD/ATI] =\n"
     "Navi 23 [Radeon RX 6600/6600 XT/6600M] [1002:73ff] (rev c3)\n"
     "> 0a:00.0 Display controller [0380]: Advanced Micro Devices, Inc.\n"
     "> [AMD/ATI] Sun LE [Radeon HD 8550M / R5 M230] [1002:666f]\n"
     "> 0b:00.0 Network controller [0280]: a name alone\n> \tKernel driver in use: x\n",
     "0000:03:00.0 0380 1002:73ff c3\n0000:0a:00.0 0380 1002:666f\n"},
    {"# 01:00.0 0300: 10de:2c33\n- 02:00.0 0300: 10de:2c34\n* 03:00.0 0300: 10de:2c35\n1. 04:00.0 0300: 10de:2c36\n"
     "`05:00.0 VGA [0300]: NVIDIA [10de:2c37]`\n",
     "0000:01:00.0 0300 10de:2c33\n0000:02:00.0 0300 10de:2c34\n0000:03:00.0 0300 10de:2c35\n"
     "0000:04:00.0 0300 10de:2c36\n0000:05:00.0 0300 10de:2c37\n"},
    /* pvesh get /nodes/NODE/hardware/pci, pciconf -l of two versions, hwinfo, esxcli hardware pci list. */
    {"| class    | device | id           | iommugroup | vendor | device_name | mdev | subsystem_device | x | subsystem_vendor |\n"
     "| 0x030000 | 0x1b81 | 0000:01:00.0 |          1 | 0x10de | GP104       |      | 0x3301 | y | 0x1462 |\n"
     "\xe2\x94\x82 0x040300 \xe2\x94\x82 0x10f0 \xe2\x94\x82 0000:01:00.1 \xe2\x94\x82 1 \xe2\x94\x82 0x10de \xe2\x94\x82\n"
     "| 0x0300 | 0x1b81 | 0000:02:00.0 | 1 | 0x10de |\n",
     "0000:01:00.0 0300 10de:1b81:1462:3301 group=1\n0000:01:00.1 0403 10de:10f0 group=1\n"},
    {"[{\"class\":\"0x030000\",\"device\":\"0x1b81\",\"id\":\"0000:01:00.0\",\"iommugroup\":1,\"subsystem_device\":\"0x3301\","
     "\"subsystem_vendor\":\"0x1462\",\"vendor\":\"0x10de\"},{\"class\":\"0x060100\",\"device\":\"0xa14a\","
     "\"id\":\"0000:00:1f.0\",\"iommugroup\":-1,\"vendor\":\"0x8086\"}]",
     "0000:00:1f.0 0601 8086:a14a\n0000:01:00.0 0300 10de:1b81:1462:3301 group=1\n"},
    {"vgapci0@pci0:1:0:0:\tclass=0x030000 rev=0xa1 hdr=0x00 vendor=0x10de device=0x1b81 subvendor=0x1462 subdevice=0x3301\n"
     "    vendor     = 'NVIDIA Corporation'\n    device     = 'GP104 [GeForce GTX 1070]'\n"
     "none1@pci0:10:31:7:\tclass=0x040300 card=0x33011462 chip=0x10f010de rev=0xa1 hdr=0x00\n",
     "0000:01:00.0 0300 10de:1b81:1462:3301 a1 driver=vgapci\n0000:0a:1f.7 0403 10de:10f0:1462:3301 a1 driver=\n"},
    {"25: PCI 100.0: 0300 VGA compatible controller (VGA)\n  [Created at pci.386]\n  SysFS BusID: 0000:01:00.0\n"
     "  Hardware Class: graphics card\n  Model: \"nVidia GP104\"\n  Vendor: pci 0x10de \"nVidia Corporation\"\n"
     "  Device: pci 0x1b81 \"GP104\"\n  SubVendor: pci 0x1462 \"MSI\"\n  SubDevice: pci 0x3301\n  Revision: 0xa1\n"
     "  Driver: \"nvidia\"\n\n26: PCI 02.0: 0380 Display controller\n  SysFS BusID: 0000:00:02.0\n  Vendor: pci 0x8086\n"
     "  Device: pci 0x3e92\n",
     "0000:00:02.0 0380 8086:3e92\n0000:01:00.0 0300 10de:1b81:1462:3301 a1 driver=nvidia\n"},
    {"0000:3b:00.0\n   Address: 0000:3b:00.0\n   Segment: 0x0000\n   Bus: 0x3b\n   Slot: 0x00\n   Function: 0x0\n"
     "   Vendor Name: NVIDIA Corporation\n   Device Name: NVIDIA L40S\n   Current Owner: VM Passthru\n   Vendor ID: 0x10de\n"
     "   Device ID: 0x26b9\n   SubVendor ID: 0x10de\n   SubDevice ID: 0x1851\n   Device Class: 0x0302\n"
     "   Device Class Name: 3D controller\n   Revision ID: 0xa1\n\n0000:02:00.0\n   Address: 0000:02:00.0\n   Slot: 0x00\n"
     "   Vendor ID: 0x102b\n   Device ID: 0x0536\n   Device Class: 0x0300\n",
     "0000:02:00.0 0300 102b:0536\n0000:3b:00.0 0302 10de:26b9:10de:1851 a1\n"},
    /* Two listings of one machine; then one of another, which does not mix with it. */
    {"01:00.0 0300: 10de:1b80 (rev a1)\n\nroot@pve:~# lspci -nnk\n01:00.0 VGA [0300]: NVIDIA [10de:1b80] (rev a1)\n"
     "\tKernel driver in use: vfio-pci\n01:00.0 VGA [0300]: AMD [1002:73ff]\n\tKernel driver in use: amdgpu\n",
     "0000:01:00.0 0300 10de:1b80 a1 driver=vfio-pci\n"},
    /* A card that does not answer. */
    {"01:00.0 VGA [0300]: AMD Ellesmere [1002:67df] (rev ff) (prog-if ff)\n\t!!! Unknown header type 7f\n",
     "0000:01:00.0 0300/ff 1002:67df\n"},
    /* What looks like an address or a BAR and is none. */
    {"01:00.0 0300: 10de:1b80\n01:00.0.0 x\n1:0 x\nRegion 9: Memory at 1 [size=1M]\nRegion -1: I/O ports at 1 [size=1K]\n"
     "text with Memory at 1 [size=1M]\nRegion 1: Memory at -1 (64-bit, prefetchable) [size=-1]\n"
     "Region 3: Memory at 100 [size=99999999999999999999P]\nBAR 0: current size: 1MB, supported: 1MB\n"
     "IOMMU group: 99999999999\nTotal VFs: 70000,\nBus: primary=00, secondary=fff, subordinate=01\nSubsystem: 0000:0000\n",
     "0000:01:00.0 0300 10de:1b80 3=100+0\n"},
};

DEFINE_TEST(test_texts)
{
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        check(texts[i].text, PCI_SOURCE_LSPCI, texts[i].expected);
}

/* libpci reads the configuration space; the lines between are ours. The BARs of -v are found by address. */
DEFINE_TEST(test_dumps)
{
    check(
        "01:00.0 3D controller: NVIDIA Corporation GP108M (rev a1)\n"
        "00: de 10 16 1d 07 00 10 00 a1 00 02 03 00 00 80 00\n"
        "10: 00 00 00 a3 0c 00 00 80 00 00 00 00 0c 00 00 90\n"
        "20: 00 00 00 00 01 30 00 00 00 00 00 00 28 10 b0 08\n"
        "30: 00 00 00 00 60 00 00 00 00 00 00 00 00 00 00 00\n\n"
        "00:01.0 PCI bridge: Intel\n> 00: 86 80 01 19 07 00 10 00 05 00 04 06 00 00 01 00\r\n"
        ">  10: 00 00 00 00 00 00 00 00 00 01 01 00 00 00 00 00\n"
        "20: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n"
        "30: 00 00 00 00 60 00 00 00 00 00 00 00 00 00 00 00",
        PCI_SOURCE_DUMP,
        "0000:00:01.0 0604 8086:1901 05 bridge=01-01\n0000:01:00.0 0302 10de:1d16:1028:08b0 a1 below=0000:00:01.0"
        " 0=a3000000+0 1=80000000+0wp 3=90000000+0wp 5=3000+0i\n");
    check(
        "01:00.0 0302: 10de:1d16 (rev a1)\n\tMemory at a3000000 (32-bit, non-prefetchable) [size=16M]\n"
        "\tI/O ports at 3000 [size=1K]\n\tKernel driver in use: nvidia\n"
        "00: de 10 16 1d 07 00 10 00 a1 00 02 03 00 00 80 00\n"
        "10: 00 00 00 a3 00 00 00 00 00 00 00 00 00 00 00 00\n"
        "20: 00 00 00 00 01 30 00 00 00 00 00 00 28 10 b0 08\n"
        "30: 00 00 00 00 60 00 00 00 00 00 00 00 00 00 00 00\n"
        "02:00.0 0302: 10de:1d17\n00: ff ff\n03:00.0 0302: 10de:1d18\nfff: 00 00\nxx: 00\n10: 0\n20: 00 000\n",
        PCI_SOURCE_DUMP,
        "0000:01:00.0 0302 10de:1d16:1028:08b0 a1 driver=nvidia 0=a3000000+1000000 5=3000+400i\n"
        "0000:02:00.0 0302 10de:1d17\n0000:03:00.0 0302 10de:1d18\n");
}

DEFINE_TEST(test_rejects_what_has_no_ids)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"01:00.0 3D controller: NVIDIA Corporation GP108M [GeForce MX330] (rev a1)\n", "not their PCI IDs"},
        {"", "no output of lspci"},
        {"\n\n\n", "no output of lspci"},
        {"Bus 001 Device 002: ID 8087:0026 Intel Corp.\n", "no output of lspci"},
        {"01:00.0 x\n00: 00\n", "not their PCI IDs"}};
    struct pci_machine machine;
    struct error error;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_int_equal(read_bytes(cases[i].text, strlen(cases[i].text), &machine, &error), ERROR_BAD_INPUT);
        assert_holds(error.message, cases[i].says);
        assert_holds(error.next, "lspci -nnk");
        pci_machine_free(&machine);
    }
}

DEFINE_TEST(test_bounds)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(20 << 20);
    struct pci_machine machine;
    struct error error;
    buffer_append_text(&text, "ffff:ff:1f.0 a name without an ID is counted\n");
    for (unsigned i = 0; i < 5000; i++)
        buffer_append_format(&text, "%04x:%02x:00.0 0300: 10de:1234\n", i >> 8, i & 255);
    assert_int_equal(read_bytes(text.data, text.length, &machine, &error), ERROR_NONE);
    assert_int_equal(machine.count, MAX_PCI_DEVICES - 1);
    assert_int_equal(machine.omitted, 5001 - machine.count);
    pci_machine_free(&machine);
    /* A line that does not end, NUL bytes before and after the device. */
    buffer_clear(&text);
    buffer_append(&text, "\0\0\n01:00.0 0300: 10de:1234", 26);
    for (int i = 0; i < 1 << 20; i++)
        buffer_append(&text, "\0x", 2);
    assert_int_equal(read_bytes(text.data, text.length, &machine, &error), ERROR_NONE);
    assert_int_equal(machine.count, 1);
    pci_machine_free(&machine);
    while (text.length < 17 << 20)
        buffer_append_text(&text, "01:00.0 0300: 10de:1234\n");
    assert_int_equal(read_bytes(text.data, text.length, &machine, &error), ERROR_BAD_INPUT);
    assert_holds(error.message, "too large");
    pci_machine_free(&machine);
}

TESTSUITE_MAIN(NULL, NULL)
