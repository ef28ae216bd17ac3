/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/acpi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/aml.h"
#include "probe/vfct.h"

enum {
    MAX_TABLES = 64,
    MAX_TABLE_BYTES = 2 << 20,
    MAX_TABLE_FILES = 512, /* in a directory, of all kinds */
    MAX_PLACES = 256,
    HEADER_SIZE = 36, /* ACPI 6.5, 5.2.6 */
    TABLE_NAME_SIZE = 24,
};

static const char tables_directory[] = "/sys/firmware/acpi/tables";

enum kind { KIND_ROM, KIND_ATRM, KIND_ATPX, KIND_OPTIMUS, KIND_MUX };

/* Something of interest, and where it was found: a method, or the scope that holds a UUID. */
struct place {
    enum kind kind;
    struct aml_path path;
    char table[TABLE_NAME_SIZE];
};

struct acpi {
    struct place places[MAX_PLACES];
    int place_count;
    int table_count;
    bool lists_dsdt; /* so that what the directory does not list is not there */
    bool has_dsdt;
    bool incomplete; /* something of the namespace could not be read, or was not understood */
    enum tristate has_vfct;
    struct buffer vfct;
};

/* A table while its AML is walked. */
struct table {
    struct acpi *acpi;
    const char *name;
};

static void add_place(const struct table *table, enum kind kind, const struct aml_path *path)
{
    struct acpi *acpi = table->acpi;
    if (acpi->place_count == MAX_PLACES) {
        acpi->incomplete = true;
        return;
    }
    struct place *place = &acpi->places[acpi->place_count++];
    place->kind = kind;
    place->path = *path;
    snprintf(place->table, sizeof place->table, "%s", table->name);
}

static void note_method(void *context, const struct aml_path *path)
{
    if (aml_path_ends_with(path, "_ROM"))
        add_place(context, KIND_ROM, path);
    else if (aml_path_ends_with(path, "ATRM"))
        add_place(context, KIND_ATRM, path);
    else if (aml_path_ends_with(path, "ATPX"))
        add_place(context, KIND_ATPX, path);
}

static void note_uuid(void *context, enum aml_uuid uuid, const struct aml_path *path)
{
    if (uuid == AML_UUID_OPTIMUS)
        add_place(context, KIND_OPTIMUS, path);
    else if (uuid == AML_UUID_MUX)
        add_place(context, KIND_MUX, path);
}

static uint32_t read_32(const char *bytes)
{
    const uint8_t *byte = (const uint8_t *)bytes;
    return byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
}

/* Reads a table with this signature, cut to the length that its header states. ROOT_UNREADABLE is noted. */
static enum root_result read_table(struct root *root, const char *path, const char *signature,
                                   struct buffer *table)
{
    enum root_result result = root_read(root, path, MAX_TABLE_BYTES, table);
    if (result)
        return result;
    const char *why = NULL;
    if (table->length < HEADER_SIZE)
        why = "is too short for an ACPI table";
    else if (memcmp(table->data, signature, 4) != 0)
        why = "does not have the signature of this ACPI table";
    else if (read_32(table->data + 4) < HEADER_SIZE)
        why = "states a length that no ACPI table has";
    else if (read_32(table->data + 4) > table->length)
        why = "is shorter than the ACPI table states";
    if (why) {
        root_note_unreadable(root, path, why);
        return ROOT_UNREADABLE;
    }
    table->length = read_32(table->data + 4);
    return ROOT_OK;
}

/* Reads one table of the namespace: `name` is relative to the directory of tables. */
static void read_definitions(struct root *root, struct acpi *acpi, const char *name, struct buffer *bytes)
{
    char path[320];
    const struct table table = {acpi, name};
    const struct aml_visitor visitor = {(void *)&table, note_method, note_uuid};
    bool is_dsdt = strcmp(name, "DSDT") == 0;
    snprintf(path, sizeof path, "%s/%s", tables_directory, name);
    if (acpi->table_count == MAX_TABLES) {
        root_note_unreadable(root, tables_directory, "has too many tables");
        acpi->incomplete = true;
        return;
    }
    acpi->table_count++;
    if (read_table(root, path, is_dsdt ? "DSDT" : "SSDT", bytes)) {
        acpi->incomplete = true;
        return;
    }
    acpi->has_dsdt |= is_dsdt;
    if (aml_walk((const uint8_t *)bytes->data + HEADER_SIZE, bytes->length - HEADER_SIZE, &visitor)) {
        root_note_unreadable(root, path, "could be parsed only in part");
        acpi->incomplete = true;
    }
}

/* Reads the tables of a directory: `prefix` is "", or "dynamic/" for those loaded while the machine ran. */
static void read_directory(struct root *root, struct acpi *acpi, const char *prefix, struct buffer *bytes)
{
    char directory[64];
    int count;
    snprintf(directory, sizeof directory, "%s/%s", tables_directory, prefix);
    char **names = root_list(root, directory, MAX_TABLE_FILES, &count);
    acpi->incomplete |= count == MAX_TABLE_FILES;
    for (int i = 0; i < count; i++) {
        char name[280];
        snprintf(name, sizeof name, "%s%s", prefix, names[i]);
        bool is_dsdt = strcmp(name, "DSDT") == 0;
        acpi->lists_dsdt |= is_dsdt;
        if (is_dsdt || strncmp(names[i], "SSDT", 4) == 0)
            read_definitions(root, acpi, name, bytes);
        /* Without the right to read the first, it would be noted once for each. */
        if (is_dsdt && !bytes->length)
            break;
    }
    root_free_names(names, count);
}

static void read_vfct(struct root *root, struct acpi *acpi)
{
    char path[64];
    snprintf(path, sizeof path, "%s/VFCT", tables_directory);
    enum root_result result = read_table(root, path, "VFCT", &acpi->vfct);
    if (result == ROOT_OK)
        acpi->has_vfct = TRISTATE_YES;
    else if (result == ROOT_ABSENT && acpi->lists_dsdt)
        acpi->has_vfct = TRISTATE_NO;
}

enum error_code acpi_read(struct root *root, struct acpi **acpi, struct error *error)
{
    struct buffer bytes CLEANUP(buffer_free) = BUFFER(MAX_TABLE_BYTES + 70000);
    struct acpi *read = calloc(1, sizeof *read);
    if (!read)
        return error_set(error, ERROR_NO_MEMORY, "no memory to read the ACPI tables");
    read->vfct = BUFFER(MAX_TABLE_BYTES + 70000);
    read_directory(root, read, "", &bytes);
    if (read->has_dsdt)
        read_directory(root, read, "dynamic/", &bytes);
    read_vfct(root, read);
    *acpi = read;
    return ERROR_NONE;
}

void acpi_free(struct acpi *acpi)
{
    if (!acpi)
        return;
    buffer_free(&acpi->vfct);
    free(acpi);
}

enum tristate acpi_readable(const struct acpi *acpi)
{
    return acpi->has_dsdt && !acpi->incomplete ? TRISTATE_YES : TRISTATE_UNKNOWN;
}

/* How what was found relates to a GPU, from the surest to none at all. */
enum binding { BINDING_OWN, BINDING_BELOW_PORT, BINDING_POSSIBLE, BINDING_NONE };

/* The nodes that are asked about. */
struct nodes {
    bool has_gpu;
    bool has_port;
    struct aml_path gpu;
    struct aml_path port;
};

static enum binding bind_place(const struct place *place, const struct nodes *nodes)
{
    const struct aml_path *path = &place->path;
    if (nodes->has_gpu && aml_path_is_within(path, &nodes->gpu) && path->count <= nodes->gpu.count + 1)
        return BINDING_OWN;
    if (nodes->has_port && aml_path_is_within(path, &nodes->port))
        return BINDING_BELOW_PORT;
    /* A UUID elsewhere, but in no node's own _DSM, may be what the GPU's _DSM refers to. */
    if (place->kind >= KIND_OPTIMUS && !aml_path_ends_with(path, "_DSM"))
        return BINDING_POSSIBLE;
    return nodes->has_gpu || nodes->has_port ? BINDING_NONE : BINDING_POSSIBLE;
}

static void print_where(const struct place *place, char where[ACPI_WHERE_SIZE])
{
    char path[AML_PATH_TEXT_SIZE];
    snprintf(where, ACPI_WHERE_SIZE, "%s in %s", aml_path_print(&place->path, path), place->table);
}

/* The surest binding of anything of this kind, and where that is; BINDING_POSSIBLE also when what could not
 * be read might be bound. */
static enum binding find_binding(const struct acpi *acpi, enum kind kind, const struct nodes *nodes,
                                 char where[ACPI_WHERE_SIZE])
{
    enum binding best = BINDING_NONE;
    for (int i = 0; i < acpi->place_count; i++) {
        const struct place *place = &acpi->places[i];
        enum binding binding = place->kind == kind ? bind_place(place, nodes) : BINDING_NONE;
        if (binding < best) {
            best = binding;
            print_where(place, where);
        }
    }
    return best == BINDING_NONE && acpi_readable(acpi) != TRISTATE_YES ? BINDING_POSSIBLE : best;
}

static enum tristate dsm_of(enum binding binding)
{
    return binding == BINDING_OWN ? TRISTATE_YES : binding == BINDING_NONE ? TRISTATE_NO : TRISTATE_UNKNOWN;
}

static enum acpi_rom rom_of(enum binding binding)
{
    switch (binding) {
    case BINDING_OWN:
        return ACPI_ROM_YES;
    case BINDING_BELOW_PORT:
        return ACPI_ROM_BINDING_UNSURE;
    case BINDING_NONE:
        return ACPI_ROM_NO;
    default:
        return ACPI_ROM_UNKNOWN;
    }
}

/* Whether the GPU is served by a method of the integrated GPU. */
static enum tristate find_hybrid(const struct acpi *acpi, enum kind kind,
                                 const struct acpi_question *question, char where[ACPI_WHERE_SIZE])
{
    const struct place *place = NULL;
    for (int i = 0; i < acpi->place_count && !place; i++)
        if (acpi->places[i].kind == kind)
            place = &acpi->places[i];
    if (question->is_amd_discrete == TRISTATE_NO || question->removable == TRISTATE_YES)
        return TRISTATE_NO;
    if (!place)
        return acpi_readable(acpi) == TRISTATE_YES ? TRISTATE_NO : TRISTATE_UNKNOWN;
    print_where(place, where);
    return question->is_amd_discrete;
}

static void find_image(const struct acpi *acpi, const struct acpi_question *question, struct acpi_gpu *facts)
{
    size_t offset = 0;
    const uint8_t *table = (const uint8_t *)acpi->vfct.data;
    facts->vfct = acpi->has_vfct;
    if (acpi->has_vfct != TRISTATE_YES)
        return;
    switch (vfct_find(table, acpi->vfct.length, &question->address, &question->id, &offset,
                      &facts->vfct_image_length)) {
    case VFCT_FOUND:
        facts->vfct_image = table + offset;
        break;
    case VFCT_NONE:
        facts->vfct = TRISTATE_NO;
        break;
    case VFCT_DAMAGED:
        facts->vfct = TRISTATE_UNKNOWN;
        break;
    }
}

void acpi_gpu_facts(const struct acpi *acpi, const struct acpi_question *question, struct acpi_gpu *facts)
{
    struct nodes nodes;
    *facts = (struct acpi_gpu){.vfct_image = NULL};
    nodes.has_gpu = aml_path_parse(question->gpu_path, &nodes.gpu);
    nodes.has_port = aml_path_parse(question->port_path, &nodes.port);
    if (nodes.has_gpu)
        aml_path_print(&nodes.gpu, facts->path);
    facts->rom_method = rom_of(find_binding(acpi, KIND_ROM, &nodes, facts->where_rom));
    facts->optimus_dsm = dsm_of(find_binding(acpi, KIND_OPTIMUS, &nodes, facts->where_optimus_dsm));
    facts->mux_dsm = dsm_of(find_binding(acpi, KIND_MUX, &nodes, facts->where_mux_dsm));
    facts->atrm = find_hybrid(acpi, KIND_ATRM, question, facts->where_atrm);
    facts->atpx = find_hybrid(acpi, KIND_ATPX, question, facts->where_atpx);
    find_image(acpi, question, facts);
}
