/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables and rules as contributors write them: importer/table.h, importer/rule.h, importer/annotator.h. The
 * input is a rules.tsv without its first two lines; what follows a line "===" is a facts.tsv, likewise, and
 * after a further one are names that devices may have. */

#include "core/buffer.h"
#include "importer/annotator.h"
#include "importer/rule.h"
#include "tests/fuzz/fuzz.h"

static const char facts_head[] =
    "# version: 1\npci_id\tsubsystem\trevision\tattribute\tvalue\tconfidence\tsource\treason\n";
static const char separator[] = "\n===\n";

static struct memory_file open_table(const char *head, const uint8_t *data, size_t size)
{
    struct buffer table CLEANUP(buffer_free) = BUFFER(SIZE_MAX / 2);
    buffer_append_text(&table, head);
    buffer_append(&table, (const char *)data, size);
    struct memory_file memory = open_memory((const uint8_t *)table.data, table.length);
    return memory;
}

static void append_rules_head(struct buffer *head)
{
    buffer_append_format(head, "# version: 1\n%s\n", rule_columns);
}

static void check_result(const struct annotator *annotator, const struct annotation_result *result)
{
    require(strlen(result->gpu.chip) < CHIP_SIZE, "a chip has its limit");
    for (int attribute = 0; attribute < ATTRIBUTE_COUNT; attribute++) {
        const struct vocabulary *vocabulary = attribute_vocabulary((enum attribute)attribute);
        const struct annotation *won = &result->gpu.attributes[attribute];
        require(result->counts[attribute] >= 0 && result->counts[attribute] <= MAX_ATTRIBUTE_CLAIMS,
                "statements have their limit");
        require(won->confidence >= 0.0 && won->confidence <= 1.0, "a confidence is a share");
        require(!vocabulary || (won->value >= 0 && won->value < vocabulary->count), "a value is a word");
        for (int i = 0; i < result->counts[attribute]; i++)
            require(annotator_source_text(annotator, result->claims[attribute][i].source) != NULL,
                    "a statement has its source");
    }
}

/* Devices with these names, and products of that name. */
static void resolve_names(struct annotator *annotator, char *names)
{
    static const uint32_t devices[] = {0x10de1d16, 0x100267df, 0x80863e92, 0x1a030000};
    static struct annotation_result result;
    int number = 0;
    for (char *name; (name = strsep(&names, "\n")) && number < 200; number++) {
        struct pci_id id = pci_id_from_number(devices[number % (int)ARRAY_SIZE(devices)]);
        annotator_resolve(annotator, &id, name, &(struct product_hint){.list = 0}, &result);
        check_result(annotator, &result);
        annotator_resolve(annotator, &id, name, NULL, &result);
        check_result(annotator, &result);
    }
}

/* Takes what is before the next separator, or all. */
static struct part {
    const uint8_t *data;
    size_t size;
} next_part(struct part *rest)
{
    const uint8_t *end = rest->size ? memmem(rest->data, rest->size, separator, sizeof separator - 1) : NULL;
    size_t taken = end ? (size_t)(end - rest->data) + sizeof separator - 1 : rest->size;
    /* The newline before a separator ends the last line. */
    struct part part = {rest->data, end ? (size_t)(end - rest->data) + 1 : rest->size};
    *rest = (struct part){rest->data + taken, rest->size - taken};
    return part;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char some_names[] = "GP108M [GeForce MX330]\nEllesmere [Radeon RX 470/480/570/570X/580/580X/590]\n"
                        "CoffeeLake-S GT2 [UHD Graphics 630]\nASPEED Graphics Family\n"
                        "GP108 High Definition Audio Controller\n";
    struct annotator *annotator = annotator_create();
    struct error error;
    struct buffer rules_head CLEANUP(buffer_free) = BUFFER(1000);
    struct part rest = {data, size};
    struct part rules = next_part(&rest);
    struct part facts = next_part(&rest);
    char *names = strndup((const char *)rest.data, rest.size);
    require(names, "there is memory");
    append_rules_head(&rules_head);
    struct memory_file rules_file = open_table(buffer_text(&rules_head), rules.data, rules.size);
    struct memory_file facts_file = open_table(facts_head, facts.data, facts.size);
    require(annotator, "there is memory for an annotator");
    if (!table_read(rules_file.path, &rules_table, annotator, NULL, &error) &&
        !table_read(facts_file.path, &facts_table, annotator, NULL, &error)) {
        annotator_sort(annotator);
        resolve_names(annotator, some_names);
        resolve_names(annotator, names);
    } else {
        require(is_rejection(&error), "a rejection says why");
    }
    annotator_free(annotator);
    close(rules_file.file);
    close(facts_file.file);
    free(names);
    return 0;
}
