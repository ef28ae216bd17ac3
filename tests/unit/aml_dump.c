/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shows what the reader of ACPI tables finds, for tests that compare it with a disassembler.
 *
 * aml_dump TABLE...: each method as "FILE method PATH", each UUID as "FILE optimus|mux PATH", and
 * "FILE damaged" where something was not understood.
 * aml_dump --root FOLDER GPU-PATH PORT-PATH: what is so for a built-in AMD discrete GPU 1002:6600 at 01:00.0,
 * as lines "KEY VALUE". */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/acpi.h"
#include "probe/aml.h"

enum { MAX_BYTES = 16 << 20, HEADER_SIZE = 36 };

static void die(const char *what)
{
    fprintf(stderr, "aml_dump: %s\n", what);
    exit(2);
}

static void show_method(void *context, const struct aml_path *path, const uint8_t *body, size_t length)
{
    char text[AML_PATH_TEXT_SIZE];
    (void)body;
    (void)length;
    printf("%s method %s\n", (const char *)context, aml_path_print(path, text));
}

static void show_uuid(void *context, enum aml_uuid uuid, const struct aml_path *path)
{
    static const char *const names[AML_UUID_COUNT] = {"optimus", "mux"};
    char text[AML_PATH_TEXT_SIZE];
    printf("%s %s %s\n", (const char *)context, names[uuid], aml_path_print(path, text));
}

static void show_table(char *path)
{
    const struct aml_visitor visitor = {.context = path, .method = show_method, .uuid = show_uuid};
    uint8_t *bytes = malloc(MAX_BYTES);
    FILE *file = fopen(path, "rb");
    size_t length = bytes && file ? fread(bytes, 1, MAX_BYTES, file) : 0;
    if (length < HEADER_SIZE)
        die(path);
    fclose(file);
    if (aml_walk(bytes + HEADER_SIZE, length - HEADER_SIZE, &visitor))
        printf("%s damaged\n", path);
    free(bytes);
}

static void show_root(const char *folder, const char *gpu_path, const char *port_path)
{
    static const char *const words[] = {"unknown", "no", "yes"};
    static const char *const roms[] = {"unknown", "no", "yes", "binding-unsure"};
    const struct acpi_question question = {.gpu_path = gpu_path,
                                           .port_path = port_path,
                                           .address = {.bus = 1},
                                           .id = {.vendor = 0x1002, .device = 0x6600},
                                           .is_amd_discrete = TRISTATE_YES,
                                           .removable = TRISTATE_NO};
    struct root *root = NULL;
    struct acpi *acpi = NULL;
    struct acpi_gpu facts;
    struct error error = {.code = ERROR_NONE};
    if (root_open(folder, &root, &error) || acpi_read(root, &acpi, &error))
        die(error.message);
    acpi_gpu_facts(acpi, &question, &facts);
    printf("readable %s\npath %s\n", words[acpi_readable(acpi)], facts.path);
    const struct {
        const char *name, *value, *where;
    } lines[] = {{"rom", roms[facts.rom_method], facts.where_rom},
                 {"atrm", words[facts.atrm], facts.where_atrm},
                 {"atpx", words[facts.atpx], facts.where_atpx},
                 {"optimus", words[facts.optimus_dsm], facts.where_optimus_dsm},
                 {"mux", words[facts.mux_dsm], facts.where_mux_dsm}};
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
        printf("%s %s\n%s-where %s\n", lines[i].name, lines[i].value, lines[i].name, lines[i].where);
    printf("vfct %s %zu\n", words[facts.vfct], facts.vfct_image_length);
    for (int i = 0; root_fault(root, i); i++)
        printf("unreadable %s: %s\n", root_fault(root, i)->path, root_fault(root, i)->why);
    acpi_free(acpi);
    root_close(root);
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "--root") == 0) {
        show_root(argv[2], argv[3], argv[4]);
        return 0;
    }
    if (argc < 2)
        die("name a table");
    for (int i = 1; i < argc; i++)
        show_table(argv[i]);
    return 0;
}
