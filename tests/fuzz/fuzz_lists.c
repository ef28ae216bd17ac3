/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists from others, plain or compressed, of every kind: importer/product_list.h. */

#include "core/text.h"
#include "importer/product_list.h"
#include "tests/fuzz/fuzz.h"

static int check_products(const struct product_list *list, uint32_t pci_id)
{
    int count;
    const struct product *products = product_list_find(list, pci_id, &count);
    for (int i = 0; i < count; i++) {
        const struct product *product = &products[i];
        size_t length = strnlen(product->name, sizeof product->name);
        require(product->pci_id == pci_id, "what is found is what was asked for");
        require(length && length < sizeof product->name && text_is_utf8(product->name, length),
                "a product has a name in UTF-8");
        require(product->subsystem >= -1 && product->subsystem <= UINT32_MAX && product->revision >= -1 &&
                    product->revision <= UINT8_MAX,
                "a subsystem and a revision are of 32 and 8 bits");
    }
    return count;
}

static void read_products(enum source_kind kind, const char *path)
{
    struct problems problems = {.report = require_problem};
    struct error error = {.code = ERROR_NONE};
    struct product_list list = {.count = 0};
    int added = 0;
    int found = 0;
    enum error_code code = product_list_read(&list, kind, path, "fuzz", &added, &problems, &error);
    require(!code || is_rejection(&error), "an error says why");
    product_list_sort(&list);
    check_products(&list, 0x100273df);
    /* NVIDIA's lists have nobody else's devices. */
    for (uint32_t device = 0; added && device <= 0xffff; device++)
        found += check_products(&list, 0x10de0000U | device);
    require(code || !list_kinds[kind].is_json || found == added, "what is added is found");
    product_list_free(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory_file memory = open_memory(data, size);
    for (int kind = 0; kind < list_kind_count(); kind++)
        if (list_kinds[kind].read)
            read_products((enum source_kind)kind, memory.path);
    close(memory.file);
    return 0;
}
