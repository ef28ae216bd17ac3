/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NVIDIA's supported-gpus.json, plain or compressed: importer/product_list.h. fuzz_lists.c has the other
 * lists. */

#include "core/text.h"
#include "importer/product_list.h"
#include "tests/fuzz/fuzz.h"

static void on_problem(void *context, const char *file, long line, const char *message)
{
    (void)context;
    require(*file && line >= 0 && *message, "a problem says where and why");
}

/* Every product, by every ID that NVIDIA may have. */
static int count_products(const struct product_list *list)
{
    int total = 0;
    for (uint32_t device = 0; device <= 0xffff; device++) {
        int count;
        const struct product *products = product_list_find(list, 0x10de0000U | device, &count);
        total += products ? count : 0;
        for (int i = 0; products && i < count; i++) {
            size_t length = strnlen(products[i].name, sizeof products[i].name);
            require(products[i].pci_id == (0x10de0000U | device), "what is found is what was asked for");
            require(length && length < sizeof products[i].name && text_is_utf8(products[i].name, length),
                    "a product has a name in UTF-8");
            require(products[i].subsystem >= -1 && products[i].subsystem <= UINT32_MAX &&
                        products[i].revision == -1,
                    "a subsystem is a number of 32 bits");
        }
    }
    return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory_file memory = open_memory(data, size);
    for (int kind = 0; kind < list_kind_count(); kind++) {
        struct problems problems = {.report = on_problem};
        struct error error = {.code = ERROR_NONE};
        int added = 0;
        if (!list_kinds[kind].is_json)
            continue;
        struct product_list *list = product_list_new();
        require(list != NULL, "there is memory for a list");
        enum error_code code =
            product_list_read(list, (enum source_kind)kind, memory.path, "fuzz", &added, &problems, &error);
        require(!code || (code == ERROR_BAD_INPUT && error.message[0]), "an error says why");
        product_list_sort(list);
        if (!code && added)
            require(count_products(list) == added, "what is added is found");
        product_list_free(list);
    }
    close(memory.file);
    return 0;
}
