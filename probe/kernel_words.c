#include <string.h>

#include "probe/host_state.h"

static const char *const known_keys[] = {"intel_iommu",
                                         "amd_iommu",
                                         "iommu",
                                         "iommu.passthrough",
                                         "iommu.strict",
                                         "vfio_pci.ids",
                                         "vfio_pci.disable_vga",
                                         "vfio_pci.disable_idle_d3",
                                         "vfio_pci.enable_sriov",
                                         "vfio_pci.nointxmask",
                                         "vfio_pci.disable_denylist",
                                         "vfio_iommu_type1.allow_unsafe_interrupts",
                                         "pcie_acs_override",
                                         "initcall_blacklist",
                                         "modprobe.blacklist",
                                         "module_blacklist",
                                         "rd.driver.blacklist",
                                         "rd.driver.pre",
                                         "pci_stub.ids",
                                         "nomodeset",
                                         "kvm.ignore_msrs",
                                         NULL};

/* Documentation/admin-guide/kernel-parameters.txt and the sources behind it (drivers/iommu/intel/iommu.c,
 * drivers/iommu/amd/init.c, arch/x86/kernel/pci-dma.c). */
static const char *const intel_values[] = {"on",     "off",   "igfx_off", "forcedac",      "strict",
                                           "sp_off", "sm_on", "sm_off",   "tboot_noforce", NULL};
static const char *const amd_values[] = {"fullflush",       "off",      "force_isolation", "force_enable",
                                         "pgtbl_v1",        "pgtbl_v2", "irtcachedis",     "nohugepages",
                                         "v2_pgsizes_only", NULL};
static const char *const iommu_values[] = {
    "off",        "force", "noforce", "biomerge", "panic",   "nopanic",     "merge", "nomerge",   "forcesac",
    "allowdac",   "nodac", "usedac",  "soft",     "calgary", "pt",          "nopt",  "fullflush", "forcedac",
    "noaperture", "noagp", "memaper", "allowed",  "noexcl",  "nofullflush", NULL};

/* Words that mean something only behind a key, which is often forgotten. */
static const struct {
    const char *word;
    const char *right;
} lone_values[] = {{"sm_on", "intel_iommu=on,sm_on"},
                   {"sm_off", "intel_iommu=on,sm_off"},
                   {"sp_off", "intel_iommu=on,sp_off"},
                   {"pt", "iommu=pt"},
                   {"tboot_noforce", "intel_iommu=on,tboot_noforce"},
                   {"downstream", "pcie_acs_override=downstream,multifunction"},
                   {"multifunction", "pcie_acs_override=downstream,multifunction"}};

/* One word, as the checks below see it. */
struct word {
    struct host_state *host;
    const char *file;
    long line;
    const char *text;
    struct span key;
    struct span value;
    bool has_value;
};

static struct finding *note(const struct word *word, enum finding_id id, enum severity severity,
                            const char *text)
{
    struct finding *finding = findings_add(word->host->findings, id, severity, "%s: %s", word->text, text);
    return finding_at(finding, word->file, word->line);
}

static bool is_value(struct span value, const char *const *values)
{
    for (; *values; values++)
        if (span_is(value, *values))
            return true;
    return false;
}

static void check_values(const struct word *word, const char *const *values)
{
    struct span rest = word->value;
    struct span value;
    while (span_next_part(&rest, ',', &value)) {
        value = span_trim(value);
        /* memaper=3 */
        struct span name;
        struct span argument;
        span_split(value, '=', &name, &argument);
        if (!value.length || is_value(name, values))
            continue;
        const char *guess = span_guess(value, values);
        struct finding *finding =
            finding_at(findings_add(word->host->findings, FINDING_ID_CMDLINE_UNKNOWN_VALUE, SEVERITY_WARNING,
                                    "\"%.*s\" is no value that %.*s= knows: the kernel ignores it",
                                    SPAN_FORMAT(value), SPAN_FORMAT(word->key)),
                       word->file, word->line);
        if (guess)
            finding_next(finding, "write %.*s=%s", SPAN_FORMAT(word->key), guess);
        else if (span_is(value, "pt"))
            finding_next(finding, "write iommu=pt as a word of its own");
        else
            finding_next(finding, "take it away");
    }
}

static void check_intel(const struct word *word)
{
    if (word->host->cpu == CPU_AMD)
        finding_next(note(word, FINDING_ID_CMDLINE_OTHER_MAKER, SEVERITY_INFO,
                          "has no effect, because the processor is one of AMD, whose IOMMU is on by itself"),
                     "it can go");
    check_values(word, intel_values);
}

static void check_amd(const struct word *word)
{
    if (word->host->cpu == CPU_INTEL)
        finding_next(note(word, FINDING_ID_CMDLINE_OTHER_MAKER, SEVERITY_INFO,
                          "has no effect, because the processor is one of Intel"),
                     "write intel_iommu=on instead");
    else if (span_is(word->value, "on"))
        finding_next(
            note(word, FINDING_ID_CMDLINE_AMD_IOMMU_ON, SEVERITY_INFO,
                 "the kernel knows no such value and ignores it; AMD's IOMMU is on by itself when the "
                 "firmware offers it"),
            "it can go; if the IOMMU is not there, turn on IOMMU (and SVM) in the firmware setup");
    else
        check_values(word, amd_values);
}

static void check_iommu(const struct word *word)
{
    if (span_is(word->value, "on") || span_is(word->value, "1"))
        finding_next(note(word, FINDING_ID_CMDLINE_IOMMU_ON, SEVERITY_INFO,
                          "the kernel knows no such value and ignores it"),
                     "it can go; what turns Intel's IOMMU on is intel_iommu=on, AMD's is on by itself");
    else
        check_values(word, iommu_values);
}

static void check_ids(const struct word *word)
{
    vfio_ids_add(word->host, word->value, word->file, word->line);
    word->host->vfio_named = true;
}

static void check_acs(const struct word *word)
{
    finding_next(
        note(word, FINDING_ID_CMDLINE_ACS_OVERRIDE, SEVERITY_INFO,
             "only kernels with the ACS override patch (Proxmox, zen, unRAID) know it, any other ignores "
             "it; it splits IOMMU groups on paper, so that isolation is no longer guaranteed"),
        "keep it only where the groups cannot be had otherwise");
}

static void check_video(const struct word *word)
{
    if (!span_holds(word->value, "efifb:off") && !span_holds(word->value, "vesafb:off") &&
        !span_holds(word->value, "simplefb:off"))
        return;
    bool too_new = word->host->kernel >= 515;
    bool old = word->host->kernel && !too_new;
    if (!old)
        finding_next(
            note(word, FINDING_ID_CMDLINE_EFIFB_OFF, SEVERITY_INFO,
                 too_new ? "this kernel is 5.15 or newer, where simpledrm or sysfb may hold the boot screen "
                           "all the same"
                         : "from kernel 5.15 on, simpledrm or sysfb may hold the boot screen all the same"),
            "if the GPU is the one that shows the boot screen: initcall_blacklist=sysfb_init");
}

static void check_nomodeset(const struct word *word)
{
    finding_next(note(word, FINDING_ID_CMDLINE_NOMODESET, SEVERITY_INFO,
                      "no graphics driver of the host starts, not even for the GPU that stays with the host"),
                 "not needed for a passthrough: vfio-pci keeps drivers off the GPU");
}

static void check_blacklist(const struct word *word)
{
    struct span rest = word->value;
    struct span driver;
    while (span_next_part(&rest, ',', &driver))
        hold_back_driver(word->host, driver);
}

static void check_driver_pre(const struct word *word)
{
    struct span rest = word->value;
    struct span driver;
    while (span_next_part(&rest, ',', &driver))
        if (span_is_module(driver, "vfio_pci"))
            word->host->vfio_early = word->host->vfio_named = true;
}

static const struct {
    const char *key;
    void (*check)(const struct word *word);
} checks[] = {
    {"intel_iommu", check_intel},
    {"amd_iommu", check_amd},
    {"iommu", check_iommu},
    {"vfio_pci.ids", check_ids},
    {"pcie_acs_override", check_acs},
    {"video", check_video},
    {"nomodeset", check_nomodeset},
    {"modprobe.blacklist", check_blacklist},
    {"module_blacklist", check_blacklist},
    {"rd.driver.blacklist", check_blacklist},
    {"rd.driver.pre", check_driver_pre},
};

/* A word without its key: igfx_off alone, and others. */
static bool check_lone_value(const struct word *word)
{
    struct span bare = word->key;
    while (bare.length && bare.start[0] == ',')
        bare = (struct span){bare.start + 1, bare.length - 1};
    while (bare.length && bare.start[bare.length - 1] == ',')
        bare.length--;
    if (span_is_module(bare, "igfx_off")) {
        finding_next(
            note(word, FINDING_ID_CMDLINE_IGFX_OFF_ALONE, SEVERITY_WARNING,
                 "stands alone, and the kernel silently ignores it: it means something only as a value of "
                 "intel_iommu="),
            "write intel_iommu=on,igfx_off as one word, without a blank");
        return true;
    }
    for (size_t i = 0; i < ARRAY_SIZE(lone_values); i++)
        if (span_is(bare, lone_values[i].word)) {
            finding_next(note(word, FINDING_ID_CMDLINE_VALUE_ALONE, SEVERITY_WARNING,
                              "stands alone, and the kernel silently ignores it"),
                         "write %s as one word, without a blank", lone_values[i].right);
            return true;
        }
    if (!word->has_value && vfio_id_stands_alone(bare)) {
        finding_next(note(word, FINDING_ID_VFIO_IDS_MALFORMED, SEVERITY_WARNING,
                          "a PCI ID stands alone, and the kernel ignores it"),
                     "write all IDs in one word: vfio-pci.ids=vvvv:dddd,vvvv:dddd, without a blank");
        return true;
    }
    return false;
}

/* A key that is none, but looks like one. */
static bool check_key(const struct word *word)
{
    static const char *const wrong_ids[] = {"vfio.ids",         "vfio_ids",          "vfio_pci_ids",
                                            "vfio_pci.pci_ids", "vfio_pci_core.ids", "vfio_iommu_type1.ids",
                                            "vfio_pci"};
    const char *guess = span_guess(word->key, known_keys);
    for (size_t i = 0; i < ARRAY_SIZE(wrong_ids) && word->has_value; i++)
        if (span_is_module(word->key, wrong_ids[i]))
            guess = "vfio-pci.ids";
    if (!guess)
        return false;
    if (strncmp(guess, "vfio_pci.", 9) == 0) /* as everybody writes it */
        finding_next(note(word, FINDING_ID_CMDLINE_TYPO, SEVERITY_WARNING,
                          "the kernel knows no such option and ignores it"),
                     "write vfio-pci.%s%s%.*s", guess + 9, word->has_value ? "=" : "",
                     SPAN_FORMAT(word->value));
    else
        finding_next(note(word, FINDING_ID_CMDLINE_TYPO, SEVERITY_WARNING,
                          "the kernel knows no such option and ignores it"),
                     "write %s%s%.*s", guess, word->has_value ? "=" : "", SPAN_FORMAT(word->value));
    return true;
}

void kernel_words_check(struct host_state *host, const struct kernel_line *line,
                        const struct kernel_line *others)
{
    for (int i = 0; i < line->count; i++) {
        const char *text = kernel_word(line, i);
        if (others && kernel_line_has(others, text))
            continue;
        struct word word = {
            .host = host, .text = text, .file = kernel_word_file(line, i), .line = line->words[i].line};
        word.has_value = span_split(span_of(text), '=', &word.key, &word.value);
        /* A quote around a value is no part of it. */
        if (word.value.length > 1 && word.value.start[0] == '"')
            word.value = (struct span){word.value.start + 1, word.value.length - 2};
        if (check_lone_value(&word) || check_key(&word))
            continue;
        for (size_t n = 0; n < ARRAY_SIZE(checks); n++)
            if (span_is_module(word.key, checks[n].key))
                checks[n].check(&word);
    }
}

bool kernel_word_matters(const char *word)
{
    struct span key;
    struct span value;
    span_split(span_of(word), '=', &key, &value);
    for (const char *const *known = known_keys; *known; known++)
        if (span_is_module(key, *known))
            return true;
    return span_is(key, "video") && span_holds(value, "fb:off");
}

/* ---- the line as a whole ---- */

struct switch_state {
    const char *key;
    const char *how; /* "on", "off" or NULL: neither was said */
    int word;        /* the last one that said it */
    bool contradicts;
};

/* Options are read from left to right, and each one overrides those before it. */
static void read_switch(const struct kernel_line *line, struct switch_state *state)
{
    for (int i = 0; i < line->count; i++) {
        struct span key;
        struct span rest;
        struct span value;
        span_split(span_of(kernel_word(line, i)), '=', &key, &rest);
        while (span_is_module(key, state->key) && span_next_part(&rest, ',', &value)) {
            const char *how = span_is(value, "on") ? "on" : span_is(value, "off") ? "off" : NULL;
            if (!how)
                continue;
            state->contradicts |= state->how && strcmp(state->how, how) != 0;
            state->how = how;
            state->word = i;
        }
    }
}

const char *kernel_line_switch(const struct kernel_line *line, const char *key)
{
    struct switch_state state = {.key = key};
    read_switch(line, &state);
    return state.how;
}

static bool has_entries(struct host_state *host, const char *folder)
{
    int count;
    char **names = root_list(host->root, folder, 4096, &count);
    root_free_names(names, count);
    return count > 0;
}

/* Some kernels turn Intel's IOMMU on by themselves (CONFIG_INTEL_IOMMU_DEFAULT_ON): it is there, and nobody
 * said so. */
static bool is_on_by_default(struct host_state *host)
{
    return !host->running_intel_iommu &&
           (has_entries(host, "/sys/class/iommu") || has_entries(host, "/sys/kernel/iommu_groups"));
}

static void check_switch(struct host_state *host, const struct kernel_line *line, struct switch_state *state,
                         enum cpu_maker other_maker)
{
    if (!state->how || (other_maker != CPU_UNKNOWN && host->cpu == other_maker))
        return;
    const char *file = kernel_word_file(line, state->word);
    long number = line->words[state->word].line;
    if (strcmp(state->how, "off") == 0)
        finding_next(
            finding_at(findings_add(host->findings, FINDING_ID_CMDLINE_IOMMU_OFF, SEVERITY_BLOCKER,
                                    "%s=off turns the IOMMU off, and without it no device can be passed "
                                    "through",
                                    state->key),
                       file, number),
            "take %s=off away%s", state->key,
            strcmp(state->key, "intel_iommu") == 0 ? " and write intel_iommu=on" : "");
    if (state->contradicts)
        finding_next(
            finding_at(findings_add(host->findings, FINDING_ID_CMDLINE_CONTRADICTORY, SEVERITY_WARNING,
                                    "%s= is given more than once, with on and with off: the last one "
                                    "counts, %s",
                                    state->key, state->how),
                       file, number),
            "keep only one of them");
}

void kernel_line_check(struct host_state *host, const struct kernel_line *line, bool passthrough_wanted)
{
    struct switch_state intel = {.key = "intel_iommu"};
    struct switch_state amd = {.key = "amd_iommu"};
    struct switch_state any = {.key = "iommu"};
    read_switch(line, &intel);
    read_switch(line, &amd);
    read_switch(line, &any);
    check_switch(host, line, &intel, CPU_AMD);
    amd.contradicts = any.contradicts = false; /* their "on" is no value at all, and told already */
    check_switch(host, line, &amd, CPU_INTEL);
    check_switch(host, line, &any, CPU_UNKNOWN);
    if (host->cpu != CPU_INTEL || intel.how || !passthrough_wanted || is_on_by_default(host))
        return;
    bool pt = kernel_line_has(line, "iommu=pt");
    struct finding *finding = findings_add(
        host->findings, FINDING_ID_IOMMU_NOT_ENABLED, SEVERITY_WARNING,
        "nothing turns Intel's IOMMU on: intel_iommu=on is missing%s%s",
        pt ? ", and iommu=pt alone does not do it" : "",
        kernel_line_has(line, "intel_iommu=igfx_off") ? "; igfx_off alone does not do it either" : "");
    if (line->count)
        finding_at(finding, kernel_word_file(line, 0), line->words[0].line);
    finding_next(finding, "write intel_iommu=on%s on the kernel command line", pt ? " before iommu=pt" : "");
}
