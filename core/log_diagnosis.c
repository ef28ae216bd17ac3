/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/log_diagnosis.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/log_scan.h"

/* A kernel that starts, and what journalctl puts between two boots: what was seen before it belongs to
 * another attempt. It is the first signature, so that symptom N is signature N + 1. */
static const char boot_words[] = "Linux version |-- Boot |-- Reboot --";
static const char boot_pattern[] = "(^|[:\\]] )Linux version \\d|^-- Boot [0-9a-f]{32} --|^-- Reboot --";

enum error_code log_diagnosis_start(struct log_diagnosis *diagnosis, struct error *error)
{
    *diagnosis = (struct log_diagnosis){.evidence = LOG_EVIDENCE};
    if (symptom_matcher_create(&diagnosis->matcher, error))
        return error->code;
    return symptom_matcher_add(diagnosis->matcher, boot_words, boot_pattern, error);
}

enum error_code log_diagnosis_add(void *context, const struct symptom_record *record, struct error *error)
{
    struct log_diagnosis *diagnosis = context;
    bool harmless = record->fixable == FIXABLE_HARMLESS;
    int symptom = harmless ? NO_SYMPTOM : vocabulary_find(&vocabulary_symptom, record->id);
    if (diagnosis->count == MAX_SYMPTOMS)
        return error_set(error, ERROR_BAD_INPUT, "more than %d symptoms", MAX_SYMPTOMS);
    if (symptom == NO_SYMPTOM && !harmless)
        return error_set(error, ERROR_BAD_INPUT, "\"%s\" is not a symptom", record->id);
    if (symptom_matcher_add(diagnosis->matcher, record->words, record->pattern, error))
        return error->code;
    struct known_symptom *known = &diagnosis->symptoms[diagnosis->count++];
    known->id = strdup(record->id);
    known->scope = strdup(record->scope);
    known->cause = strdup(record->cause);
    known->next = strdup(record->next);
    known->fixable = record->fixable;
    known->symptom = symptom;
    if (!known->id || !known->scope || !known->cause || !known->next)
        return error_set(error, ERROR_NO_MEMORY, "no memory for symptoms");
    return ERROR_NONE;
}

void log_diagnosis_free(struct log_diagnosis *diagnosis)
{
    for (int i = 0; i < diagnosis->count; i++) {
        free(diagnosis->symptoms[i].id);
        free(diagnosis->symptoms[i].scope);
        free(diagnosis->symptoms[i].cause);
        free(diagnosis->symptoms[i].next);
    }
    symptom_matcher_free(diagnosis->matcher);
    *diagnosis = (struct log_diagnosis){.count = 0};
}

/* Of a line that is too long to be shown, the part around the word that led to it. */
static void keep_text(struct known_symptom *symptom, const struct log_hit *hit)
{
    enum { BEFORE = 80 };
    size_t start = 0;
    size_t capacity = sizeof symptom->text;
    if (hit->length > capacity && hit->word > BEFORE)
        start = hit->word - BEFORE < hit->length - capacity ? hit->word - BEFORE : hit->length - capacity;
    symptom->text_length = hit->length - start < capacity ? hit->length - start : capacity;
    memcpy(symptom->text, hit->text + start, symptom->text_length);
}

static enum error_code note(void *context, const struct log_hit *hit, struct error *error)
{
    struct log_diagnosis *diagnosis = context;
    int number = hit->signature - 1;
    (void)error;
    if (number < 0) {
        if (diagnosis->evidence.first != NO_SYMPTOM)
            diagnosis->earlier = diagnosis->evidence;
        diagnosis->evidence = LOG_EVIDENCE;
        return ERROR_NONE;
    }
    struct known_symptom *symptom = &diagnosis->symptoms[number];
    if (symptom->symptom != NO_SYMPTOM)
        log_evidence_add(&diagnosis->evidence, (enum symptom)symptom->symptom, number, hit->text,
                         hit->length);
    if (symptom->count++)
        return ERROR_NONE;
    symptom->log = diagnosis->log_count - 1;
    symptom->line = hit->line;
    keep_text(symptom, hit);
    return ERROR_NONE;
}

enum error_code log_diagnosis_read(struct log_diagnosis *diagnosis, int file, const char *name,
                                   struct error *error)
{
    diagnosis->evidence = diagnosis->earlier = LOG_EVIDENCE;
    diagnosis->log_count++;
    enum error_code code = log_scan(file, name, diagnosis->matcher, note, diagnosis, error);
    if (diagnosis->evidence.first == NO_SYMPTOM)
        diagnosis->evidence = diagnosis->earlier;
    return code;
}

/* ---- what it comes down to ---- */

void log_evidence_add(struct log_evidence *evidence, enum symptom symptom, int rank, const char *line,
                      size_t length)
{
    static const char vbios_stage[] = "(0x30:0xffff";
    evidence->kinds += !evidence->seen[symptom];
    evidence->seen[symptom] = true;
    if (evidence->first == NO_SYMPTOM || rank < evidence->first_rank) {
        evidence->first = (int)symptom;
        evidence->first_rank = rank;
    }
    evidence->vbios_missing |=
        symptom == SYMPTOM_NVRM_VBIOS_COPY_FAILED || symptom == SYMPTOM_NOUVEAU_NO_VBIOS;
    if (symptom == SYMPTOM_RMINITADAPTER_FAILED)
        for (size_t i = 0; i + sizeof vbios_stage - 1 <= length; i++)
            if (strncasecmp(line + i, vbios_stage, sizeof vbios_stage - 1) == 0)
                evidence->init_at_vbios = true;
}

/* RmInitAdapter, NvKmsKapiDevice and nvidia-smi fail one after the other; which of them came first says how
 * far the driver got. A cause outside of the driver, such as a GPU that fell off the bus, comes before. */
enum log_conclusion log_conclude(const struct log_evidence *evidence, bool *sure, enum symptom *leading)
{
    *sure = false;
    *leading = (enum symptom)evidence->first;
    if (evidence->first == NO_SYMPTOM) {
        *leading = SYMPTOM_RMINITADAPTER_FAILED;
        return CONCLUSION_NOTHING;
    }
    if (evidence->vbios_missing) {
        *sure = true;
        *leading = evidence->seen[SYMPTOM_NVRM_VBIOS_COPY_FAILED] ? SYMPTOM_NVRM_VBIOS_COPY_FAILED
                                                                  : SYMPTOM_NOUVEAU_NO_VBIOS;
        return CONCLUSION_VBIOS_NOT_DELIVERED;
    }
    if (evidence->first == SYMPTOM_RMINITADAPTER_FAILED) {
        if (!evidence->init_at_vbios)
            return CONCLUSION_INIT_FAILED;
        *leading = SYMPTOM_NVRM_VBIOS_COPY_FAILED;
        return CONCLUSION_VBIOS_NOT_DELIVERED;
    }
    return evidence->first == SYMPTOM_NVKMS_ALLOCATION_FAILED ? CONCLUSION_ALLOCATION_FAILED
                                                              : CONCLUSION_FIRST_CAUSE;
}
