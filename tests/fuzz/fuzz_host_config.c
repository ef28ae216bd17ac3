/* The host's files: GRUB's settings, a kernel command line, modprobe.d. The first byte chooses the file. */

#include "probe/host_state.h"
#include "tests/fuzz/fuzz_config.h"

static void read_grub(struct host_state *host, struct span text, struct kernel_line *line)
{
    struct grub_settings *settings = calloc(1, sizeof *settings);
    require(settings, "there is memory");
    grub_parse(settings, text, "fuzz");
    kernel_words_check(host, &settings->linux_words, NULL);
    kernel_words_check(host, &settings->default_words, &settings->linux_words);
    for (int i = 0; i < settings->linux_words.count; i++)
        kernel_line_add(line, span_of(kernel_word(&settings->linux_words, i)), "fuzz", 1);
    kernel_line_free(&settings->linux_words);
    kernel_line_free(&settings->default_words);
    free(settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct root *root;
    struct error error = {.code = ERROR_NONE};
    struct findings findings = {.items = NULL};
    struct host_state *host = calloc(1, sizeof *host);
    struct kernel_line *line = calloc(1, sizeof *line);
    char *text = malloc(size ? size : 1);
    require(host && line && text, "there is memory");
    require(root || root_open("/proc/self/fdinfo", &root, &error) == ERROR_NONE, "there is a folder");
    host->root = root;
    host->findings = &findings;
    host->cpu = size ? data[0] / 4 % 3 : 0;
    if (size)
        memcpy(text, data + 1, size - 1);
    struct span all = {text, size ? size - 1 : 0};
    if (size && data[0] % 4 == 1) {
        read_grub(host, all, line);
    } else if (size && data[0] % 4 == 2) {
        modprobe_parse(host, all, "fuzz");
    } else {
        kernel_line_add(line, all, "fuzz", 1);
        kernel_words_check(host, line, NULL);
    }
    kernel_line_check(host, line, true);
    vfio_ids_check(host);
    require(host->id_count <= MAX_VFIO_IDS && line->count <= MAX_KERNEL_WORDS, "lists are bounded");
    for (int i = 0; i < line->count; i++)
        require(kernel_line_has(line, kernel_word(line, i)), "a line has its words");
    require_sound_findings(&findings);
    kernel_line_free(line);
    findings_free(&findings);
    free(line);
    free(host);
    free(text);
    return 0;
}
