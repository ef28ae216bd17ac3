/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_CORE_PLAN_H
#define PASSTHRU_CORE_PLAN_H

#include "core/buffer.h"
#include "core/tristate.h"
#include "core/vocabulary.h"

/* A row of data/plan.tsv. All rows of one step whose condition `when` holds make the step together: its
 * title, file, check and undo are those of the first that has them; why, content and commands are joined, but
 * for the why and the commands of rows that are done. */
enum plan_text {
    PLAN_STEP, /* the id of the step */
    PLAN_WHEN,
    PLAN_HAVE, /* what makes the row done; "": it says nothing about that */
    PLAN_TITLE,
    PLAN_WHY,
    PLAN_PARAMETERS, /* of the kernel, that the row needs */
    PLAN_FILE,
    PLAN_CONTENT,
    PLAN_COMMANDS,
    PLAN_CHECK,
    PLAN_UNDO,
    PLAN_REBOOT, /* "yes" or "" */
    PLAN_TEXT_COUNT
};

/* Whether a condition holds: facts with commas (and) or | (or, which binds closer) between them, each with a
 * ! before it where it must not be. What a fact that is not known decides is unknown; "" always holds. */
enum tristate plan_holds(const char *condition, const enum tristate facts[PLAN_FACT_COUNT]);

/* Whether all words of a condition are facts, and all {words} of a text variables; else the first that is not
 * one is stored. */
enum { PLAN_NAME_SIZE = 32 };
bool plan_condition_is_valid(const char *condition, char wrong[PLAN_NAME_SIZE]);
bool plan_text_is_valid(const char *text, char wrong[PLAN_NAME_SIZE]);

/* Appends a text with \n as line ends and each {variable} replaced; one that is NULL or not a variable stays
 * as it is. */
void plan_expand(struct buffer *out, const char *text, const char *const variables[PLAN_VARIABLE_COUNT]);

/* Whether a text names a variable. */
bool plan_names(const char *text, enum plan_variable variable);

#endif
