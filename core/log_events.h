/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_LOG_EVENTS_H
#define PASSTHRU_CORE_LOG_EVENTS_H

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
    int capacity;
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

#endif
