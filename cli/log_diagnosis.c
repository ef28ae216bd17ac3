#include "cli/log_diagnosis.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cli/log_scan.h"

/* A kernel that starts, and what journalctl puts between two boots: what was seen before it belongs to
 * another attempt. */
static const char boot_words[] = "Linux version |-- Boot |-- Reboot --";
static const char boot_pattern[] = "(^|[:\\]] )Linux version \\d|^-- Boot [0-9a-f]{32} --|^-- Reboot --";

static enum error_code add_signature(void *context, const struct symptom_record *record, struct error *error)
{
    struct log_diagnosis *diagnosis = context;
    const char *const texts[] = {record->word, record->scope, record->cause, record->next};
    const char *copies[ARRAY_SIZE(texts)];
    size_t size = 0;
    if (diagnosis->count == MAX_SIGNATURES - 1) /* one is for the boots */
        return error_set(error, ERROR_DATABASE_DAMAGED, "the database has more than %d signatures",
                         MAX_SIGNATURES - 1);
    if (symptom_matcher_add(diagnosis->matcher, record->words, record->pattern, error)) {
        if (error->code == ERROR_BAD_INPUT)
            error->code = ERROR_DATABASE_DAMAGED;
        return error->code;
    }
    struct known_symptom *symptom = &diagnosis->symptoms[diagnosis->count++];
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        size += strlen(texts[i]) + 1;
    char *end = symptom->strings = malloc(size);
    if (!end)
        return error_set(error, ERROR_NO_MEMORY, "no memory for signatures");
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        copies[i] = end;
        end = stpcpy(end, texts[i]) + 1;
    }
    symptom->word = copies[0];
    symptom->scope = copies[1];
    symptom->cause = copies[2];
    symptom->next = copies[3];
    symptom->fixable = record->fixable;
    symptom->symptom =
        record->fixable == FIXABLE_HARMLESS ? NO_SYMPTOM : vocabulary_find(&vocabulary_symptom, record->word);
    if (symptom->symptom == NO_SYMPTOM && record->fixable != FIXABLE_HARMLESS)
        return error_set(error, ERROR_DATABASE_DAMAGED, "the database has a signature of unknown name");
    return ERROR_NONE;
}

enum error_code log_diagnosis_start(struct log_diagnosis *diagnosis, struct database *database,
                                    struct error *error)
{
    *diagnosis = (struct log_diagnosis){.evidence = LOG_EVIDENCE};
    if (symptom_matcher_create(&diagnosis->matcher, error) ||
        database_each_symptom(database, add_signature, diagnosis, error)) {
        if (error->code == ERROR_DATABASE_DAMAGED && !error->next[0])
            error_next(error, "rebuild it from its sources with: passthru import");
        return error->code;
    }
    return symptom_matcher_add(diagnosis->matcher, boot_words, boot_pattern, error);
}

void log_diagnosis_free(struct log_diagnosis *diagnosis)
{
    for (int i = 0; i < diagnosis->count; i++)
        free(diagnosis->symptoms[i].strings);
    symptom_matcher_free(diagnosis->matcher);
    *diagnosis = (struct log_diagnosis){.count = 0};
}

/* Of a line that is too long to be shown, the part around the word that led to it. */
static void keep_text(struct known_symptom *symptom, const struct log_hit *hit)
{
    enum { BEFORE = 80 };
    size_t start = 0;
    size_t room = sizeof symptom->text;
    if (hit->length > room && hit->word > BEFORE)
        start = hit->word - BEFORE < hit->length - room ? hit->word - BEFORE : hit->length - room;
    symptom->text_length = hit->length - start < room ? hit->length - start : room;
    memcpy(symptom->text, hit->text + start, symptom->text_length);
}

static enum error_code note(void *context, const struct log_hit *hit, struct error *error)
{
    struct log_diagnosis *diagnosis = context;
    (void)error;
    if (hit->signature == diagnosis->count) {
        if (diagnosis->evidence.first != NO_SYMPTOM)
            diagnosis->earlier = diagnosis->evidence;
        diagnosis->evidence = LOG_EVIDENCE;
        return ERROR_NONE;
    }
    struct known_symptom *symptom = &diagnosis->symptoms[hit->signature];
    if (symptom->symptom != NO_SYMPTOM)
        log_evidence_add(&diagnosis->evidence, (enum symptom)symptom->symptom, hit->signature, hit->text,
                         hit->length);
    if (symptom->count++)
        return ERROR_NONE;
    symptom->log = diagnosis->log_count - 1;
    symptom->line = hit->line;
    keep_text(symptom, hit);
    return ERROR_NONE;
}

/* A FIFO without a writer is empty; one with a writer is waited for. A device never ends. */
static int open_log(const char *path, struct error *error)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file >= 0 && fstat(file, &status) == 0) {
        bool is_device = S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode);
        if (!is_device || isatty(file) || status.st_rdev == makedev(1, 3)) {
            fcntl(file, F_SETFL, 0);
            return file;
        }
        error_set(error, ERROR_BAD_INPUT, "cannot read %s as a log: it is a device, and has no end", path);
        error_next(error, "dmesg | passthru diagnose");
        close(file);
        return -1;
    }
    error_set_errno(error, errno, "cannot read %s", path);
    if (error->code == ERROR_SYSTEM)
        error->code = ERROR_BAD_INPUT;
    error_next(error,
               error->code == ERROR_PERMISSION ? "run it as root" : "name a file with the text of a log");
    if (file >= 0)
        close(file);
    return -1;
}

enum error_code log_diagnosis_read(struct log_diagnosis *diagnosis, const char *path, struct error *error)
{
    bool is_stdin = strcmp(path, "-") == 0;
    error->code = ERROR_NONE;
    diagnosis->evidence = diagnosis->earlier = LOG_EVIDENCE;
    diagnosis->log_count++;
    int file = is_stdin ? STDIN_FILENO : open_log(path, error);
    if (file < 0)
        return error->code;
    enum error_code code =
        log_scan(file, is_stdin ? "standard input" : path, diagnosis->matcher, note, diagnosis, error);
    if (!is_stdin)
        close(file);
    if (diagnosis->evidence.first == NO_SYMPTOM)
        diagnosis->evidence = diagnosis->earlier;
    return code;
}

enum error_code log_symptoms(const char *path, struct database *database,
                             enum symptom symptoms[SYMPTOM_COUNT], int *count, struct error *error)
{
    struct log_diagnosis diagnosis;
    *count = 0;
    if (!log_diagnosis_start(&diagnosis, database, error) && !log_diagnosis_read(&diagnosis, path, error))
        for (int i = 0; i < diagnosis.count && *count < SYMPTOM_COUNT; i++)
            if (diagnosis.symptoms[i].count && diagnosis.symptoms[i].symptom != NO_SYMPTOM)
                symptoms[(*count)++] = (enum symptom)diagnosis.symptoms[i].symptom;
    log_diagnosis_free(&diagnosis);
    return error->code;
}
