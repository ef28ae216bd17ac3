#ifndef PASSTHRU_TESTS_CONFIG_FIXTURE_H
#define PASSTHRU_TESTS_CONFIG_FIXTURE_H

/* A recorded machine made of texts, and findings written as "id:line" with blanks between them, so that a
 * test is a table. Every finding that is noticed must be in the table: what does not fire is tested too. */

#include <sys/stat.h>

#include "core/buffer.h"
#include "core/finding.h"
#include "probe/pci.h"
#include "probe/root.h"
#include "tests/unit/unit.h"

enum { MAX_FIXTURE_FILES = 10 };

struct fixture_file {
    const char *path;
    const char *text;
};

struct fixture {
    char folder[512];
    struct root *root;
    struct findings findings;
};

static inline void fixture_open(struct fixture *fixture)
{
    struct error error = {.code = ERROR_NONE};
    *fixture = (struct fixture){.root = NULL};
    snprintf(fixture->folder, sizeof fixture->folder, "%.400s/config-XXXXXX", scratch_parent());
    assert_non_null(mkdtemp(fixture->folder));
    assert_int_equal(root_open(fixture->folder, &fixture->root, &error), ERROR_NONE);
}

static inline void fixture_close(struct fixture *fixture)
{
    root_close(fixture->root);
    findings_free(&fixture->findings);
    assert_int_equal(remove_tree(fixture->folder), 0);
}

static inline void fixture_write(const struct fixture *fixture, const char *path, const char *text)
{
    char full[1024];
    snprintf(full, sizeof full, "%s%s", fixture->folder, path);
    make_folders(full);
    if (!*(strrchr(full, '/') + 1))
        return; /* a folder */
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* "id:line id", in the order in which they were noticed. */
static inline void print_findings(const struct findings *findings, struct buffer *out)
{
    for (int i = 0; i < findings->count; i++) {
        buffer_append_format(out, "%s%s", i ? " " : "",
                             vocabulary_word_of(&vocabulary_finding_id, (int)findings->items[i].id));
        if (findings->items[i].line)
            buffer_append_format(out, ":%ld", findings->items[i].line);
    }
}

/* Fails unless exactly these were noticed, and each says what is so. */
static inline void assert_findings(const char *name, const struct findings *findings, const char *expected)
{
    struct buffer noticed = BUFFER(1 << 20);
    print_findings(findings, &noticed);
    if (strcmp(buffer_text(&noticed), expected) != 0)
        fail_msg("%s: noticed \"%s\" instead of \"%s\"", name, buffer_text(&noticed), expected);
    for (int i = 0; i < findings->count; i++)
        assert_true(findings->items[i].text[0] && !strchr(findings->items[i].text, '\n'));
    buffer_free(&noticed);
}

/* A device at 0000:BUS:00.FUNCTION; `driver` NULL: not known. */
static inline struct pci_device a_device(uint8_t bus, uint8_t function, uint16_t vendor, uint16_t device,
                                         uint8_t base_class, const char *driver)
{
    struct pci_device made = {.address = {.bus = bus, .function = function},
                              .id = {.vendor = vendor, .device = device},
                              .base_class = base_class,
                              .driver_known = driver != NULL};
    snprintf(made.driver, sizeof made.driver, "%s", driver ? driver : "");
    return made;
}

#endif
