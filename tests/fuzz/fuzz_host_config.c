/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's files: GRUB's settings, a kernel command line, modprobe.d. The first byte chooses the file. */

#include "probe/host_state.h"
#include "tests/fuzz/fuzz_config.h"

static void read_grub(struct host_state *host, struct span text, struct cmdline *line)
{
    struct grub_settings *settings = calloc(1, sizeof *settings);
    require(settings, "there is memory");
    grub_parse(settings, text, "fuzz");
    cmdline_params_check(host, &settings->linux_params, NULL);
    cmdline_params_check(host, &settings->default_params, &settings->linux_params);
    for (int i = 0; i < settings->linux_params.count; i++)
        cmdline_add(line, span_of(cmdline_param(&settings->linux_params, i)), "fuzz", 1);
    cmdline_free(&settings->linux_params);
    cmdline_free(&settings->default_params);
    free(settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct findings findings = {.items = NULL};
    struct host_state *host = calloc(1, sizeof *host);
    struct cmdline *line = calloc(1, sizeof *line);
    require(host && line, "there is memory");
    if (!size)
        data = (const uint8_t *)"";
    struct span text = {(const char *)data + (size > 0), size - (size > 0)};
    host->root = empty_root();
    host->findings = &findings;
    host->cpu = data[0] / 4 % 3;
    host->setup.waiting_modules = BUFFER(65536);
    if (data[0] % 4 == 1) {
        read_grub(host, text, line);
    } else if (data[0] % 4 == 2) {
        modprobe_parse(host, text, "fuzz");
    } else {
        cmdline_add(line, text, "fuzz", 1);
        cmdline_params_check(host, line, NULL);
    }
    cmdline_check(host, line, true);
    vfio_ids_check(host);
    require(host->id_count <= MAX_VFIO_IDS && line->count <= MAX_CMDLINE_PARAMS, "lists are bounded");
    for (int i = 0; i < line->count; i++)
        require(cmdline_has(line, cmdline_param(line, i)), "a line has its words");
    require_sound_findings(&findings);
    cmdline_free(line);
    findings_free(&findings);
    host_setup_free(&host->setup);
    free(line);
    free(host);
    return 0;
}
