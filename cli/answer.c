#include "cli/answer.h"

#include <string.h>

/* Below this, a person may want to buy something else. */
static const double good_enough = 0.65;

static enum error_code name_what_is_missing(const struct device *device, struct error *error)
{
    char id[PCI_ID_TEXT_SIZE];
    struct pci_id whole = pci_id_from_number(pci_id_number(&device->id));
    pci_id_print(&whole, id);
    if (device->vendor[0])
        error_set(error, ERROR_NOT_FOUND, "%s is not in pci.ids; its vendor %04x is %s", id,
                  device->id.vendor, device->vendor);
    else
        error_set(error, ERROR_NOT_FOUND, "%s is not in pci.ids, and neither is its vendor %04x", id,
                  device->id.vendor);
    return error_next(
        error, "check the digits with lspci -nn; a newer list from https://pci-ids.ucw.cz/ may know it:"
               " passthru import pci.ids");
}

enum error_code answer_find(struct database *database, const struct pci_id *id, const char *query,
                            const struct answer_options *options, struct answer *answer, struct error *error)
{
    struct device *device = &answer->device;
    answer->query = query;
    answer->blocker_count = answer->workaround_count = answer->alternative_count = 0;
    answer->has_path = false;
    if (database_find_device(database, id, device, error))
        return error->code == ERROR_NOT_FOUND ? name_what_is_missing(device, error) : error->code;
    if (device->is_gpu && gpu_settle_by_chassis(&device->gpu, options->chassis))
        return database_find_prior(database, &device->gpu, &device->prior, error);
    return ERROR_NONE;
}

/* The way around the gravest blocker that has one. */
static enum error_code find_path(struct database *database, struct answer *answer, struct error *error)
{
    for (int i = 0; i < answer->blocker_count; i++) {
        if (!blocker_ways_around(answer->blockers[i]))
            continue;
        answer->has_path = true;
        return database_find_path(database, &answer->device.gpu, answer->blockers[i], &answer->path, error);
    }
    return ERROR_NONE;
}

enum error_code answer_judge(struct database *database, const struct answer_options *options,
                             struct answer *answer, struct error *error)
{
    struct device *device = &answer->device;
    if (!device->is_gpu)
        return ERROR_NONE;
    if (database_find_evidence(database, device, options->chassis, answer->evidence, error))
        return error->code;
    answer->verdict = verdict_compute(&device->prior, answer->evidence);
    answer->blocker_count = gpu_blockers(&device->gpu, answer->blockers);
    bool reported =
        evidence_total(&answer->evidence[EVIDENCE_ID]) || evidence_total(&answer->evidence[EVIDENCE_CHIP]);
    if (reported && database_find_workarounds(database, &device->gpu, answer->workarounds, MAX_WORKAROUNDS,
                                              &answer->workaround_count, error))
        return error->code;
    if (find_path(database, answer, error))
        return error->code;
    if (answer->verdict.usable >= good_enough)
        return ERROR_NONE;
    return database_find_alternatives(database, &device->gpu, answer->verdict.usable, answer->alternatives,
                                      MAX_ALTERNATIVES, &answer->alternative_count, error);
}

enum error_code answer_gather(struct database *database, const struct pci_id *id, const char *query,
                              const struct answer_options *options, struct answer *answer,
                              struct error *error)
{
    if (answer_find(database, id, query, options, answer, error))
        return error->code;
    return answer_judge(database, options, answer, error);
}
