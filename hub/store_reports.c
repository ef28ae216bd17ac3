/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_reader.h"
#include "core/report.h"
#include "hub/store_driver.h"

/* ---- one report, as the row has it ---- */

struct found_report {
    bool is_there;
    char state[16];
    char token[STORE_TOKEN_SIZE];
};

static enum error_code take_found(void *context, const char *const columns[], struct error *error)
{
    struct found_report *found = context;
    found->is_there = true;
    snprintf(found->state, sizeof found->state, "%s", columns[0]);
    snprintf(found->token, sizeof found->token, "%s", columns[1]);
    return error->code = ERROR_NONE;
}

static enum error_code find(struct store *store, const char *id, struct found_report *found,
                            struct error *error)
{
    struct store_values values;
    *found = (struct found_report){.is_there = false};
    store_fill(&values, "t", id);
    return store_run(store, "SELECT state, token FROM report WHERE id = $1", &values, take_found, found, NULL,
                     error);
}

/* Of what was purged nobody has a token. */
static bool has_token(const struct found_report *found, const struct store_request *request)
{
    return found->token[0] && strcmp(found->token, request->shown_token_hash) == 0;
}

struct new_decision {
    const char *id;
    const char *action;
    const char *who;
    const char *reason;
    const char *feed; /* which line of the feed it makes: "add", "retract" or "" */
    int64_t time;
};

/* Writes it, and the state that the report has then. */
static enum error_code write_decision(struct store *store, const struct new_decision *decision,
                                      const char *state, struct error *error)
{
    if (store_do(store, error,
                 "INSERT INTO decision (number, report, action, who, reason, feed, time)"
                 " SELECT coalesce(max(number), 0) + 1, CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT),"
                 " CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS BIGINT) FROM decision",
                 "tttttn", decision->id, decision->action, decision->who, decision->reason, decision->feed,
                 decision->time))
        return error->code;
    return store_do(store, error, "UPDATE report SET state = $1 WHERE id = $2", "tt", state, decision->id);
}

/* ---- what comes over HTTP ---- */

/* Its author takes a report back, or has sent another one for it that still waits: that one waits instead. */
static enum error_code take_back(struct store *store, const char *id, const struct found_report *found,
                                 const char *action, const char *reason, int64_t now, struct error *error)
{
    struct new_decision decision = {
        .id = id, .action = action, .who = "author", .reason = reason, .time = now};
    decision.feed = strcmp(found->state, "accepted") == 0 ? "retract" : "";
    return write_decision(store, &decision, "withdrawn", error);
}

static enum error_code withdraw(struct store *store, struct store_request *request, int64_t now,
                                struct error *error)
{
    struct found_report found;
    if (find(store, request->id, &found, error))
        return error->code;
    request->result = RESULT_NOT_FOUND;
    if (!found.is_there)
        return ERROR_NONE;
    request->result = RESULT_WRONG_TOKEN;
    if (!has_token(&found, request))
        return ERROR_NONE;
    request->result = RESULT_DONE;
    if (strcmp(found.state, "pending") != 0 && strcmp(found.state, "accepted") != 0)
        return ERROR_NONE; /* it is away already */
    return take_back(store, request->id, &found, "withdraw", "its author has taken it back", now, error);
}

static const char insert_report[] =
    "INSERT INTO report (id, pci_id, outcome, state, received, sender, token, json)"
    " VALUES ($1, $2, $3, 'pending', $4, $5, $6, $7) ON CONFLICT DO NOTHING";

static void fill_report(struct store_values *values, const struct store_request *request, int64_t now)
{
    store_fill(values, "tttnttt", request->id, request->pci_id, request->outcome, now, request->sender,
               request->token_hash, request->json);
}

static enum error_code add(struct store *store, struct store_request *request, int64_t now,
                           struct error *error)
{
    struct found_report old = {.is_there = false};
    struct store_values values;
    int inserted = 0;
    if (request->supersedes[0] && find(store, request->supersedes, &old, error))
        return error->code;
    request->result = RESULT_NOT_FOUND;
    if (request->supersedes[0] && !old.is_there)
        return ERROR_NONE;
    request->result = RESULT_WRONG_TOKEN;
    if (old.is_there && !has_token(&old, request))
        return ERROR_NONE;
    fill_report(&values, request, now);
    if (store_run(store, insert_report, &values, NULL, NULL, &inserted, error))
        return error->code;
    request->result = inserted ? RESULT_STORED : RESULT_KNOWN;
    /* One that was accepted stays until this one is accepted too: the feed says which counts. */
    if (!inserted || !old.is_there || strcmp(old.state, "pending") != 0)
        return ERROR_NONE;
    return take_back(store, request->supersedes, &old, "supersede", "its author has sent another one for it",
                     now, error);
}

static bool decides(const struct store_request *request)
{
    return request->kind == REQUEST_WITHDRAW || (request->kind == REQUEST_ADD && request->supersedes[0]);
}

/* Reports alone, which ask for nothing that is there: all at once. */
static enum error_code add_all(struct store *store, struct store_request *const requests[], int count,
                               int64_t now, struct error *error)
{
    struct store_values *values = calloc((size_t)count + 1, sizeof *values);
    int *changed = calloc((size_t)count + 1, sizeof *changed);
    int rows = 0;
    for (int i = 0; values && i < count; i++)
        if (requests[i]->kind == REQUEST_ADD)
            fill_report(&values[rows++], requests[i], now);
    if (!values || !changed)
        error_set(error, ERROR_NO_MEMORY, "no memory for the reports");
    else
        store_run_many(store, insert_report, values, rows, changed, error);
    for (int i = 0, row = 0; !error->code && i < count; i++)
        requests[i]->result = requests[i]->kind != REQUEST_ADD ? RESULT_DONE
                              : changed[row++]                 ? RESULT_STORED
                                                               : RESULT_KNOWN;
    free(values);
    free(changed);
    return error->code;
}

enum error_code store_commit(struct store *store, struct store_request *const requests[], int count,
                             int64_t now, struct error *error)
{
    bool any = false;
    for (int i = 0; i < count; i++)
        any |= decides(requests[i]);
    if (store_begin(store, any, error))
        return error->code;
    if (!any && !add_all(store, requests, count, now, error))
        return store_end(store, error);
    for (int i = 0; i < count && !error->code; i++) {
        requests[i]->result = RESULT_DONE;
        if (requests[i]->kind == REQUEST_ADD)
            add(store, requests[i], now, error);
        else if (requests[i]->kind == REQUEST_WITHDRAW)
            withdraw(store, requests[i], now, error);
    }
    return store_end(store, error);
}

/* ---- what a maintainer looks at ---- */

#define REPORT_COLUMNS "SELECT id, pci_id, outcome, state, json, sender, received FROM report "

/* What is printed, or compared with. Its text is the visitor's to check: a report must be found to be purged.
 */
static bool is_sound(const struct stored_report *report)
{
    struct pci_id id;
    return store_is_sha256(report->id) &&
           pci_id_parse(report->pci_id, strlen(report->pci_id), &id) == PCI_ID_OK &&
           vocabulary_find(&vocabulary_outcome, report->outcome) >= 0 &&
           report->state[strspn(report->state, "abcdefghijklmnopqrstuvwxyz")] == '\0';
}

static enum error_code visit_report(void *context, const char *const columns[], struct error *error)
{
    const struct store_visit *visit = context;
    struct stored_report report = {columns[0], columns[1], columns[2], columns[3], columns[4], columns[5], 0};
    if (!is_sound(&report)) {
        error_set(error, ERROR_DATABASE_DAMAGED, "report %.12s in the store is damaged", report.id);
        return error_next(error, "put a copy of the store back, or correct that row of the table report");
    }
    return store_number(columns[6], &report.received, error)
               ? error->code
               : visit->each.report(visit->context, &report, error);
}

enum error_code store_each_report(struct store *store, const char *state, const char *pci_id,
                                  stored_report_visitor *each, void *context, struct error *error)
{
    struct store_visit visit = {{.report = each}, context};
    struct store_values values;
    store_fill(&values, pci_id ? "tt" : "t", state, pci_id);
    return store_run(store,
                     pci_id ? REPORT_COLUMNS "WHERE state = $1 AND pci_id = $2 ORDER BY received, id"
                            : REPORT_COLUMNS "WHERE state = $1 ORDER BY pci_id, received, id",
                     &values, visit_report, &visit, NULL, error);
}

enum error_code store_find_reports(struct store *store, const char *prefix, int limit,
                                   stored_report_visitor *each, void *context, struct error *error)
{
    struct store_visit visit = {{.report = each}, context};
    struct store_values values;
    char end[REPORT_ID_HEX_SIZE + 1];
    snprintf(end, sizeof end, "%sg", prefix); /* after all digits */
    store_fill(&values, "ttn", prefix, end, (int64_t)limit);
    return store_run(store, REPORT_COLUMNS "WHERE id >= $1 AND id < $2 ORDER BY id LIMIT $3", &values,
                     visit_report, &visit, NULL, error);
}

enum error_code store_check_json(const char *id, const char *json, struct error *error)
{
    json_auto_t *report = NULL;
    struct error why;
    if (!strpbrk(json, "\r\n") && !json_read(json, strlen(json), &report, &why) && json_is_object(report) &&
        json_object_size(report))
        return error->code = ERROR_NONE;
    return error_set(error, ERROR_DATABASE_DAMAGED,
                     "report %.12s in the store is damaged: its text is not JSON", id);
}

static enum error_code visit_decision(void *context, const char *const columns[], struct error *error)
{
    const struct store_visit *visit = context;
    struct stored_decision decision = {columns[0], columns[1], columns[2], 0};
    return store_number(columns[3], &decision.time, error)
               ? error->code
               : visit->each.decision(visit->context, &decision, error);
}

enum error_code store_each_decision(struct store *store, const char *id, stored_decision_visitor *each,
                                    void *context, struct error *error)
{
    struct store_visit visit = {{.decision = each}, context};
    struct store_values values;
    store_fill(&values, "t", id);
    return store_run(store,
                     "SELECT action, who, reason, time FROM decision WHERE report = $1 ORDER BY number",
                     &values, visit_decision, &visit, NULL, error);
}

/* ---- what a maintainer decides ---- */

static const struct {
    const char *action;
    const char *state; /* that the report has then */
    const char *from;  /* the state in which it must be; NULL: any but this one */
    const char *next;  /* what else there is */
} decisions[] = {
    [DECISION_ACCEPT] = {"accept", "accepted", "pending", "passthru-hub show ID says what was decided"},
    [DECISION_REJECT] = {"reject", "rejected", "pending",
                         "one that was accepted is taken back with: passthru-hub retract ID --reason WHY"},
    [DECISION_RETRACT] = {"retract", "retracted", "accepted",
                          "one that waits is turned away with: passthru-hub reject ID --reason WHY"},
    [DECISION_PURGE] = {"purge", "purged", NULL, "passthru-hub show ID says what was decided"},
};

static bool may_decide(enum decision decision, const char *state)
{
    const char *from = decisions[decision].from;
    return from ? strcmp(state, from) == 0 : strcmp(state, decisions[decision].state) != 0;
}

/* Its text goes, also out of the segment that it was published in; that it was there and why it is not stays.
 */
static enum error_code purge(struct store *store, const char *id, struct error *error)
{
    static const char *const steps[] = {
        ("UPDATE segment SET sha256 = 'purged ' || sha256 WHERE EXISTS (SELECT 1 FROM decision d"
         " WHERE d.report = $1 AND d.feed = 'add' AND d.number BETWEEN segment.first AND segment.last)"
         " AND sha256 NOT LIKE 'purged %'"),
        "UPDATE decision SET feed = '' WHERE report = $1 AND feed = 'add'",
        "UPDATE report SET json = '', sender = '', token = '' WHERE id = $1",
    };
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
        if (store_do(store, error, steps[i], "t", id))
            return error->code;
    return ERROR_NONE;
}

static enum error_code decide_one(struct store *store, enum decision kind, const char *id, const char *who,
                                  const char *reason, int64_t now, struct error *error)
{
    struct found_report found;
    struct new_decision decision = {
        .id = id, .action = decisions[kind].action, .who = who, .reason = reason, .feed = "", .time = now};
    if (find(store, id, &found, error))
        return error->code;
    if (!found.is_there)
        return error_set(error, ERROR_NOT_FOUND, "there is no report %s", id);
    if (!may_decide(kind, found.state)) {
        error_set(error, ERROR_BAD_INPUT, "cannot %s report %.12s: it is %s", decision.action, id,
                  found.state);
        return error_next(error, "%s", decisions[kind].next);
    }
    if (kind == DECISION_ACCEPT)
        decision.feed = "add";
    else if (strcmp(found.state, "accepted") == 0)
        decision.feed = "retract";
    if (kind == DECISION_PURGE && purge(store, id, error))
        return error->code;
    return write_decision(store, &decision, decisions[kind].state, error);
}

enum error_code store_decide(struct store *store, enum decision decision, char (*ids)[REPORT_ID_HEX_SIZE],
                             int count, const char *who, const char *reason, int64_t now, struct error *error)
{
    if (store_begin(store, true, error))
        return error->code;
    for (int i = 0; i < count && !error->code; i++)
        decide_one(store, decision, ids[i], who, reason, now, error);
    return store_end(store, error);
}

/* ---- all of it ---- */

const char *const store_states[STORE_STATES] = {"pending",   "accepted",  "rejected",
                                                "retracted", "withdrawn", "purged"};

static enum error_code take_count(void *context, const char *const columns[], struct error *error)
{
    int64_t *counts = context;
    for (int i = 0; i < STORE_STATES; i++)
        if (strcmp(columns[0], store_states[i]) == 0)
            return store_number(columns[1], &counts[i], error);
    return error->code = ERROR_NONE;
}

enum error_code store_count(struct store *store, int64_t counts[STORE_STATES], struct error *error)
{
    memset(counts, 0, STORE_STATES * sizeof *counts);
    return store_run(store, "SELECT state, count(*) FROM report GROUP BY state", NULL, take_count, counts,
                     NULL, error);
}

static enum error_code check_report(void *context, const struct stored_report *stored, struct error *error)
{
    struct buffer canonical CLEANUP(buffer_free) = BUFFER(4 * REPORT_MAX_BYTES);
    char id[REPORT_ID_HEX_SIZE];
    struct report report;
    struct error why;
    (void)context;
    if (report_parse(stored->json, strlen(stored->json), &report, &canonical, &why)) {
        error_set(error, ERROR_DATABASE_DAMAGED, "report %.12s in the store is not valid: %.400s", stored->id,
                  why.message);
    } else {
        report_free(&report);
        report_id(buffer_text(&canonical), canonical.length, id);
        if (strcmp(id, stored->id) == 0)
            return ERROR_NONE;
        error_set(error, ERROR_DATABASE_DAMAGED, "report %.12s in the store was changed", stored->id);
    }
    return error_next(error, "put a copy of the store back, or: passthru-hub purge %.12s --reason damaged",
                      stored->id);
}

enum error_code store_check(struct store *store, struct error *error)
{
    for (int i = 0; i < STORE_STATES - 1; i++) /* what was purged has no text */
        if (store_each_report(store, store_states[i], NULL, check_report, NULL, error))
            return error->code;
    return ERROR_NONE;
}
