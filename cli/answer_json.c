#include "cli/answer.h"

#include <stdio.h>
#include <string.h>

#include "cli/contradiction.h"
#include "core/report.h"

static const char *const outcome_keys[OUTCOME_COUNT] = {"works", "works_with_workaround", "partial", "fails"};

static void write_attribute(struct json_writer *writer, const struct gpu *gpu, enum attribute attribute)
{
    const struct annotation *annotation = &gpu->attributes[attribute];
    json_write_begin_object(writer, attribute_name(attribute));
    json_write_string(writer, "value",
                      vocabulary_word_of(attribute_vocabulary(attribute), annotation->value));
    json_write_fraction(writer, "confidence", annotation->confidence);
    json_write_string(writer, "source", annotation->source);
    json_write_end_object(writer);
}

/* The narrowest level of knowledge. */
static const char *knowledge(const struct verdict *verdict)
{
    static const char *const words[EVIDENCE_LEVELS] = {
        [EVIDENCE_ALL] = "mechanism", [EVIDENCE_CLASS] = "class", [EVIDENCE_CHASSIS] = "chassis",
        [EVIDENCE_CHIP] = "chip",     [EVIDENCE_ID] = "id",       [EVIDENCE_SUBSYSTEM] = "subsystem",
    };
    if (verdict->level == LEVEL_UNKNOWN)
        return "none";
    return words[verdict->narrowest < 0 ? EVIDENCE_ALL : verdict->narrowest];
}

static void write_verdict(struct json_writer *writer, const struct answer *answer)
{
    const struct verdict *verdict = &answer->verdict;
    bool known = verdict->level != LEVEL_UNKNOWN;
    struct buffer basis CLEANUP(buffer_free) = BUFFER(4096);
    json_write_begin_object(writer, "verdict");
    json_write_string(writer, "level", vocabulary_word_of(&vocabulary_level, (int)verdict->level));
    const double values[] = {verdict->usable, verdict->low, verdict->high};
    static const char *const keys[] = {"probability", "low", "high"};
    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        if (known)
            json_write_fraction(writer, keys[i], values[i]);
        else
            json_write_null(writer, keys[i]);
    }
    if (known) {
        json_write_begin_object(writer, "outcomes");
        for (int i = 0; i < OUTCOME_COUNT; i++)
            json_write_fraction(writer, outcome_keys[i], verdict->outcomes[i]);
        json_write_end_object(writer);
    } else {
        json_write_null(writer, "outcomes");
    }
    json_write_string(writer, "knowledge", knowledge(verdict));
    json_write_integer(writer, "direct_reports", verdict->direct_reports);
    json_write_integer(writer, "pooled_reports", verdict->pooled_reports);
    verdict_append_basis(&basis, &answer->device.gpu, &answer->device.prior, answer->evidence,
                         &answer->verdict);
    json_write_string(writer, "basis", buffer_text(&basis));
    json_write_end_object(writer);
}

static void write_optional(struct json_writer *writer, const char *key, const char *text)
{
    if (text)
        json_write_string(writer, key, text);
}

/* The reports on their way out. */
struct report_list {
    struct json_writer *writer;
    struct contradiction contradiction;
};

static enum error_code write_report(void *context, const char *id, const char *body, size_t length,
                                    struct error *error)
{
    struct report_list *list = context;
    struct json_writer *writer = list->writer;
    struct report report;
    if (report_parse(body, length, &report, NULL, error))
        return error_set(error, ERROR_DATABASE_DAMAGED, "report %s in the database is not readable", id);
    contradiction_add(&list->contradiction, &report);
    json_write_begin_object(writer, NULL);
    json_write_string(writer, "id", id);
    json_write_string(writer, "outcome", vocabulary_word_of(&vocabulary_outcome, (int)report.outcome));
    json_write_string(writer, "chassis", vocabulary_word_of(&vocabulary_chassis, (int)report.chassis));
    write_optional(writer, "hypervisor", report.hypervisor);
    write_optional(writer, "guest_os", report.guest_os);
    write_optional(writer, "machine", report.machine);
    write_optional(writer, "date", report.date);
    write_optional(writer, "url", report.url);
    write_optional(writer, "note", report.note);
    json_write_begin_array(writer, "attempts");
    for (int i = 0; i < report.attempt_count; i++) {
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "fix", report.attempts[i].fix);
        json_write_string(writer, "result",
                          vocabulary_word_of(&vocabulary_result, (int)report.attempts[i].result));
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
    json_write_end_object(writer);
    report_free(&report);
    return ERROR_NONE;
}

static enum error_code write_reports(struct json_writer *writer, struct database *database,
                                     const struct answer *answer, int limit, struct error *error)
{
    const struct evidence *evidence = &answer->evidence[EVIDENCE_ID];
    enum error_code code = ERROR_NONE;
    struct report_list list = {.writer = writer};
    json_write_begin_object(writer, "reports");
    for (int i = 0; i < OUTCOME_COUNT; i++)
        json_write_integer(writer, outcome_keys[i], evidence->counts[i]);
    if (evidence->latest[0])
        json_write_string(writer, "latest", evidence->latest);
    else
        json_write_null(writer, "latest");
    json_write_begin_array(writer, "items");
    if (evidence_total(evidence))
        code = database_each_report(database, pci_id_number(&answer->device.id), limit, write_report, &list,
                                    error);
    json_write_end_array(writer);
    json_write_end_object(writer);
    contradiction_write_json(writer, &list.contradiction);
    return code;
}

static void write_blockers(struct json_writer *writer, const struct answer *answer)
{
    json_write_begin_array(writer, "blockers");
    for (int i = 0; i < answer->blocker_count; i++) {
        const struct vocabulary_word *word = &vocabulary_blocker.words[answer->blockers[i]];
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "id", word->word);
        json_write_string(writer, "text", word->text);
        json_write_fraction(writer, "confidence",
                            gpu_blocker_confidence(&answer->device.gpu, answer->blockers[i]));
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static void write_workarounds(struct json_writer *writer, const struct answer *answer)
{
    json_write_begin_array(writer, "workarounds");
    for (int i = 0; i < answer->workaround_count; i++) {
        const struct workaround *workaround = &answer->workarounds[i];
        const char *text = vocabulary_text_of(&vocabulary_fix, workaround->fix);
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "fix", workaround->fix);
        json_write_integer(writer, "tried", workaround->tried);
        json_write_integer(writer, "helped", workaround->helped);
        json_write_string(writer, "on", workaround->on_chip ? "chip" : "id");
        json_write_string(writer, "text", text ? text : workaround->fix);
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static void write_chips(struct json_writer *writer, const char *key, const struct remaining_path *path,
                        bool helped)
{
    json_write_begin_array(writer, key);
    for (int i = 0; i < path->chip_count; i++)
        if ((path->chips[i].helped > 0) == helped)
            json_write_string(writer, NULL, path->chips[i].chip);
    json_write_end_array(writer);
}

static void write_path(struct json_writer *writer, const struct answer *answer)
{
    const struct remaining_path *path = &answer->path;
    if (!answer->has_path) {
        json_write_null(writer, "remaining_path");
        return;
    }
    const char *fix = blocker_ways_around(path->blocker)[0];
    json_write_begin_object(writer, "remaining_path");
    json_write_string(writer, "blocker", vocabulary_word_of(&vocabulary_blocker, (int)path->blocker));
    json_write_string(writer, "fix", fix);
    json_write_string(writer, "text", vocabulary_text_of(&vocabulary_fix, fix));
    json_write_begin_array(writer, "fixes");
    for (const char *const *way = blocker_ways_around(path->blocker); *way; way++)
        json_write_string(writer, NULL, *way);
    json_write_end_array(writer);
    json_write_integer(writer, "tried", path->tried);
    json_write_integer(writer, "helped", path->helped);
    write_chips(writer, "worked_on", path, true);
    write_chips(writer, "failed_on", path, false);
    json_write_end_object(writer);
}

static void write_alternatives(struct json_writer *writer, const struct answer *answer)
{
    json_write_begin_array(writer, "alternatives");
    for (int i = 0; i < answer->alternative_count; i++) {
        const struct alternative *alternative = &answer->alternatives[i];
        struct pci_id id = pci_id_from_number(alternative->pci_id);
        char text[PCI_ID_TEXT_SIZE];
        json_write_begin_object(writer, NULL);
        json_write_string(writer, "pci_id", pci_id_print(&id, text));
        json_write_string(writer, "name", alternative->name);
        json_write_fraction(writer, "probability", alternative->usable);
        json_write_bool(writer, "same_chip", alternative->same_chip);
        if (alternative->price_usd) {
            json_write_integer(writer, "price_usd", alternative->price_usd);
            json_write_string(writer, "price_as_of", alternative->price_as_of);
        } else {
            json_write_null(writer, "price_usd");
            json_write_null(writer, "price_as_of");
        }
        json_write_end_object(writer);
    }
    json_write_end_array(writer);
}

static enum error_code write_stated_value(void *context, const struct stated_value *value,
                                          struct error *error)
{
    struct json_writer *writer = context;
    (void)error;
    json_write_begin_object(writer, NULL);
    json_write_string(writer, "attribute", attribute_name(value->attribute));
    json_write_string(writer, "value", value->value);
    json_write_fraction(writer, "confidence", value->confidence);
    json_write_string(writer, "source", value->source);
    json_write_bool(writer, "used", value->rank == 0);
    json_write_end_object(writer);
    return ERROR_NONE;
}

static enum error_code write_explanation(struct json_writer *writer, struct database *database,
                                         const struct answer *answer, struct error *error)
{
    json_write_begin_array(writer, "stated");
    enum error_code code = database_each_stated_value(database, pci_id_number(&answer->device.id),
                                                      write_stated_value, writer, error);
    json_write_end_array(writer);
    return code;
}

enum error_code answer_write_members(struct json_writer *writer, struct database *database,
                                     const struct answer *answer, const struct answer_options *options,
                                     struct error *error)
{
    const struct device *device = &answer->device;
    struct pci_id whole = pci_id_from_number(pci_id_number(&device->id));
    char id[PCI_ID_TEXT_SIZE];
    error->code = ERROR_NONE;
    json_write_string(writer, "query", answer->query);
    json_write_string(writer, "pci_id", pci_id_print(&whole, id));
    if (device->id.has_subsystem)
        json_write_string(writer, "subsystem", strchr(pci_id_print(&device->id, id) + 5, ':') + 1);
    if (device->subsystem[0])
        json_write_string(writer, "subsystem_name", device->subsystem);
    if (device->id.has_revision) {
        char revision[3];
        snprintf(revision, sizeof revision, "%02x", device->id.revision);
        json_write_string(writer, "revision", revision);
    }
    if (device->product[0])
        json_write_string(writer, "product", device->product);
    json_write_string(writer, "vendor", device->vendor);
    json_write_string(writer, "name", device->name);
    if (device->is_gpu && device->gpu.chip[0])
        json_write_string(writer, "chip", device->gpu.chip);
    else
        json_write_null(writer, "chip");
    json_write_bool(writer, "is_gpu", device->is_gpu);
    if (device->is_gpu) {
        write_attribute(writer, &device->gpu, ATTRIBUTE_FORM_FACTOR);
        write_attribute(writer, &device->gpu, ATTRIBUTE_VBIOS);
        write_attribute(writer, &device->gpu, ATTRIBUTE_RESET);
        write_attribute(writer, &device->gpu, ATTRIBUTE_DISPLAY);
        write_verdict(writer, answer);
        if (write_reports(writer, database, answer, options->report_limit, error))
            return error->code;
        write_blockers(writer, answer);
        write_workarounds(writer, answer);
        write_path(writer, answer);
        write_alternatives(writer, answer);
        if (options->explain && write_explanation(writer, database, answer, error))
            return error->code;
    }
    return ERROR_NONE;
}

enum error_code answer_write_json(struct json_writer *writer, struct database *database,
                                  const struct answer *answer, const struct answer_options *options,
                                  struct error *error)
{
    json_write_begin_object(writer, NULL);
    enum error_code code = answer_write_members(writer, database, answer, options, error);
    json_write_end_object(writer);
    return code;
}
