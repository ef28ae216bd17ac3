/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_TESTS_CONFIG_FIXTURE_H
#define PASSTHRU_TESTS_CONFIG_FIXTURE_H

/* Findings written as "id:line" with spaces between them, so that a test is a table. Every finding must be in
 * the table: what does not fire is tested too. */

#include "core/buffer.h"
#include "core/finding.h"
#include "probe/pci.h"
#include "tests/unit/root_fixture.h"

static struct findings findings;

/* Fails unless exactly these were noticed, in this order, and each says what is so; forgets them. */
static inline void assert_findings(const char *name, const char *expected)
{
    struct buffer noticed CLEANUP(buffer_free) = BUFFER(1 << 20);
    for (int i = 0; i < findings.count; i++) {
        const struct finding *finding = &findings.items[i];
        buffer_append_format(&noticed, "%s%s", i ? " " : "",
                             vocabulary_value(&vocabulary_finding_id, (int)finding->id));
        if (finding->line)
            buffer_append_format(&noticed, ":%ld", finding->line);
        assert_true(finding->text[0] && !strchr(finding->text, '\n'));
    }
    if (strcmp(buffer_text(&noticed), expected) != 0)
        fail_msg("%s: noticed \"%s\" instead of \"%s\"", name, buffer_text(&noticed), expected);
    findings_free(&findings);
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
