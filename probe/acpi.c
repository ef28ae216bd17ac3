/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/acpi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/bytes.h"
#include "probe/vfct.h"

enum {
    MAX_TABLES = 64,
    MAX_TABLE_BYTES = 2 << 20,
    MAX_TABLE_FILES = 512, /* in a directory, of all kinds */
    MAX_PLACES = 1024,
    MAX_BODIES = 256 << 10, /* bytes of all _DSM methods */
    HEADER_SIZE = 36,       /* ACPI 6.5, 5.2.6 */
    TABLE_NAME_SIZE = 24,
    CLASS_DISPLAY = 0x03,
};

static const char tables_directory[] = "/sys/firmware/acpi/tables";

enum kind { KIND_ROM, KIND_ATRM, KIND_ATPX, KIND_DSM, KIND_OPTIMUS, KIND_MUX };

/* Something of interest, and where it was found: a method, or the scope that holds a UUID. */
struct place {
    enum kind kind;
    struct aml_path path;
    char table[TABLE_NAME_SIZE];
    bool in_method; /* a UUID: what holds it is a method */
    size_t body;    /* of a _DSM: its bytes in acpi.bodies */
    size_t body_length;
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
    struct buffer bodies; /* of the _DSM methods */
};

/* A table while its AML is walked. */
struct table {
    struct acpi *acpi;
    const char *name;
    struct aml_path method; /* the last one */
};

/* NULL when there are too many. */
static struct place *add_place(const struct table *table, enum kind kind, const struct aml_path *path)
{
    struct acpi *acpi = table->acpi;
    if (acpi->place_count == MAX_PLACES) {
        acpi->incomplete = true;
        return NULL;
    }
    struct place *place = &acpi->places[acpi->place_count++];
    place->kind = kind;
    place->path = *path;
    snprintf(place->table, sizeof place->table, "%s", table->name);
    return place;
}

static void note_dsm(const struct table *table, const struct aml_path *path, const uint8_t *body,
                     size_t length)
{
    struct buffer *bodies = &table->acpi->bodies;
    struct place *place = add_place(table, KIND_DSM, path);
    if (!place)
        return;
    place->body = bodies->length;
    buffer_append(bodies, (const char *)body, length);
    if (bodies->failed)
        table->acpi->incomplete = true;
    else
        place->body_length = length;
}

static void note_method(void *context, const struct aml_path *path, const uint8_t *body, size_t length)
{
    ((struct table *)context)->method = *path;
    if (aml_path_ends_with(path, "_DSM"))
        note_dsm(context, path, body, length);
    else if (aml_path_ends_with(path, "_ROM"))
        add_place(context, KIND_ROM, path);
    else if (aml_path_ends_with(path, "ATRM"))
        add_place(context, KIND_ATRM, path);
    else if (aml_path_ends_with(path, "ATPX"))
        add_place(context, KIND_ATPX, path);
}

static void note_uuid(void *context, enum aml_uuid uuid, const struct aml_path *path)
{
    const struct table *table = context;
    struct place *place = add_place(table, uuid == AML_UUID_OPTIMUS ? KIND_OPTIMUS : KIND_MUX, path);
    if (place)
        place->in_method = path->count == table->method.count && aml_path_is_within(path, &table->method);
}

/* What a _DSM of another name does is not looked up. */
static void note_alias(void *context, const struct aml_path *path)
{
    note_method(context, path, (const uint8_t *)"", 0);
}

/* Reads a table with this signature, cut to the length that its header states. ROOT_UNREADABLE is noted. */
static enum root_result read_table(struct root *root, const char *path, const char *signature,
                                   struct buffer *table)
{
    enum root_result result = root_read(root, path, MAX_TABLE_BYTES, table);
    if (result)
        return result;
    const char *why = NULL;
    uint32_t stated = 0;
    if (table->length < HEADER_SIZE)
        why = "is too short for an ACPI table";
    else if (memcmp(table->data, signature, 4) != 0)
        why = "does not have the signature of this ACPI table";
    else if ((stated = read_32((const uint8_t *)table->data + 4)) < HEADER_SIZE)
        why = "states a length that no ACPI table has";
    else if (stated > table->length)
        why = "is shorter than the ACPI table states";
    if (why) {
        root_note_unreadable(root, path, why);
        return ROOT_UNREADABLE;
    }
    table->length = stated;
    return ROOT_OK;
}

/* Reads one table of the namespace: `name` is relative to the directory of tables. */
static void read_definitions(struct root *root, struct acpi *acpi, const char *name, struct buffer *bytes)
{
    char path[320];
    struct table table = {.acpi = acpi, .name = name};
    const struct aml_visitor visitor = {&table, note_method, note_uuid, note_alias};
    const char *slash = strchr(name, '/');
    bool is_dsdt = strcmp(name, "DSDT") == 0;
    snprintf(path, sizeof path, "%s/%s", tables_directory, name);
    if (acpi->table_count == MAX_TABLES) {
        root_note_unreadable(root, tables_directory, "has too many tables");
        acpi->incomplete = true;
        return;
    }
    acpi->table_count++;
    enum root_result result = read_table(root, path, slash ? slash + 1 : name, bytes);
    if (result) {
        if (result == ROOT_ABSENT)
            root_note_unreadable(root, path, "is listed, but there is no such file");
        acpi->incomplete = true;
        return;
    }
    acpi->has_dsdt |= is_dsdt;
    if (aml_walk((const uint8_t *)bytes->data + HEADER_SIZE, bytes->length - HEADER_SIZE, &visitor)) {
        root_note_unreadable(root, path, "could be parsed only in part");
        acpi->incomplete = true;
    }
}

static bool is_noted(const struct root *root, const char *path)
{
    const struct root_fault *fault;
    for (int i = 0; (fault = root_fault(root, i)); i++)
        if (strcmp(fault->path, path) == 0)
            return true;
    return false;
}

/* Whether a table defines what belongs to the namespace: also the kinds of before ACPI 2.0, as the kernel has
 * it, and of a maker's own tables (OEMx) those that were loaded while the machine ran. */
static bool is_definition(const char *name, bool is_dynamic)
{
    static const char *const kinds[] = {"SSDT", "PSDT", "OSDT"};
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (strncmp(name, kinds[i], 4) == 0)
            return true;
    return strcmp(name, "DSDT") == 0 || (is_dynamic && strncmp(name, "OEM", 3) == 0 && name[3]);
}

/* Reads the tables of a directory: `prefix` is "", or "dynamic/" for those loaded while the machine ran. */
static void read_directory(struct root *root, struct acpi *acpi, const char *prefix, struct buffer *bytes)
{
    char directory[64];
    snprintf(directory, sizeof directory, "%s/%s", tables_directory, prefix);
    struct root_names names CLEANUP(root_names_free) = root_list(root, directory, MAX_TABLE_FILES);
    acpi->incomplete |= names.count == MAX_TABLE_FILES || is_noted(root, directory);
    for (int i = 0; i < names.count; i++) {
        char name[280];
        snprintf(name, sizeof name, "%s%s", prefix, names.items[i]);
        bool is_dsdt = strcmp(name, "DSDT") == 0;
        acpi->lists_dsdt |= is_dsdt;
        if (is_definition(names.items[i], *prefix))
            read_definitions(root, acpi, name, bytes);
        /* Without the right to read the first, it would be noted once for each. */
        if (is_dsdt && !bytes->length)
            break;
    }
}

static void read_vfct(struct root *root, struct acpi *acpi)
{
    char path[64];
    snprintf(path, sizeof path, "%s/VFCT", tables_directory);
    enum root_result result = read_table(root, path, "VFCT", &acpi->vfct);
    if (result == ROOT_OK) {
        acpi->has_vfct = TRISTATE_YES;
        if (vfct_is_damaged((const uint8_t *)acpi->vfct.data, acpi->vfct.length))
            root_note_unreadable(root, path, "has an image that runs past its end");
    } else if (result == ROOT_ABSENT && acpi->lists_dsdt)
        acpi->has_vfct = TRISTATE_NO;
}

enum error_code acpi_read(struct root *root, struct acpi **acpi, struct error *error)
{
    struct buffer bytes CLEANUP(buffer_free) = BUFFER(MAX_TABLE_BYTES + 70000);
    struct acpi *read = calloc(1, sizeof *read);
    if (!read)
        return error_set(error, ERROR_NO_MEMORY, "no memory to read the ACPI tables");
    read->vfct = BUFFER(MAX_TABLE_BYTES + 70000);
    read->bodies = BUFFER(MAX_BODIES);
    read_directory(root, read, "", &bytes);
    if (read->has_dsdt)
        read_directory(root, read, "dynamic/", &bytes);
    else if (!read->lists_dsdt)
        root_note_unreadable(root, tables_directory, "has no DSDT, which names the devices of the firmware");
    read_vfct(root, read);
    *acpi = read;
    return ERROR_NONE;
}

void acpi_free(struct acpi *acpi)
{
    if (!acpi)
        return;
    buffer_free(&acpi->vfct);
    buffer_free(&acpi->bodies);
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

/* Whether it is at a node itself: the node, or an object of it. */
static bool is_at(const struct aml_path *path, const struct aml_path *node)
{
    return aml_path_is_within(path, node) && path->count <= node->count + 1;
}

/* How a method that holds a UUID relates to the GPU's own _DSM: it is called where its bytes have the name,
 * by its last segment from the same node or one above, with the segment before that from anywhere. */
static enum binding bind_called(const struct acpi *acpi, const struct place *place, const struct nodes *nodes)
{
    const struct aml_path *path = &place->path;
    enum binding best = BINDING_NONE;
    for (int i = 0; i < acpi->place_count; i++) {
        const struct place *dsm = &acpi->places[i];
        if (dsm->kind != KIND_DSM || dsm->path.count != nodes->gpu.count + 1 ||
            !is_at(&dsm->path, &nodes->gpu))
            continue;
        struct aml_path parent = *path;
        parent.count--;
        int segments = path->count < 2 || aml_path_is_within(&nodes->gpu, &parent) ? 1 : 2;
        if (!place->in_method)
            best = aml_path_is_within(&nodes->gpu, path) ? BINDING_POSSIBLE : best;
        else if (dsm->body_length &&
                 memmem(acpi->bodies.data + dsm->body, dsm->body_length,
                        path->segments[path->count - segments], (size_t)segments * AML_SEGMENT_SIZE))
            return BINDING_OWN;
        else if (!aml_path_ends_with(path, "_DSM"))
            best = BINDING_POSSIBLE;
    }
    return best;
}

static enum binding bind_place(const struct acpi *acpi, const struct place *place, const struct nodes *nodes)
{
    const struct aml_path *path = &place->path;
    bool is_uuid = place->kind >= KIND_OPTIMUS;
    /* Of a UUID the node answers to, its _DSM or what that calls holds it. */
    bool counts = !is_uuid || aml_path_ends_with(path, "_DSM") || !place->in_method;
    if (nodes->has_gpu && counts && is_at(path, &nodes->gpu))
        return BINDING_OWN;
    enum binding called = is_uuid && nodes->has_gpu ? bind_called(acpi, place, nodes) : BINDING_NONE;
    if (called == BINDING_OWN)
        return called;
    if (nodes->has_port && aml_path_is_within(path, &nodes->port))
        return BINDING_BELOW_PORT;
    if (nodes->has_gpu)
        return called;
    /* A UUID elsewhere, but in no node's own _DSM, may be what the GPU's _DSM refers to. */
    if (is_uuid && !aml_path_ends_with(path, "_DSM"))
        return BINDING_POSSIBLE;
    return nodes->has_port ? BINDING_NONE : BINDING_POSSIBLE;
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
        enum binding binding = place->kind == kind ? bind_place(acpi, place, nodes) : BINDING_NONE;
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
    static const enum acpi_rom roms[] = {[BINDING_OWN] = ACPI_ROM_YES,
                                         [BINDING_BELOW_PORT] = ACPI_ROM_BINDING_UNSURE,
                                         [BINDING_POSSIBLE] = ACPI_ROM_UNKNOWN,
                                         [BINDING_NONE] = ACPI_ROM_NO};
    return roms[binding];
}

/* Whether a method is at the node of a display device that is there: the driver looks nowhere else. Unknown
 * when the node of one is not known. */
static enum tristate is_at_display(const struct place *place, const struct pci_machine *machine)
{
    enum tristate result = machine ? TRISTATE_NO : TRISTATE_UNKNOWN;
    for (int i = 0; machine && i < machine->count; i++) {
        struct aml_path node;
        if (machine->devices[i].base_class != CLASS_DISPLAY)
            continue;
        if (!aml_path_parse(machine->devices[i].acpi_path, &node))
            result = TRISTATE_UNKNOWN;
        else if (place->path.count == node.count + 1 && aml_path_is_within(&place->path, &node))
            return TRISTATE_YES;
    }
    return result;
}

/* Whether the GPU is served by a method of the integrated GPU. */
static enum tristate find_hybrid(const struct acpi *acpi, enum kind kind,
                                 const struct acpi_question *question, char where[ACPI_WHERE_SIZE])
{
    if (question->is_amd_discrete == TRISTATE_NO || question->removable == TRISTATE_YES)
        return TRISTATE_NO;
    for (int i = 0; i < acpi->place_count; i++) {
        const struct place *place = &acpi->places[i];
        if (place->kind != kind || is_at_display(place, question->machine) == TRISTATE_NO)
            continue;
        print_where(place, where);
        return question->is_amd_discrete;
    }
    return acpi_readable(acpi) == TRISTATE_YES ? TRISTATE_NO : TRISTATE_UNKNOWN;
}

static void find_image(const struct acpi *acpi, const struct acpi_question *question, struct acpi_gpu *facts)
{
    size_t offset = 0;
    const uint8_t *table = (const uint8_t *)acpi->vfct.data;
    facts->vfct = acpi->has_vfct;
    if (acpi->has_vfct == TRISTATE_YES)
        facts->vfct = vfct_find(table, acpi->vfct.length, &question->address, &question->id, &offset,
                                &facts->vfct_image_length);
    if (facts->vfct == TRISTATE_YES)
        facts->vfct_image = table + offset;
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
