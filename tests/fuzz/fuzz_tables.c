/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The project's tables as contributors write them, whole files: importer/tables.h and hub/series.h. The first
 * byte chooses the table. Rules and facts are those of fuzz_rules.c. */

#include "db/builder.h"
#include "hub/series.h"
#include "importer/tables.h"
#include "tests/fuzz/fuzz.h"

static enum error_code names_read(const char *path, UNUSED struct builder *builder,
                                  struct table_summary *summary, struct error *error)
{
    struct device_names names = {.count = 0};
    enum error_code code = table_read(path, &device_names_table, &names, summary, error);
    device_names_sort(&names);
    for (int i = 1; i < names.count && !code; i++)
        require(names.items[i - 1].pci_id < names.items[i].pci_id, "names are sorted, none is there twice");
    device_names_free(&names);
    return code;
}

static enum error_code check_range(UNUSED void *context, const struct table_row *row, struct error *error)
{
    struct gpu_range range;
    if (gpu_range_parse(row, &range, error))
        return error->code;
    require(range.first <= range.last && range.first >> 16 == range.last >> 16, "a range is of one vendor");
    require(range.chip[0] && range.generation[0] && range.source[0], "a range says what it is");
    return ERROR_NONE;
}

static const struct table ranges_table = {range_columns, 3, check_range, NULL};

static enum error_code samples_read(const char *path, UNUSED struct builder *builder,
                                    struct table_summary *summary, struct error *error)
{
    static struct samples samples;
    const struct report report = {.url = "https://www.Example.org//a/b/blog/*/c?d",
                                  .sample = (enum sample)SAMPLE_COUNT};
    enum sample sample;
    enum error_code code = table_read(path, &samples_table, &samples, summary, error);
    samples_decide(&samples, &report, false, &sample);
    require(sample < SAMPLE_TOOL, "an address never tells that the tool sent it");
    samples_free(&samples);
    return code;
}

/* The hub reads it from the directory of its templates. */
static enum error_code site_series_read(const char *path, UNUSED struct builder *builder,
                                        struct table_summary *summary, struct error *error)
{
    struct series_table table;
    char link[FUZZ_PATH_SIZE];
    unlink(fuzz_path(link, "series.tsv"));
    require(symlink(path, link) == 0, "there is room for a link");
    enum error_code code = series_read(fuzz_directory, &table, error);
    for (int i = 0; i < table.count && !code; i++) {
        const struct series *row = &table.rows[i];
        require(row->slug[0] &&
                    row->slug[strspn(row->slug, "abcdefghijklmnopqrstuvwxyz0123456789_-")] == '\0',
                "a series names its directory and nothing else");
        const struct series *found = series_find(&table, row->vendor, row->pattern);
        require(!found ||
                    (found >= table.rows && found < table.rows + table.count && found->vendor == row->vendor),
                "a series is one of the table, and of the vendor");
    }
    *summary = (struct table_summary){.version = 1, .rows = table.count};
    series_free(&table);
    return code;
}

/* A table of the builder, or a function. */
static const struct {
    const struct table *table;
    enum error_code (*read)(const char *, struct builder *, struct table_summary *, struct error *);
} tables[] = {{&priors_table, NULL},     {&prices_table, NULL},      {&subvendors_table, NULL},
              {&chips_table, NULL},      {NULL, symptoms_read},      {NULL, names_read},
              {&ranges_table, NULL},     {&board_words_table, NULL}, {&processors_table, NULL},
              {&cards_table, NULL},      {NULL, samples_read},       {&codes_table, NULL},
              {&plan_steps_table, NULL}, {NULL, site_series_read}};

/* The card whose prices are in the seeds. */
static void add_card(struct builder *builder)
{
    static const struct card card = {.name = "GeForce RTX 3060 12 GB"};
    static const uint16_t devices[] = {0x2503, 0x2504, 0x2501, 0x2509, 0x2544, 0x2487};
    struct pci_id id = {.vendor = 0x10de, .device = devices[0]};
    struct error error;
    int64_t number;
    require(!builder_add_card(builder, &card, &id, &number, &error), "a card can be added");
    for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
        id.device = devices[i];
        require(!builder_add_card_id(builder, &id, number, (int)i, &error), "and its IDs");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char database[FUZZ_PATH_SIZE];
    struct builder *builder = NULL;
    struct table_summary summary = {.rows = 0};
    struct error error = {.code = ERROR_NONE};
    if (!size)
        return 0;
    struct memory_file table = open_memory(data + 1, size - 1);
    require(builder_create(fuzz_path(database, "tables.db"), &builder, &error) == ERROR_NONE,
            "a database can be made");
    add_card(builder);
    size_t i = data[0] % ARRAY_SIZE(tables);
    enum error_code code = tables[i].table
                               ? table_read(table.path, tables[i].table, builder, &summary, &error)
                               : tables[i].read(table.path, builder, &summary, &error);
    require(code == error.code, "code and error agree");
    require(!code || (code == ERROR_BAD_INPUT &&
                      (strchr(error.message, ':') || strstr(error.message, "series.tsv is no text"))),
            "what is wrong is wrong in a line of the file");
    require(code || (summary.version >= 1 && summary.version <= TABLE_MAX_VERSION && summary.rows >= 0),
            "a table has a version");
    builder_free(builder);
    close(table.file);
    return 0;
}
