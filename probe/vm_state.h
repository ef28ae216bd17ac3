#ifndef PASSTHRU_PROBE_VM_STATE_H
#define PASSTHRU_PROBE_VM_STATE_H

/* What the readers of the two kinds of virtual machines share: for probe/ only, the door is
 * probe/vm_config.h.
 */

#include "probe/config_text.h"
#include "probe/vm_config.h"

enum { MAX_PASSED_DEVICES = 64, ALL_FUNCTIONS = -1 };

/* A device that the virtual machine gets. */
struct passed_device {
    uint32_t domain;
    uint8_t bus;
    uint8_t slot;
    int function; /* 0 to 7, or ALL_FUNCTIONS */
    long line;
    bool is_part;  /* a mediated device, which leaves the rest with the host */
    char name[32]; /* how the configuration calls it: "hostpci0", "" */
};

struct vm_state {
    struct root *root;
    const struct pci_machine *machine; /* NULL: not known */
    struct findings *findings;
    const char *file;
    bool is_proxmox;
    struct passed_device passed[MAX_PASSED_DEVICES];
    int passed_count;
    int rom_files; /* looked up so far: each one costs a listing of its folder */
    struct vm_facts facts;
};

/* Adds a finding about a line of the file (0: the file as such). */
struct finding *vm_note(struct vm_state *vm, enum finding_id id, enum severity severity, long line,
                        const char *format, ...) PRINTF_LIKE(5, 6);

/* Adds a device; tells when it is there twice. */
void vm_pass_device(struct vm_state *vm, const struct passed_device *device);

/* Holds the devices against those of the machine, when they are known: whether they are there, and all of
 * each GPU is passed. */
void vm_check_devices(struct vm_state *vm);

/* Whether the device is, or has, a GPU; unknown without a list of devices. */
enum tristate vm_device_is_gpu(const struct vm_state *vm, const struct passed_device *device);

/* Tells of a ROM file that is not there. */
void vm_check_rom_file(struct vm_state *vm, const char *path, long line);

/* Findings that both kinds know. */
void vm_note_rom_bar_off(struct vm_state *vm, long line, bool has_rom_file);
void vm_note_hidden(struct vm_state *vm, long line, const char *what);
void vm_note_balloon(struct vm_state *vm, long line, const char *how);
void vm_note_bios(struct vm_state *vm, long line, const char *how);
void vm_note_i440fx(struct vm_state *vm, long line, const char *how);

/* Hexadecimal digits, up to `most` (0x allowed before them); false when there is anything else. */
bool vm_parse_hex(struct span text, size_t most, uint32_t *value);

/* ---- the readers ---- */

void proxmox_conf_check(struct vm_state *vm, struct span text);
bool proxmox_conf_recognise(struct span text);
enum vm_config_result domain_xml_check(struct vm_state *vm, struct span text);

#endif
