/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/tables.h"

#include <string.h>

#include "db/builder.h"
#include "importer/product_names.h"

enum { MAX_PCI_IDS = 16 };

static enum error_code add_word(void *context, const struct table_row *row, struct error *error)
{
    char normal[NAME_WORD_SIZE];
    int kind = vocabulary_find(&vocabulary_word_kind, row->fields[1]);
    if (!name_normalise(row->fields[0], normal))
        return table_error(row, error, "word must be a word or a few of letters and digits, not \"%.100s\"",
                           row->fields[0]);
    if (kind < WORD_KIND_MODEL)
        return table_error(row, error, "\"%.100s\" is not a value of kind", row->fields[1]);
    if (!row->fields[2][0])
        return table_error(row, error, "source is empty");
    return builder_add_name_word(context, normal, (enum word_kind)kind, error);
}

const struct table board_words_table = {"word\tkind\tsource", 1, add_word, "board-words.tsv"};

/* The GPUs of a row, for each of its processors. */
struct processor_row {
    struct builder *builder;
    const char *gpu;
    uint32_t pci_ids[MAX_PCI_IDS];
    int count;
};

static enum error_code add_processor(void *context, const char *processor, struct error *error)
{
    const struct processor_row *row = context;
    for (int i = 0; i < row->count; i++) {
        const struct alias alias = {.pci_id = row->pci_ids[i],
                                    .revision = -1,
                                    .product = row->gpu,
                                    .name = processor,
                                    .form_factor = FORM_FACTOR_INTEGRATED,
                                    .source = "processors"};
        if (builder_add_alias(row->builder, &alias, error))
            return error->code;
    }
    return ERROR_NONE;
}

static enum error_code add_processors(void *context, const struct table_row *row, struct error *error)
{
    const struct known_words *known;
    struct processor_row gpus = {.builder = context, .gpu = row->fields[1]};
    if (!row->fields[0][0] || !row->fields[1][0] || !row->fields[3][0])
        return table_error(row, error, "%s is empty",
                           row->columns[!row->fields[0][0]   ? 0
                                        : !row->fields[1][0] ? 1
                                                             : 3]);
    for (char *rest = row->fields[2], *text; (text = strsep(&rest, ","));) {
        struct pci_id id;
        if (pci_id_parse(text, strlen(text), &id) != PCI_ID_OK || id.has_subsystem ||
            gpus.count == MAX_PCI_IDS)
            return table_error(row, error, "pci_ids must be a list of vvvv:dddd, at most %d, not \"%.100s\"",
                               MAX_PCI_IDS, text);
        gpus.pci_ids[gpus.count++] = pci_id_number(&id);
    }
    /* The GPU's own name, which pci.ids lacks for many processors. */
    for (int i = 0; i < gpus.count; i++) {
        const struct alias alias = {.pci_id = gpus.pci_ids[i],
                                    .revision = -1,
                                    .product = gpus.gpu,
                                    .form_factor = FORM_FACTOR_INTEGRATED,
                                    .source = "names"};
        if (builder_add_alias(gpus.builder, &alias, error))
            return error->code;
    }
    if (builder_known_words(gpus.builder, &known, error))
        return error->code;
    return product_names_each(known, row->fields[0], add_processor, &gpus, error);
}

const struct table processors_table = {"processor\tgpu\tpci_ids\tsource", 1, add_processors,
                                       "processors.tsv"};
