#include "importer/product_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "importer/line_reader.h"

enum { MAX_LINE = 1024, MAX_PRODUCTS = 65536, AMD_VENDOR = 0x1002 };

struct product_list {
    struct product *products; /* by ID, then by revision */
    int count;
};

/* "73DF,\tC3,\tAMD Radeon RX 6800M" */
static bool parse_line(const char *line, size_t length, struct product *product)
{
    unsigned device;
    unsigned revision;
    int used = 0;
    if (sscanf(line, "%4x,%*[ \t]%2x,%*[ \t]%n", &device, &revision, &used) != 2 || !used ||
        !text_is_utf8(line, length) || memchr(line, '\0', length))
        return false;
    const char *name = line + used;
    if (strncmp(name, "AMD ", 4) == 0)
        name += 4;
    if (!*name || strlen(name) >= sizeof product->name)
        return false;
    product->pci_id = (uint32_t)AMD_VENDOR << 16 | device;
    product->revision = (uint8_t)revision;
    memcpy(product->name, name, strlen(name) + 1);
    return true;
}

static bool is_comment(const char *line)
{
    /* The one line that is no product is the version of the format, such as 1.0.0. */
    return line[strspn(line, " \t")] == '\0' || line[0] == '#' || line[strspn(line, "0123456789.")] == '\0';
}

static enum error_code add(struct product_list *list, const struct product *product, struct error *error)
{
    if (list->count == MAX_PRODUCTS)
        return error_set(error, ERROR_BAD_INPUT, "more than %d products", MAX_PRODUCTS);
    if ((list->count & (list->count - 1)) == 0) {
        size_t room = list->count ? 2 * (size_t)list->count : 1;
        struct product *products = realloc(list->products, room * sizeof *products);
        if (!products)
            return error_set(error, ERROR_NO_MEMORY, "no memory for products");
        list->products = products;
    }
    list->products[list->count++] = *product;
    return ERROR_NONE;
}

static int compare(const void *a, const void *b)
{
    const struct product *x = a;
    const struct product *y = b;
    if (x->pci_id != y->pci_id)
        return x->pci_id < y->pci_id ? -1 : 1;
    return (int)x->revision - (int)y->revision;
}

static enum error_code read_lines(struct line_reader *lines, const char *shown_path,
                                  struct product_list *list, struct problems *problems, struct error *error)
{
    for (;;) {
        const char *line;
        size_t length;
        struct product product;
        enum line_status status = line_reader_next(lines, &line, &length, error);
        if (status == LINE_END || status == LINE_FAILED)
            return error->code;
        if (status == LINE_TOO_LONG || (!is_comment(line) && !parse_line(line, length, &product)))
            problems_refuse(
                problems, shown_path, line_reader_number(lines),
                "expected a device, a revision and a product name: 73DF,<tab>C3,<tab>AMD Radeon RX 6800M");
        else if (!is_comment(line) && add(list, &product, error))
            return error->code;
    }
}

enum error_code product_list_read(const char *path, const char *shown_path, struct product_list **list,
                                  struct problems *problems, struct error *error)
{
    struct line_reader *lines;
    if (line_reader_open_as(path, shown_path, MAX_LINE, &lines, error))
        return error->code;
    struct product_list *read = calloc(1, sizeof *read);
    enum error_code code = read ? read_lines(lines, shown_path, read, problems, error)
                                : error_set(error, ERROR_NO_MEMORY, "no memory for products");
    line_reader_close(lines);
    if (code) {
        product_list_free(read);
        return code;
    }
    if (read->count)
        qsort(read->products, (size_t)read->count, sizeof *read->products, compare);
    *list = read;
    return ERROR_NONE;
}

void product_list_free(struct product_list *list)
{
    if (!list)
        return;
    free(list->products);
    free(list);
}

const struct product *product_list_find(const struct product_list *list, uint32_t pci_id, int *count)
{
    int low = 0;
    int high = list ? list->count : 0;
    while (low < high) {
        int middle = (low + high) / 2;
        if (list->products[middle].pci_id < pci_id)
            low = middle + 1;
        else
            high = middle;
    }
    *count = 0;
    while (list && low + *count < list->count && list->products[low + *count].pci_id == pci_id)
        ++*count;
    return *count ? &list->products[low] : NULL;
}

int product_list_count(const struct product_list *list)
{
    return list ? list->count : 0;
}
