/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/intake.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/json_writer.h"
#include "core/report_validate.h"

int intake_fail(struct buffer *answer, int status, const char *why)
{
    struct json_writer writer = {.out = answer, .for_terminal = true};
    json_write_begin_object(&writer, NULL);
    json_write_string(&writer, "error", why);
    json_write_end_line(&writer);
    return status;
}

static void hash_token(const char *token, char hash[STORE_TOKEN_SIZE])
{
    report_id(token, strlen(token), hash); /* SHA-256: a token has 256 random bits */
}

void intake_take_authorization(struct intake *intake, const char *header)
{
    static const char scheme[] = "Bearer ";
    if (header && strncasecmp(header, scheme, sizeof scheme - 1) == 0 &&
        strlen(header) == sizeof scheme - 1 + INTAKE_TOKEN_SIZE - 1)
        hash_token(header + sizeof scheme - 1, intake->request.shown_token_hash);
}

/* ---- what is wrong with a report ---- */

/* All at once: in one sentence for who reads it, and field by field. */
static int reject(const struct report_problems *problems, struct buffer *answer)
{
    struct json_writer writer = {.out = answer, .for_terminal = true};
    struct buffer all CLEANUP(buffer_free) = BUFFER(MAX_REPORT_PROBLEMS * sizeof problems->items[0]);
    for (int i = 0; i < problems->count; i++)
        if (!problems->items[i].is_doubt)
            buffer_append_format(&all, "%sfield \"%s\" %s", all.length ? "; " : "", problems->items[i].field,
                                 problems->items[i].text);
    json_write_begin_object(&writer, NULL);
    json_write_string(&writer, "error", buffer_text(&all));
    json_write_begin_array(&writer, "problems");
    for (int i = 0; i < problems->count; i++) {
        if (problems->items[i].is_doubt)
            continue;
        json_write_begin_object(&writer, NULL);
        json_write_string(&writer, "field", problems->items[i].field);
        json_write_string(&writer, "text", problems->items[i].text);
        json_write_end_object(&writer);
    }
    json_write_end_array(&writer);
    json_write_end_line(&writer);
    return 422;
}

static bool are_real(const struct report_problems *problems)
{
    bool any = false;
    for (int i = 0; i < problems->count; i++)
        any |= !problems->items[i].is_doubt;
    return any;
}

/* ---- a report ---- */

/* Takes what the store keeps of a report that is good. Returns what is wrong with its id, if anything. */
static const char *take(struct intake *intake, const struct report *report)
{
    unsigned char random[(INTAKE_TOKEN_SIZE - 1) / 2];
    struct store_request *request = &intake->request;
    struct pci_id base = {.vendor = report->pci_id.vendor, .device = report->pci_id.device};
    request->kind = REQUEST_ADD;
    request->json = buffer_text(&intake->canonical);
    request->outcome = vocabulary_value(&vocabulary_outcome, (int)report->outcome);
    pci_id_print(&base, request->pci_id);
    report_id(request->json, intake->canonical.length, request->id);
    if (report->id && strcmp(report->id, request->id) != 0)
        return "is not the SHA-256 of this report's canonical JSON";
    if (report->supersedes)
        snprintf(request->supersedes, sizeof request->supersedes, "%s", report->supersedes);
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(intake->token, sizeof intake->token, random, sizeof random);
    hash_token(intake->token, request->token_hash);
    return NULL;
}

int intake_read(struct intake *intake, const struct buffer *body, const char *tomorrow, struct buffer *answer)
{
    struct report_circumstances circumstances = {.names = {NULL}};
    struct report_problems problems;
    struct report report;
    struct error error;
    if (body->failed || body->length > REPORT_MAX_BYTES)
        return intake_fail(answer, 413, "a report has at most 16384 bytes");
    problems.count = 0;
    enum error_code code = report_parse_all(buffer_text(body), body->length, &report, &problems, &error);
    if (!code || problems.count) {
        snprintf(circumstances.latest_date, sizeof circumstances.latest_date, "%s", tomorrow);
        report_validate(&report, &circumstances, &problems);
    }
    report_free(&report);
    if (are_real(&problems))
        return reject(&problems, answer);
    intake->canonical = BUFFER((size_t)4 * REPORT_MAX_BYTES);
    if (code || report_parse(buffer_text(body), body->length, &report, &intake->canonical, &error))
        return error.code == ERROR_NO_MEMORY ? intake_fail(answer, 503, "memory is short; try again later")
                                             : intake_fail(answer, 400, error.message);
    const char *wrong = take(intake, &report);
    report_free(&report);
    if (!wrong)
        return 0;
    report_problems_add(&problems, "id", "%s", wrong);
    return reject(&problems, answer);
}

void intake_free(struct intake *intake)
{
    buffer_free(&intake->canonical);
}

/* ---- answers ---- */

static int answer_stored(const struct intake *intake, struct buffer *answer, bool is_new)
{
    struct json_writer writer = {.out = answer, .for_terminal = true};
    json_write_begin_object(&writer, NULL);
    json_write_string(&writer, "id", intake->request.id);
    if (is_new)
        json_write_string(&writer, "withdraw_token", intake->token);
    else
        json_write_bool(&writer, "known", true);
    json_write_end_line(&writer);
    return is_new ? 201 : 200;
}

static int reject_superseding(struct buffer *answer, const char *why)
{
    struct report_problems problems;
    problems.count = 0;
    report_problems_add(&problems, "supersedes", "%s", why);
    return reject(&problems, answer);
}

int intake_answer(const struct intake *intake, struct buffer *answer)
{
    const bool is_withdrawal = intake->request.kind == REQUEST_WITHDRAW;
    switch (intake->request.result) {
    case RESULT_STORED:
        return answer_stored(intake, answer, true);
    case RESULT_KNOWN:
        return answer_stored(intake, answer, false);
    case RESULT_WRONG_TOKEN:
        return is_withdrawal
                   ? intake_fail(answer, 403, "the withdraw token is not that of this report")
                   : reject_superseding(answer,
                                        "needs the withdraw token of the report that it names, in the header "
                                        "Authorization: Bearer TOKEN");
    case RESULT_NOT_FOUND:
        return is_withdrawal ? intake_fail(answer, 404, "there is no such report here")
                             : reject_superseding(answer, "names a report that this hub does not have");
    case RESULT_DONE:
        buffer_append_text(answer, is_withdrawal ? "{\"withdrawn\":true}\n" : "{\"ok\":true}\n");
        return 200;
    case RESULT_UNDECIDED:
        break;
    }
    return intake_fail(answer, 500, "nothing was decided");
}
