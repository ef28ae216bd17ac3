/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's files: GRUB's settings, a kernel command line, modprobe.d. The first byte chooses the file. */

#include "probe/host_state.h"
#include "tests/fuzz/fuzz_config.h"

static void take_variable(void *line, const struct shell_variable *variable)
{
    cmdline_assign(line, variable);
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
    host->setup.cpu = data[0] / 4 % 3;
    host->setup.waiting_modules = BUFFER(65536);
    if (data[0] % 4 == 1)
        each_shell_variable("fuzz", text, take_variable, line);
    else if (data[0] % 4 == 2)
        modprobe_parse(host, "fuzz", text);
    else
        cmdline_add(line, text, "fuzz", 1);
    cmdline_params_check(host, line, NULL);
    cmdline_check(host, line, true, size % 2 ? "100.conf" : "");
    vfio_ids_check(host);
    require(host->setup.id_count <= MAX_VFIO_IDS && line->count <= MAX_CMDLINE_PARAMS, "lists are bounded");
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
