/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "answer/parts.h"
#include "core/list_version.h"

/* Below this, a person may want to buy something else. */
static const double good_enough = 0.65;

/* Of failures by a GPU's mechanism: from here on its reason says all, and no workaround helps. */
static const double hopeless = 0.8;

enum error_code answer_name_list(struct database *database, char text[LIST_TEXT_SIZE], struct error *error)
{
    char version[LIST_VERSION_SIZE];
    char month[LIST_VERSION_SIZE];
    if (database_pci_ids_version(database, version, error))
        return error->code;
    month_in_words(version, month, sizeof month);
    snprintf(text, LIST_TEXT_SIZE, "your list of PCI IDs %s%s",
             version[0] ? "is from " : "does not say how old it is", version[0] ? month : "");
    return ERROR_NONE;
}

static enum error_code name_what_is_missing(struct database *database, const struct device *device,
                                            struct error *error)
{
    char list[LIST_TEXT_SIZE];
    char id[PCI_ID_TEXT_SIZE];
    if (answer_name_list(database, list, error))
        return error->code;
    pci_id_print_base(&device->id, id);
    if (device->vendor[0])
        error_set(error, ERROR_NOT_FOUND, "%s is not known: %s and lacks this device of %s", id, list,
                  device->vendor);
    else
        error_set(error, ERROR_NOT_FOUND, "%s is not known: %s and lacks even its vendor, %04x", id, list,
                  device->id.vendor);
    return error_next(error,
                      "check the digits with lspci -nn; if the card is newer, fetch a newer list with: "
                      "passthru sync");
}

void answer_free(struct answer *answer)
{
    database_free_reports(answer->reports, answer->report_count);
    free(answer->stated);
    answer->reports = NULL;
    answer->stated = NULL;
    answer->report_count = answer->stated_count = 0;
}

/* A name says of a product that is sold both ways which one it is about as surely as a revision does. */
static const double sure_of_product = 0.9;

enum error_code answer_find(struct database *database, const struct pci_id *id, const char *query,
                            const struct answer_options *options, struct answer *answer, struct error *error)
{
    struct device *device = &answer->device;
    answer_free(answer);
    answer->query = query;
    answer->options = *options;
    answer->match = (struct answer_match){.kind = MATCH_NONE};
    answer->blocker_count = answer->tried_fixes.count = answer->similar_fixes.count = 0;
    answer->alternative_count = answer->card_count = answer->symptom_count = 0;
    answer->has_blocker_workaround = false;
    answer->years.count = 0;
    answer->macos[0] = '\0';
    database_name_sources(database, !options->is_short);
    if (database_find_device(database, id, device, error))
        return error->code == ERROR_NOT_FOUND ? name_what_is_missing(database, device, error) : error->code;
    if (device->is_gpu &&
        (gpu_settle_by_chassis(&device->gpu, options->chassis) || options->share != SHARE_WHOLE))
        return database_ask_share(database, device, options->share, error);
    return ERROR_NONE;
}

/* The workaround for the gravest blocker that has one, and what was tried on GPUs like this one. */
static enum error_code find_workarounds(struct database *database, struct answer *answer, struct error *error)
{
    const struct gpu *gpu = &answer->device.gpu;
    const enum blocker *blocker = NULL;
    for (int i = 0; i < answer->blocker_count && !blocker; i++)
        if (blocker_workarounds(answer->blockers[i]))
            blocker = &answer->blockers[i];
    answer->has_blocker_workaround = blocker != NULL;
    if (blocker &&
        database_find_blocker_workaround(database, gpu, *blocker, &answer->blocker_workaround, error))
        return error->code;
    return database_find_similar_fixes(database, &answer->device, blocker, &answer->similar_fixes, error);
}

/* What was tried against the symptoms that the reports name. */
static enum error_code find_symptoms(struct database *database, struct answer *answer, struct error *error)
{
    enum symptom symptoms[MAX_SHOWN_SYMPTOMS];
    int reports[MAX_SHOWN_SYMPTOMS];
    if (database_find_symptoms(database, pci_id_number(&answer->device.id), answer->options.share, symptoms,
                               reports, MAX_SHOWN_SYMPTOMS, &answer->symptom_count, error))
        return error->code;
    for (int i = 0; i < answer->symptom_count; i++) {
        struct answer_symptom *symptom = &answer->symptoms[i];
        const char *name = symptom_value(symptoms[i]);
        symptom->symptom = symptoms[i];
        symptom->reports = reports[i];
        if (database_find_symptom_fixes(database, name, false, MAX_SYMPTOM_FIXES, &symptom->fixes, error) ||
            database_find_symptom_fixes(database, name, true, MAX_SYMPTOM_FIXES, &symptom->beside, error))
            break;
    }
    return error->code;
}

static enum error_code add_stated_value(void *context, const struct stated_value *value, struct error *error)
{
    struct answer *answer = context;
    struct stated_value *stated =
        realloc(answer->stated, ((size_t)answer->stated_count + 1) * sizeof *stated);
    if (!stated)
        return error_set(error, ERROR_NO_MEMORY, "no memory for an answer");
    answer->stated = stated;
    stated[answer->stated_count++] = *value;
    return ERROR_NONE;
}

static bool may_be_card(const struct gpu *gpu)
{
    enum form_factor form_factor = gpu_form_factor(gpu);
    return form_factor == FORM_FACTOR_DESKTOP || form_factor == FORM_FACTOR_SERVER ||
           form_factor == FORM_FACTOR_EITHER || form_factor == FORM_FACTOR_UNKNOWN;
}

/* A virtual function or a vGPU is another question: answered beside, where there are reports on this ID. */
static enum error_code judge_parts(struct database *database, struct answer *answer,
                                   const int reports[SHARE_COUNT], struct error *error)
{
    error->code = ERROR_NONE;
    memset(answer->parts, 0, sizeof answer->parts);
    for (int share = SHARE_WHOLE + 1; share < SHARE_COUNT && !lacks_driver(answer); share++) {
        struct evidence evidence[EVIDENCE_LEVELS];
        if (!reports[share])
            continue;
        struct device part = answer->device;
        if (database_ask_share(database, &part, (enum share)share, error) ||
            database_find_evidence(database, &part, answer->options.chassis, answer->options.guest, evidence,
                                   NULL, error))
            return error->code;
        answer->parts[share] = verdict_compute(&part.prior, evidence);
    }
    return error->code;
}

/* What macOS has no driver for seldom runs there, whatever is reported of GPUs like it: of six reports one
 * says that it does, with a faked device ID, and two that it does in part. No reports of other chips count
 * then. */
static enum error_code ask_for_macos(struct database *database, struct answer *answer, struct error *error)
{
    static const struct prior no_driver = {
        .shares = {0.01, 0.07, 0.22, 0.70}, .strength = 16.0, .reason = "macOS has no driver for this chip."};
    static const enum evidence_level of_others[] = {EVIDENCE_ALL, EVIDENCE_CLASS, EVIDENCE_CHASSIS,
                                                    EVIDENCE_GUEST};
    if (database_find_macos(database, &answer->device.gpu, answer->macos, error) || !lacks_driver(answer))
        return error->code;
    answer->device.prior = no_driver;
    for (size_t i = 0; i < ARRAY_SIZE(of_others); i++)
        memset(answer->evidence[of_others[i]].weights, 0, sizeof answer->evidence->weights);
    return ERROR_NONE;
}

enum error_code answer_judge(struct database *database, struct answer *answer, struct error *error)
{
    const struct device *device = &answer->device;
    const struct answer_options *options = &answer->options;
    uint32_t id = pci_id_number(&device->id);
    const struct evidence *direct = &answer->evidence[EVIDENCE_ID];
    int parts[SHARE_COUNT];
    if (!device->is_gpu)
        return ERROR_NONE;
    if ((may_be_card(&device->gpu) && database_find_cards(database, &device->id, answer->cards,
                                                          MAX_CARDS_OF_ID, &answer->card_count, error)) ||
        database_find_evidence(database, device, options->chassis, options->guest, answer->evidence, parts,
                               error) ||
        (options->guest == GUEST_MACOS && ask_for_macos(database, answer, error)))
        return error->code;
    answer->verdict = verdict_compute(&device->prior, answer->evidence);
    /* A part of a GPU brings neither its vBIOS nor its reset along; and where the machine has no IOMMU, what
     * else is in the way is no use to know. */
    bool is_hopeless = device->prior.shares[OUTCOME_FAILS] >= hopeless;
    answer->blocker_count =
        options->share == SHARE_WHOLE && !is_hopeless ? gpu_blockers(&device->gpu, answer->blockers) : 0;
    /* Reports that are not shown matter where some of them ended usable and others did not. What a maker
     * states is among them, and not among those that are counted. */
    int usable = usable_reports(direct->counts);
    bool contradict = usable && usable < evidence_total(direct);
    bool needs_reports = direct->samples[SAMPLE_VENDOR_STATEMENT] ||
                         (options->is_short ? contradict : evidence_total(direct) > 0);
    if (((evidence_total(direct) || evidence_total(&answer->evidence[EVIDENCE_CHIP])) &&
         database_find_tried_fixes(database, device, &answer->tried_fixes, error)) ||
        judge_parts(database, answer, parts, error) || find_workarounds(database, answer, error) ||
        (options->report_limit && needs_reports &&
         database_find_reports(database, id, options->share, options->report_limit, !options->is_short,
                               &answer->reports, &answer->report_count, error)) ||
        (!options->is_short && evidence_total(direct) && find_symptoms(database, answer, error)) ||
        (options->by_year && evidence_total(direct) &&
         database_find_report_years(database, &id, options->share, &answer->years, error)) ||
        (options->explain && database_each_stated_value(database, id, add_stated_value, answer, error)))
        return error->code;
    /* The list of alternatives is for any guest; recommend knows which cards macOS drives. */
    if (answer->verdict.usable >= good_enough || options->guest == GUEST_MACOS)
        return ERROR_NONE;
    return database_find_alternatives(
        database, &device->gpu, card_most_vram(answer->cards, answer->card_count), answer->verdict.usable,
        answer->alternatives, MAX_ALTERNATIVES, &answer->alternative_count, error);
}

enum error_code answer_gather(struct database *database, const struct pci_id *id, const char *query,
                              const struct answer_options *options, struct answer *answer,
                              struct error *error)
{
    if (answer_find(database, id, query, options, answer, error))
        return error->code;
    return answer_judge(database, answer, error);
}

/* The number that tells models apart: "380" of "Radeon R9 380", "64" of "Radeon RX Vega 64". */
static size_t model_number(const char *product, const char **number)
{
    size_t length = 0;
    for (const char *word = product; *word; word += strcspn(word, " -/"), word += strspn(word, " -/")) {
        size_t word_length = strcspn(word, " -/");
        if (strcspn(word, "0123456789") >= word_length || (length && word_length < 3))
            continue;
        *number = word;
        length = word_length;
        if (length >= 3)
            break;
    }
    return length;
}

static bool has_word(const char *product, const char *word, size_t length)
{
    for (; *product; product += strcspn(product, " -/"), product += strspn(product, " -/"))
        if (strcspn(product, " -/") == length && strncasecmp(product, word, length) == 0)
            return true;
    return false;
}

/* Of the cards that an ID is sold as the one that was asked for, or else those with its number: a FirePro
 * D700 has twice the memory of a Radeon HD 7970. A series and a list of products have several. */
static void choose_cards(struct answer *answer)
{
    const char *product = answer->match.name;
    const char *number = "";
    size_t length = model_number(product, &number);
    int kept = 0;
    for (int i = 0; i < answer->card_count; i++)
        if (strcmp(answer->cards[i].name, product) == 0) {
            answer->cards[0] = answer->cards[i];
            answer->card_count = 1;
            return;
        }
    if (!length || strchr(product, '/') || has_word(product, "Series", strlen("Series")))
        return;
    for (int i = 0; i < answer->card_count; i++)
        if (has_word(answer->cards[i].name, number, length))
            answer->cards[kept++] = answer->cards[i];
    answer->card_count = kept;
}

enum error_code answer_gather_hit(struct database *database, const struct pci_id *id, const char *query,
                                  const struct answer_options *options, const struct name_hit *hit,
                                  struct answer *answer, struct error *error)
{
    struct device *device = &answer->device;
    if (answer_find(database, id, query, options, answer, error))
        return error->code;
    /* A card was asked for; of the revisions that it has the first one may be that of laptops, too. */
    bool is_card = device->settled && hit->kind == MATCH_EXACT && hit->form_factor == FORM_FACTOR_DESKTOP &&
                   options->chassis == CHASSIS_UNKNOWN;
    /* A Mac's Radeon Pro Vega 64 has the ID of a server card. */
    bool is_laptop_chip = hit->kind == MATCH_EXACT && hit->form_factor == FORM_FACTOR_MOBILE;
    if (device->is_gpu &&
        (is_card || is_laptop_chip || gpu_form_factor(&device->gpu) == FORM_FACTOR_EITHER) &&
        gpu_settle(&device->gpu, hit->form_factor, sure_of_product, "the product that was asked for")) {
        device->settled = true;
        if (database_ask_share(database, device, options->share, error))
            return error->code;
    }
    answer->match = (struct answer_match){hit->kind, hit->product, hit->ids};
    if (answer_judge(database, answer, error))
        return error->code;
    choose_cards(answer);
    return ERROR_NONE;
}
