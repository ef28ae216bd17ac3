/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "probe/host_state.h"
#include "probe/iommu.h"

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

/* Values that mean something only after a key, which is often forgotten. */
static const struct {
    const char *value;
    const char *right;
} orphan_values[] = {{"sm_on", "intel_iommu=on,sm_on"},
                     {"sm_off", "intel_iommu=on,sm_off"},
                     {"sp_off", "intel_iommu=on,sp_off"},
                     {"pt", "iommu=pt"},
                     {"tboot_noforce", "intel_iommu=on,tboot_noforce"},
                     {"downstream", "pcie_acs_override=downstream,multifunction"},
                     {"multifunction", "pcie_acs_override=downstream,multifunction"}};

/* One parameter, as the checks below see it. */
struct param {
    struct host_state *host;
    const struct cmdline *all; /* the line that it stands in */
    int number;
    const char *text;
    struct span key;
    struct span value;
    bool has_value;
};

static void check_values(const struct param *param, const char *const *values)
{
    struct span rest = param->value;
    struct span value;
    while (span_next_part(&rest, ',', &value)) {
        struct span name; /* of memaper=3 */
        struct span argument;
        value = span_trim(value);
        span_split(value, '=', &name, &argument);
        if (!value.length || span_is_any(name, values))
            continue;
        const char *guess = span_is(value, "1") && values == intel_values ? "on" : span_guess(value, values);
        if (guess)
            host_finding(param->host, FINDING_CMDLINE_UNKNOWN_VALUE_TYPO, SPAN_FORMAT(value),
                         SPAN_FORMAT(param->key), SPAN_FORMAT(param->key), guess);
        else if (span_is(value, "pt"))
            host_finding(param->host, FINDING_CMDLINE_UNKNOWN_VALUE_PT, SPAN_FORMAT(value),
                         SPAN_FORMAT(param->key));
        else
            host_finding(param->host, FINDING_CMDLINE_UNKNOWN_VALUE, SPAN_FORMAT(value),
                         SPAN_FORMAT(param->key));
    }
}

static void check_intel(const struct param *param)
{
    if (param->host->setup.cpu == CPU_AMD)
        host_finding(param->host, FINDING_CMDLINE_OTHER_MAKER, param->text);
    check_values(param, intel_values);
}

static void check_amd(const struct param *param)
{
    if (param->host->setup.cpu == CPU_INTEL)
        host_finding(param->host, FINDING_CMDLINE_OTHER_MAKER_INTEL, param->text,
                     cmdline_has(param->all, "intel_iommu=on") ? "remove it"
                                                               : "write intel_iommu=on instead");
    else if (span_is(param->value, "on"))
        host_finding(param->host, FINDING_CMDLINE_AMD_IOMMU_ON, param->text);
    else
        check_values(param, amd_values);
}

static void check_iommu(const struct param *param)
{
    if (span_is(param->value, "on") || span_is(param->value, "1"))
        host_finding(param->host, FINDING_CMDLINE_IOMMU_ON, param->text);
    else
        check_values(param, iommu_values);
}

static void check_ids(const struct param *param)
{
    vfio_ids_add(param->host, param->value, true);
    param->host->vfio_named = true;
}

static void check_stub(const struct param *param)
{
    param->host->vfio_named = true;
}

static void check_acs(const struct param *param)
{
    host_finding(param->host, FINDING_CMDLINE_ACS_OVERRIDE, param->text);
}

/* video=efifb:off, video=vesafb:off or video=simplefb:off */
static bool is_framebuffer_off(struct span value)
{
    return span_holds(value, "efifb:off") || span_holds(value, "vesafb:off") ||
           span_holds(value, "simplefb:off");
}

/* Of several such parameters the first one is told, and none where the newer way stands beside it. */
static void check_video(const struct param *param)
{
    bool obeyed = param->host->kernel && param->host->kernel < 515;
    bool is_told = cmdline_has(param->all, "initcall_blacklist=sysfb_init");
    for (int i = 0; i < param->number && !is_told; i++) {
        struct span other = span_of(cmdline_param(param->all, i));
        is_told = span_begins(other, "video=") && is_framebuffer_off(other);
    }
    if (is_framebuffer_off(param->value) && !obeyed && !is_told)
        host_finding(param->host, FINDING_CMDLINE_EFIFB_OFF, param->text);
}

static void check_nomodeset(const struct param *param)
{
    host_finding(param->host, FINDING_CMDLINE_NOMODESET, param->text);
}

static void check_blacklist(const struct param *param)
{
    struct span rest = param->value;
    struct span driver;
    while (span_next_part(&rest, ',', &driver))
        hold_back_module(&param->host->setup, driver);
}

static void check_driver_pre(const struct param *param)
{
    struct span rest = param->value;
    struct span driver;
    while (span_next_part(&rest, ',', &driver))
        if (span_is_module(driver, "vfio_pci"))
            param->host->setup.vfio_early = param->host->vfio_named = true;
}

static void check_split(const struct param *param)
{
    struct span driver;
    struct span parameter;
    if (span_split(param->key, '.', &driver, &parameter) && splits_gpu(driver, parameter, param->value))
        host_note_place(param->host, &param->host->split);
}

static void check_disable_vga(const struct param *param)
{
    if (span_is(param->value, "1") || span_is(param->value, "Y"))
        host_note_place(param->host, &param->host->disable_vga);
}

/* What a passthrough is set up with; and last, what is looked at besides. */
enum { KNOWN_KEYS = 21 };
static const struct {
    const char *key;
    void (*check)(const struct param *param); /* NULL: nothing is to be said of it */
} keys[] = {
    {"intel_iommu", check_intel},
    {"amd_iommu", check_amd},
    {"iommu", check_iommu},
    {"iommu.passthrough", NULL},
    {"iommu.strict", NULL},
    {"vfio_pci.ids", check_ids},
    {"vfio_pci.disable_vga", check_disable_vga},
    {"vfio_pci.disable_idle_d3", NULL},
    {"vfio_pci.enable_sriov", NULL},
    {"vfio_pci.nointxmask", NULL},
    {"vfio_pci.disable_denylist", NULL},
    {"vfio_iommu_type1.allow_unsafe_interrupts", NULL},
    {"pcie_acs_override", check_acs},
    {"initcall_blacklist", NULL},
    {"modprobe.blacklist", check_blacklist},
    {"module_blacklist", check_blacklist},
    {"rd.driver.blacklist", check_blacklist},
    {"rd.driver.pre", check_driver_pre},
    {"pci_stub.ids", check_stub},
    {"nomodeset", check_nomodeset},
    {"kvm.ignore_msrs", NULL},
    {"video", check_video},
    {"i915.max_vfs", check_split},
    {"xe.max_vfs", check_split},
};

/* A value without its key: igfx_off alone, and others. */
static bool check_orphan(const struct param *param)
{
    struct span bare = param->key;
    while (bare.length && bare.start[0] == ',')
        bare = (struct span){bare.start + 1, bare.length - 1};
    while (bare.length && bare.start[bare.length - 1] == ',')
        bare.length--;
    if (span_is_module(bare, "igfx_off")) {
        host_finding(param->host, FINDING_CMDLINE_IGFX_OFF_ALONE, param->text);
        return true;
    }
    for (size_t i = 0; i < ARRAY_SIZE(orphan_values); i++)
        if (span_is(bare, orphan_values[i].value)) {
            host_finding(param->host, FINDING_CMDLINE_VALUE_ALONE, param->text, orphan_values[i].right);
            return true;
        }
    if (!param->has_value && vfio_id_is_orphan(bare)) {
        host_finding(param->host, FINDING_VFIO_IDS_MALFORMED_CMDLINE, param->text);
        return true;
    }
    return false;
}

/* A parameter of a module, without the name of its module before it; NULL: none. */
static const char *with_module(struct span key)
{
    static const char *const full[] = {"vfio_pci.disable_idle_d3",
                                       "vfio_pci.disable_vga",
                                       "vfio_pci.ids",
                                       "vfio_iommu_type1.allow_unsafe_interrupts",
                                       "kvm.ignore_msrs",
                                       "i915.enable_guc",
                                       "i915.max_vfs"};
    for (size_t i = 0; i < ARRAY_SIZE(full); i++)
        if (span_is_module(key, strchr(full[i], '.') + 1))
            return full[i];
    return NULL;
}

/* A key that does not exist, but looks like one. */
static bool check_key(const struct param *param)
{
    static const char *const wrong_ids[] = {"vfio.ids",         "vfio_ids",          "vfio_pci_ids",
                                            "vfio_pci.pci_ids", "vfio_pci_core.ids", "vfio_iommu_type1.ids",
                                            "vfio_pci"};
    const char *known[KNOWN_KEYS + 1] = {NULL};
    for (int i = 0; i < KNOWN_KEYS; i++)
        known[i] = keys[i].key;
    const char *guess = span_guess(param->key, known);
    for (size_t i = 0; i < ARRAY_SIZE(wrong_ids) && param->has_value; i++)
        if (span_is_module(param->key, wrong_ids[i]))
            guess = "vfio_pci.ids";
    if (param->has_value)
        guess = guess ? guess : with_module(param->key);
    if (!guess)
        return false;
    /* vfio-pci, as everybody writes it. */
    bool is_vfio_pci = strncmp(guess, "vfio_pci.", 9) == 0;
    host_finding(param->host, FINDING_CMDLINE_TYPO, param->text, is_vfio_pci ? "vfio-pci." : "",
                 is_vfio_pci ? guess + 9 : guess, param->has_value ? "=" : "", SPAN_FORMAT(param->value));
    return true;
}

/* Findings are about this parameter from now on. */
static void look_at_param(struct host_state *host, const struct cmdline *line, int number)
{
    host->file = cmdline_param_file(line, number);
    host->line = line->params[number].line;
}

void cmdline_params_check(struct host_state *host, const struct cmdline *line, const struct cmdline *others)
{
    for (int i = 0; i < line->count; i++) {
        const char *text = cmdline_param(line, i);
        if (others && cmdline_has(others, text))
            continue;
        struct param param = {.host = host, .all = line, .number = i, .text = text};
        look_at_param(host, line, i);
        param.has_value = span_split(span_of(text), '=', &param.key, &param.value);
        /* A quote around a value is no part of it. */
        if (param.value.length > 1 && param.value.start[0] == '"')
            param.value = (struct span){param.value.start + 1, param.value.length - 2};
        if (check_orphan(&param) || check_key(&param))
            continue;
        for (size_t n = 0; n < ARRAY_SIZE(keys); n++)
            if (keys[n].check && span_is_module(param.key, keys[n].key))
                keys[n].check(&param);
    }
}

bool cmdline_param_matters(const char *param)
{
    struct span key;
    struct span value;
    span_split(span_of(param), '=', &key, &value);
    for (int i = 0; i < KNOWN_KEYS; i++)
        if (span_is_module(key, keys[i].key))
            return true;
    return span_is(key, "video") && span_holds(value, "fb:off");
}

/* ---- the line as a whole ---- */

/* Some kernels turn Intel's IOMMU on by themselves (CONFIG_INTEL_IOMMU_DEFAULT_ON): it is there without a
 * parameter. */
static bool is_on_by_default(struct host_state *host)
{
    return !host->running_intel_iommu && iommu_is_on(host->root) == TRISTATE_YES;
}

static void check_switch(struct host_state *host, const struct cmdline *line,
                         const struct switch_state *state, enum cpu_maker other_maker)
{
    if (!state->how || (other_maker != CPU_UNKNOWN && host->setup.cpu == other_maker))
        return;
    look_at_param(host, line, state->param);
    bool is_off = strcmp(state->how, "off") == 0;
    bool is_intel = strcmp(state->key, "intel_iommu") == 0;
    if (is_off && is_intel)
        host_finding(host, FINDING_CMDLINE_IOMMU_OFF_INTEL, state->key);
    else if (is_off)
        host_finding(host, FINDING_CMDLINE_IOMMU_OFF, state->key);
    /* "on" is no value of the others, which is reported already. */
    if (state->contradicts && is_intel)
        host_finding(host, FINDING_CMDLINE_CONTRADICTORY, state->key, state->how);
}

/* With igfx_off the unit of the integrated GPU stays off. */
static void check_igfx_off(struct host_state *host, const struct cmdline *line, const char *igpu)
{
    for (int i = 0; *igpu && host->setup.cpu == CPU_INTEL && i < line->count; i++) {
        struct span key;
        struct span values;
        struct span value;
        span_split(span_of(cmdline_param(line, i)), '=', &key, &values);
        while (span_is_module(key, "intel_iommu") && span_next_part(&values, ',', &value))
            if (span_is(value, "igfx_off")) {
                look_at_param(host, line, i);
                host_finding(host, FINDING_CMDLINE_IGFX_OFF_PASSED, igpu);
                return;
            }
    }
}

void cmdline_check(struct host_state *host, const struct cmdline *line, bool passthrough_wanted,
                   const char *igpu)
{
    struct switch_state intel = cmdline_read_switch(line, "intel_iommu");
    struct switch_state amd = cmdline_read_switch(line, "amd_iommu");
    struct switch_state any = cmdline_read_switch(line, "iommu");
    check_switch(host, line, &intel, CPU_AMD);
    check_switch(host, line, &amd, CPU_INTEL);
    check_switch(host, line, &any, CPU_UNKNOWN);
    check_igfx_off(host, line, igpu);
    if (host->setup.cpu != CPU_INTEL || intel.how || !passthrough_wanted || is_on_by_default(host))
        return;
    bool pt = cmdline_has(line, "iommu=pt");
    bool igfx_off = cmdline_has(line, "intel_iommu=igfx_off");
    findings_add(host->findings, line->count ? cmdline_param_file(line, 0) : NULL,
                 line->count ? line->params[0].line : 0, FINDING_IOMMU_NOT_ENABLED,
                 pt ? ", and iommu=pt alone does not do it" : "",
                 igfx_off ? "; igfx_off alone does not do it either" : "", pt ? " before iommu=pt" : "");
}
