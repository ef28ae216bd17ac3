#ifndef PASSTHRU_PROBE_HOST_STATE_H
#define PASSTHRU_PROBE_HOST_STATE_H

/* What the readers of the host's configuration share: for probe/ only, the door is probe/host_config.h. */

#include "core/buffer.h"
#include "core/finding.h"
#include "core/pci_id.h"
#include "probe/config_text.h"
#include "probe/pci.h"
#include "probe/root.h"

enum {
    MAX_CONFIG_SIZE = 256 << 10, /* bytes of one configuration file */
    MAX_CONFIG_FILES = 512,      /* of one folder */
    MAX_VFIO_IDS = 64,
    MAX_KERNEL_WORDS = 512,
};

enum cpu_maker { CPU_UNKNOWN, CPU_INTEL, CPU_AMD };

/* An ID that vfio-pci is told to claim, and where. */
struct vfio_id {
    struct pci_id id;
    char file[256];
    long line;
};

/* Drivers that would take a GPU or a function of it before vfio-pci does. */
enum host_driver {
    DRIVER_NOUVEAU,
    DRIVER_NVIDIA,
    DRIVER_AMDGPU,
    DRIVER_RADEON,
    DRIVER_I915,
    DRIVER_XE,
    DRIVER_SND_HDA_INTEL,
    HOST_DRIVER_COUNT,
};

struct host_state {
    struct root *root;
    const struct pci_machine *machine; /* NULL: not known */
    struct findings *findings;
    enum cpu_maker cpu;
    int kernel;                      /* 100 * major + minor: 602 is 6.2; 0: not known */
    const char *running_intel_iommu; /* what the running kernel was told: "on", "off", or NULL */
    struct vfio_id ids[MAX_VFIO_IDS];
    int id_count;
    bool held_back[HOST_DRIVER_COUNT]; /* blacklisted, or loaded behind vfio-pci */
    int ids_parameters;                /* how often modprobe.d says options vfio-pci ids= */
    bool nvidia_installed;             /* NVIDIA's own driver, as its package's modprobe.d file tells */
    bool vfio_early;                   /* vfio-pci is loaded by the initramfs before other drivers */
    bool vfio_named;                   /* some file loads or mentions vfio-pci */
};

/* The words of a kernel command line, each with its place. Zero is an empty one. */
struct kernel_word {
    size_t text; /* offset in `texts` */
    size_t file; /* the same */
    long line;
};
struct kernel_line {
    struct buffer texts;
    struct kernel_word words[MAX_KERNEL_WORDS];
    int count;
    bool is_cut; /* there were more than fit */
};

/* ---- probe/kernel_line.c ---- */

const char *kernel_word(const struct kernel_line *line, int number);
const char *kernel_word_file(const struct kernel_line *line, int number);

/* Adds the words of `text`: blanks separate them, except between double quotes. */
void kernel_line_add(struct kernel_line *line, struct span text, const char *file, long first_line);
void kernel_line_free(struct kernel_line *line);

/* Whether the line has this word, - and _ before the = being the same. */
bool kernel_line_has(const struct kernel_line *line, const char *word);

/* The assignments of /etc/default/grub and grub.d that make the command line. */
struct grub_settings {
    struct kernel_line linux_words;
    struct kernel_line default_words;
    long unclosed; /* line of a quote that is never closed; 0: none */
};
void grub_parse(struct grub_settings *settings, struct span text, const char *file);

/* ---- probe/kernel_words.c ---- */

/* Looks at each word of a command line by itself. Those that `others` (NULL: none) has too are passed over.
 */
void kernel_words_check(struct host_state *host, const struct kernel_line *line,
                        const struct kernel_line *others);

/* Looks at a command line as a whole, which is, or will be, the one that counts. */
void kernel_line_check(struct host_state *host, const struct kernel_line *line, bool passthrough_wanted);

/* What the line says last of an option that can be on or off: "on", "off", or NULL when it says neither. */
const char *kernel_line_switch(const struct kernel_line *line, const char *key);

/* Whether it is a word that a passthrough is set up with. */
bool kernel_word_matters(const char *word);

/* ---- probe/command_lines.c ---- */

/* Reads the running command line and all files that the next one may come from; true when there was one. The
 * one that counts is left in `effective`. */
bool command_lines_check(struct host_state *host, struct kernel_line *effective);

/* ---- probe/vfio_ids.c ---- */

/* Takes the value of ids= of vfio-pci; finds fault with what the kernel would not understand. */
void vfio_ids_add(struct host_state *host, struct span ids, const char *file, long line);

/* Whether a word looks like a PCI ID: then it has lost its list. */
bool vfio_id_stands_alone(struct span word);

/* Holds the IDs against the devices, and against the drivers that would be quicker. */
void vfio_ids_check(struct host_state *host);

/* Notes that a driver leaves devices to vfio-pci. */
void hold_back_driver(struct host_state *host, struct span driver);

/* ---- probe/modprobe_config.c and probe/initramfs_config.c ---- */

void modprobe_config_check(struct host_state *host);
void modprobe_parse(struct host_state *host, struct span text, const char *file);
void initramfs_config_check(struct host_state *host);

/* Tells of a mistyped vfio module; true when it was one. */
bool vfio_module_typo(struct host_state *host, struct span module, const char *file, long line);

/* ---- probe/config_files.c ---- */

/* Calls `read` with the content of a file, at most MAX_CONFIG_SIZE of it; false when it is not there or
 * cannot be read. */
bool read_config_file(struct host_state *host, const char *file,
                      void (*read)(struct host_state *host, struct span text, const char *file,
                                   void *context),
                      void *context);

/* The same with each file of a folder whose name ends so, by name. */
void each_config_file(struct host_state *host, const char *folder, const char *ending,
                      void (*read)(struct host_state *host, struct span text, const char *file,
                                   void *context),
                      void *context);

#endif
