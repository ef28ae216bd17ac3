/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/scan.h"

/* Which devices of a machine are GPUs: the database decides, where it knows them. */

enum { VENDOR_AMD = 0x1002, VENDOR_NVIDIA = 0x10de, VENDOR_HABANA = 0x1da3 };

enum kind { KIND_GPU, KIND_PART, KIND_ACCELERATOR };

/* Whether it is a further display function of a card whose first one is among the GPUs. */
static bool is_second_display(const struct scan *scan, const struct pci_device *device)
{
    for (int i = 0; i < scan->gpu_count; i++)
        if (pci_is_display(scan->gpus[i]) && pci_same_device(scan->gpus[i], device) &&
            scan->gpus[i]->address.function < device->address.function)
            return true;
    return false;
}

/* An accelerator that no list has is taken for a GPU if its maker sells GPUs of that class. */
static enum kind kind_of(const struct scan *scan, const struct pci_device *device, bool is_listed,
                         bool is_gpu)
{
    uint16_t vendor = device->id.vendor;
    if (is_gpu)
        return KIND_GPU;
    if (pci_is_display(device))
        return is_second_display(scan, device) ? KIND_PART : KIND_GPU;
    bool makes_gpus = vendor == VENDOR_AMD || vendor == VENDOR_NVIDIA || vendor == VENDOR_HABANA;
    return !is_listed && makes_gpus ? KIND_GPU : KIND_ACCELERATOR;
}

enum error_code scan_keep_gpus(struct scan *scan, struct database *database, struct error *error)
{
    static struct device device; /* too large for a stack */
    int candidates = scan->are_named ? 0 : scan->gpu_count;
    error->code = ERROR_NONE;
    if (!candidates)
        return ERROR_NONE;
    scan->gpu_count = 0;
    for (int i = 0; i < candidates; i++) {
        const struct pci_device *candidate = scan->gpus[i];
        struct pci_id base = pci_id_base(&candidate->id);
        if (database_find_device(database, &base, &device, error) && error->code != ERROR_NOT_FOUND)
            return error->code;
        enum kind kind = kind_of(scan, candidate, !error->code, !error->code && device.is_gpu);
        if (kind == KIND_GPU)
            scan->gpus[scan->gpu_count++] = candidate;
        else if (kind == KIND_ACCELERATOR)
            scan->accelerators[scan->accelerator_count++] = candidate;
        error->code = ERROR_NONE;
    }
    return scan->gpu_count ? ERROR_NONE : scan_no_gpu(scan, error);
}
