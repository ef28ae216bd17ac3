/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists from others: importer/product_list.h. */

#include "core/text.h"
#include "importer/product_list.h"
#include "tests/fuzz/fuzz.h"

static void ignore_problem(void *context, const char *file, long line, const char *message)
{
    (void)context;
    (void)file;
    (void)line;
    (void)message;
}

static void check_products(const struct product_list *list, uint32_t pci_id)
{
    int count;
    const struct product *products = product_list_find(list, pci_id, &count);
    for (int i = 0; i < count; i++) {
        size_t length = strlen(products[i].name);
        require(products[i].pci_id == pci_id, "what is found is what was asked for");
        require(length > 0 && text_is_utf8(products[i].name, length), "a product has a name in UTF-8");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct problems problems = {.report = ignore_problem};
    struct memory_file memory = open_memory(data, size);
    for (int source = 0; source < list_kind_count(); source++) {
        if (!list_kinds[source].read)
            continue;
        struct error error = {.code = ERROR_NONE};
        struct product_list *list = product_list_new();
        int added;
        require(list != NULL, "there is memory for a list");
        if (product_list_read(list, (enum source_kind)source, memory.path, "fuzz", &added, &problems, &error))
            require(error.message[0] != '\0', "an error has a message");
        product_list_sort(list);
        check_products(list, 0x100273df);
        check_products(list, 0x10de1d16);
        check_products(list, 0x80863e92);
        product_list_free(list);
    }
    close(memory.file);
    return 0;
}
