/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* SMBIOS 3.6, 7.4.1: the chassis types that show what a GPU in them is like. */
static enum chassis chassis_of(long long type)
{
    switch (type) {
    case 3:  /* desktop */
    case 4:  /* low profile desktop */
    case 5:  /* pizza box */
    case 6:  /* mini tower */
    case 7:  /* tower */
    case 13: /* all in one */
    case 15: /* space-saving */
    case 24: /* sealed-case PC */
        return CHASSIS_DESKTOP;
    case 8:  /* portable */
    case 9:  /* laptop */
    case 10: /* notebook */
    case 11: /* hand held */
    case 14: /* sub notebook */
    case 30: /* tablet */
    case 31: /* convertible */
    case 32: /* detachable */
        return CHASSIS_LAPTOP;
    case 17: /* main server chassis */
    case 22: /* RAID chassis */
    case 23: /* rack mount chassis */
    case 25: /* multi-system chassis */
    case 28: /* blade */
    case 29: /* blade enclosure */
        return CHASSIS_SERVER;
    case 33: /* IoT gateway */
    case 34: /* embedded PC */
    case 35: /* mini PC */
    case 36: /* stick PC */
        return CHASSIS_MINI_PC;
    default:
        return CHASSIS_UNKNOWN;
    }
}

/* What makers leave in DMI when they have nothing to say. */
static bool says_nothing(const char *text)
{
    static const char *const fillers[] = {"",
                                          "To Be Filled By O.E.M.",
                                          "To be filled by O.E.M.",
                                          "System manufacturer",
                                          "System Product Name",
                                          "Default string",
                                          "Not Specified",
                                          "Not Applicable",
                                          "None",
                                          "INVALID",
                                          "O.E.M.",
                                          "OEM"};
    for (size_t i = 0; i < ARRAY_SIZE(fillers); i++)
        if (strcmp(text, fillers[i]) == 0)
            return true;
    return false;
}

static void read_machine(struct root *root, struct host *host)
{
    char vendor[80];
    char product[100];
    root_read_line(root, "/sys/class/dmi/id/sys_vendor", vendor, sizeof vendor);
    root_read_line(root, "/sys/class/dmi/id/product_name", product, sizeof product);
    if (says_nothing(vendor) && says_nothing(product)) {
        root_read_line(root, "/sys/class/dmi/id/board_vendor", vendor, sizeof vendor);
        root_read_line(root, "/sys/class/dmi/id/board_name", product, sizeof product);
    }
    if (says_nothing(vendor))
        vendor[0] = '\0';
    if (says_nothing(product))
        product[0] = '\0';
    snprintf(host->machine, sizeof host->machine, "%s%s%s", vendor, *vendor && *product ? " " : "", product);
}

/* The value of a line "key : value" of /proc/cpuinfo or KEY="value" of os-release; the first one counts. */
static bool find_value(const char *text, const char *key, char separator, char *value, size_t size)
{
    size_t length = strlen(key);
    value[0] = '\0';
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        if (strncmp(line, key, length) != 0)
            continue;
        const char *at = line + length + strspn(line + length, " \t");
        if (*at != separator)
            continue;
        at += 1 + strspn(at + 1, " \t\"");
        snprintf(value, size, "%.*s", (int)strcspn(at, "\"\n"), at);
        return true;
    }
    return false;
}

static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text; (at = strstr(at, word)); at += length)
        if ((at == text || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
            return true;
    return false;
}

static void read_cpu(struct root *root, struct host *host)
{
    char flags[8192];
    struct buffer text CLEANUP(buffer_free) = BUFFER(1 << 20);
    /* The first processor is enough, and its lines come first. */
    if (root_read_start(root, "/proc/cpuinfo", 16384, &text) != ROOT_OK)
        return;
    find_value(buffer_text(&text), "model name", ':', host->cpu, sizeof host->cpu);
    find_value(buffer_text(&text), "vendor_id", ':', host->cpu_vendor, sizeof host->cpu_vendor);
    if (find_value(buffer_text(&text), "flags", ':', flags, sizeof flags))
        host->in_vm = tristate_of(has_word(flags, "hypervisor"));
}

/* How a hypervisor shows on its host, and which package of Debian, and of what is made of it, has its
 * version; NULL: the file itself says version="...". */
static const struct sign {
    const char *path;
    enum hypervisor hypervisor;
    const char *package;
} signs[] = {{"/etc/pve", HYPERVISOR_PROXMOX, "pve-manager"},
             {"/usr/bin/pvesh", HYPERVISOR_PROXMOX, "pve-manager"},
             {"/etc/unraid-version", HYPERVISOR_UNRAID, NULL},
             {"/usr/bin/midclt", HYPERVISOR_TRUENAS, "truenas"},
             {"/etc/libvirt/qemu", HYPERVISOR_LIBVIRT, "libvirt-daemon"},
             {"/usr/bin/qemu-system-x86_64", HYPERVISOR_QEMU_KVM, "qemu-system-x86"}};

/* Xen's first domain sees itself as a guest, too, but for this bit (XENFEAT_dom0). */
static bool is_first_domain(struct root *root)
{
    char features[20];
    return root_read_line(root, "/sys/hypervisor/properties/features", features, sizeof features) ==
               ROOT_OK &&
           strtoul(features, NULL, 16) >> 11 & 1;
}

static const struct sign *find_sign(struct root *root)
{
    static const struct sign xen = {"", HYPERVISOR_XEN, "xen-hypervisor-common"};
    if (is_first_domain(root))
        return &xen;
    for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
        if (root_exists(root, signs[i].path))
            return &signs[i];
    return NULL;
}

/* From dpkg's list of what is installed. */
static void read_package_version(struct root *root, const char *package, char *version, size_t size)
{
    enum { MAX_STATUS = 16 << 20 };
    struct buffer text CLEANUP(buffer_free) = BUFFER(MAX_STATUS + 1);
    char head[100];
    char stanza[4096];
    if (root_read(root, "/var/lib/dpkg/status", MAX_STATUS, &text) != ROOT_OK)
        return;
    snprintf(head, sizeof head, "Package: %s\nStatus: install ok installed\n", package);
    const char *start = buffer_text(&text);
    const char *at = strstr(start, head);
    while (at && at != start && at[-1] != '\n')
        at = strstr(at + 1, head);
    if (!at)
        return;
    const char *end = strstr(at, "\n\n");
    snprintf(stanza, sizeof stanza, "%.*s", end && end - at < 4096 ? (int)(end - at) : 4095, at);
    find_value(stanza, "Version", ':', version, size);
}

void host_read_hypervisor_version(struct root *root, char version[HYPERVISOR_VERSION_SIZE])
{
    const struct sign *sign = find_sign(root);
    char line[100];
    char whole[100] = "";
    if (sign && sign->package)
        read_package_version(root, sign->package, whole, sizeof whole);
    else if (sign && root_read_line(root, sign->path, line, sizeof line) == ROOT_OK)
        find_value(line, "version", '=', whole, sizeof whole);
    /* As its makers count: "9.0.0" of "1:9.0.0-4+deb12u2" (deb-version(7)). */
    const char *epoch = strchr(whole, ':');
    const char *upstream = epoch ? epoch + 1 : whole;
    snprintf(version, HYPERVISOR_VERSION_SIZE, "%.*s", (int)strcspn(upstream, "-+~"), upstream);
}

void host_read(struct root *root, struct host *host)
{
    long long type;
    struct buffer text CLEANUP(buffer_free) = BUFFER(1 << 20);
    memset(host, 0, sizeof *host);
    host->chassis = CHASSIS_UNKNOWN;
    if (root_read_number(root, "/sys/class/dmi/id/chassis_type", &type))
        host->chassis = chassis_of(type);
    read_machine(root, host);
    read_cpu(root, host);
    root_read_line(root, "/proc/sys/kernel/osrelease", host->kernel, sizeof host->kernel);
    if (root_read(root, "/etc/os-release", 16384, &text) == ROOT_OK)
        find_value(buffer_text(&text), "PRETTY_NAME", '=', host->system, sizeof host->system);
    const struct sign *sign = find_sign(root);
    if (sign)
        host->hypervisor = vocabulary_value(&vocabulary_hypervisor, (int)sign->hypervisor);
    host->is_xen = sign && sign->hypervisor == HYPERVISOR_XEN;
    if (host->is_xen)
        host->in_vm = TRISTATE_NO;
    host->is_root = root_is_live(root) && geteuid() == 0;
}

enum tristate host_secure_boot(struct root *root)
{
    static const char variable[] =
        "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
    struct buffer value CLEANUP(buffer_free) = BUFFER(80);
    /* Four bytes of attributes, then one of the value (UEFI 2.10, 3.3 and 8.2). */
    if (!root_exists(root, variable) || root_read_start(root, variable, 16, &value) != ROOT_OK ||
        value.length != 5)
        return TRISTATE_UNKNOWN;
    return tristate_of(value.data[4] == 1);
}
