/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_HUB_INTAKE_H
#define PASSTHRU_HUB_INTAKE_H

#include "core/buffer.h"
#include "core/error.h"
#include "hub/store.h"

/* What a request says and what is answered, apart from HTTP. Answers are JSON objects with a newline. */

enum { INTAKE_TOKEN_SIZE = 65 };

/* One request on its way. */
struct intake {
    struct store_request request;  /* for the store */
    struct buffer canonical;       /* keeps the report of it */
    char token[INTAKE_TOKEN_SIZE]; /* that is given out with the report */
};

/* Reads one report of somebody, as /v1/reports takes it. Returns 0 with `intake` ready for the store, or the
 * HTTP status, 400 (it is not a JSON object), 413 or 422 (all that is wrong with it), with the answer
 * appended. `tomorrow` as YYYY-MM-DD: no report is from later on. `intake` is zero before, and freed by
 * intake_free. */
int intake_read(struct intake *intake, const struct buffer *body, const char *tomorrow,
                struct buffer *answer);
void intake_free(struct intake *intake);

/* Keeps the token of a header `Authorization: Bearer TOKEN`; NULL or anything else is no token. */
void intake_take_authorization(struct intake *intake, const char *header);

/* Appends what the store's result means and returns the HTTP status. */
int intake_answer(const struct intake *intake, struct buffer *answer);

/* Appends {"error":"..."} and returns `status`. */
int intake_fail(struct buffer *answer, int status, const char *why);

#endif
