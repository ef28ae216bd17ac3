/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_LOG_DIAGNOSIS_H
#define PASSTHRU_CORE_LOG_DIAGNOSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/log_device.h"
#include "core/symptom_condition.h"
#include "core/symptom_matcher.h"
#include "core/vocabulary.h"

/* What the lines of one boot show, what each means, and which of them leads. */

/* What a symptom looks like and means, as data/symptoms.tsv has it; several may have the same id. */
struct symptom_row {
    const char *id;
    const char *code; /* "", or the one in its line that means it, as data/codes.tsv has it: "31", "0x22:*" */
    const char *scope;
    const char *cause;
    const char *next;
    enum fixable fixable;
    int symptom; /* enum symptom; NO_SYMPTOM for what is harmless, and for marks */
    struct symptom_condition condition;
};

enum { NO_SYMPTOM = -1, NO_ROW = -1 };
enum { MAX_EVENTS = 1024, MAX_EVENT_ROWS = 8, MAX_OTHER_MEANINGS = 3, EVENT_TEXT_SIZE = 240 };

/* Lines that fit the same rows and are about the same device. */
struct log_event {
    int64_t address;              /* core/log_device.h */
    char code[SYMPTOM_CODE_SIZE]; /* core/symptom_matcher.h */
    int fitting[MAX_EVENT_ROWS];
    int fitting_count;
    const char *vendor; /* that the line itself names; NULL: none */
    const char *driver;
    long line; /* the first of them */
    long last;
    long count;
    char text[EVENT_TEXT_SIZE]; /* what the first one says, cut around what matters; any bytes */
    size_t text_length;
    int row;                              /* what they mean; NO_ROW: they are nothing but context */
    int alternatives[MAX_OTHER_MEANINGS]; /* rows that hold if something is so that is not known */
    int alternative_count;
};

/* Who knows the devices of the machine that a log is from. `look` says what is at an address, for a line that
 * names this driver (NULL: none) in a log of this kernel (""): not known; false: nothing, or it may be
 * another machine. */
struct log_machine {
    bool (*look)(void *context, int64_t address, const char *driver, const char *kernel,
                 struct log_device *device);
    void *context;
};

struct log_boot {
    const struct symptom_row *rows;
    struct log_event *events; /* by their first line */
    int count;
    char kernel[32];                   /* "6.8.12"; "": not known */
    bool is_guest;                     /* the log says that its machine is a virtual one */
    struct log_devices named;          /* what the log says of its devices, in all its boots */
    const struct log_machine *machine; /* NULL: nobody knows it */
};

/* Adds a line: which rows fit it, in their order, what they say of it, and its plain text. What differs from
 * all that is there already is left out when there are MAX_EVENTS. */
MUST_CHECK enum error_code log_boot_add(struct log_boot *boot, const int fitting[], int count, long line,
                                        const char *text, size_t length,
                                        const struct symptom_details *details, struct error *error);

/* Decides what each event means: the first row whose condition holds. */
void log_boot_judge(struct log_boot *boot);

/* The event that the other failures of its device follow from, for each device in the order of their lines:
 * the earliest that is no mere effect, unless another one is over it. Lines without an address belong to the
 * only device, else they are a group of their own. Returns how many there are in `leaders`, at most
 * `capacity`; groups[i] is the number of the leader of event i, or -1. */
int log_boot_lead(const struct log_boot *boot, int leaders[], int capacity, int groups[MAX_EVENTS]);

void log_boot_free(struct log_boot *boot);

/* The known failures that are in logs, and what they come down to.
 *
 * A line means the first row of data/symptoms.tsv whose pattern fits it and whose condition holds. A boot of
 * a log is judged when it ends, since what comes after a line may decide what it means. */

enum { MAX_CODES = 256, MAX_SYMPTOMS = MAX_SIGNATURES + MAX_CODES, MAX_LEADERS = 8, MAX_FOLLOWERS = 16 };

/* Where a row was found, in all logs. */
struct found_symptom {
    long count;             /* lines that show it */
    struct log_event first; /* the first of them */
    int log;                /* in which log, by its number from 0 ... */
    int boot;               /* ... and in which boot of those that show anything, from 1 */
    bool leads;             /* a conclusion is about it */
};

enum conclusion_kind {
    CONCLUSION_VBIOS_NOT_DELIVERED, /* the driver in the guest never got the vBIOS */
    CONCLUSION_ALLOCATION_FAILED,   /* it got the vBIOS, and the allocation of the device failed */
    CONCLUSION_INIT_FAILED,         /* it could not initialise the GPU, for another reason */
    CONCLUSION_FIRST_CAUSE,         /* whatever leads */
};

/* What one device comes down to in one log, in the last boot that shows a failure. */
struct log_conclusion {
    enum conclusion_kind kind;
    bool sure; /* a line says so itself */
    int log;
    long later_boot; /* the line at which the last boot of the log begins, if it shows no failure; else 0 */
    struct log_event leader;
    int row;
    int followers[MAX_FOLLOWERS]; /* other rows with a failure of this device, by their lines */
    long follower_lines[MAX_FOLLOWERS];
    int follower_count;
};

struct log_diagnosis {
    struct symptom_matcher *matcher;
    struct symptom_row rows[MAX_SYMPTOMS];    /* those of signatures, and after them those of codes */
    struct found_symptom found[MAX_SYMPTOMS]; /* by row */
    int count;
    int signature_count;
    int log_count;
    const struct log_machine *machine; /* to be set by whoever has one */
    struct log_conclusion *conclusions;
    int conclusion_count;
    /* while a log is read */
    struct log_boot boot;
    int boot_number;
    int log_start;       /* the first of its conclusions */
    long boot_line;      /* at which the last boot begins */
    long joined;         /* a line that was taken together with the one before it */
    long last_candidate; /* the line that was looked at last */
};

/* Makes a diagnosis without symptoms. The caller frees it (log_diagnosis_free), also after an error. */
MUST_CHECK enum error_code log_diagnosis_start(struct log_diagnosis *diagnosis, struct error *error);
void log_diagnosis_free(struct log_diagnosis *diagnosis);

/* Adds a row, in the order of the table; a symptom_visitor, with the diagnosis as its context.
 * ERROR_BAD_INPUT for words, a pattern or a condition that are wrong, for a name that is no symptom, for too
 * many. */
MUST_CHECK enum error_code log_diagnosis_add(void *diagnosis, const struct symptom_record *record,
                                             struct error *error);

/* Adds what a code means, after all rows; the first that fits holds. A symptom_code_visitor, with the
 * diagnosis as its context. ERROR_BAD_INPUT for a symptom that no row has, for too many. */
MUST_CHECK enum error_code log_diagnosis_add_code(void *diagnosis, const struct symptom_code_record *record,
                                                  struct error *error);

/* Reads one log, in constant memory; `name` is for messages. It counts as a log also when it could not be
 * read to its end. Errors: as log_scan. */
MUST_CHECK enum error_code log_diagnosis_read(struct log_diagnosis *diagnosis, int file, const char *name,
                                              struct error *error);

/* Whether a row is a failure: neither harmless nor context. */
bool log_diagnosis_is_failure(const struct log_diagnosis *diagnosis, int row);

#endif
