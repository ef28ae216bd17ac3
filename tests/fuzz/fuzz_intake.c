/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request for the hub: hub/intake.h, hub/address.h, hub/http.h, hub/template.h. The first line is the
 * header Authorization, the second X-Forwarded-For and a path, the rest the body. What is accepted can be
 * answered and read again; answers are JSON; an HTML page has no markup of the body. */
#include "tests/fuzz/fuzz.h"

#include <sodium.h>

#include "core/json_reader.h"
#include "core/report.h"
#include "hub/address.h"
#include "hub/http.h"
#include "hub/intake.h"
#include "hub/store.h"
#include "hub/template.h"

enum { LINE = 300 };

/* The bytes up to the next LF, cut, as text. */
static void take_line(const char **bytes, size_t *size, char line[LINE])
{
    const char *end = memchr(*bytes, '\n', *size);
    size_t length = end ? (size_t)(end - *bytes) : *size;
    snprintf(line, LINE, "%.*s", (int)length, *bytes);
    length += end != NULL;
    *bytes += length;
    *size -= length;
}

static void check_json(const struct buffer *answer)
{
    json_auto_t *object = NULL;
    struct error error;
    require(!json_read(buffer_text(answer), answer->length, &object, &error), "an answer is not JSON");
}

static void check_accepted(struct intake *intake)
{
    struct report report;
    struct error error;
    const char *json = intake->request.json;
    require(!report_parse(json, strlen(json), &report, NULL, &error), "what was accepted is not a report");
    report_free(&report);
    require(store_is_sha256(intake->request.id), "an id is not one");
    for (int result = RESULT_STORED; result <= RESULT_DONE; result++) {
        struct buffer answer CLEANUP(buffer_free) = BUFFER(1 << 20);
        intake->request.result = (enum request_result)result;
        int status = intake_answer(intake, &answer);
        require(status >= 200 && status < 500, "an answer without a status");
        check_json(&answer);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    char line[LINE];
    struct intake intake = {.request = {.kind = REQUEST_ADD}};
    struct networks trusted = {.count = 0};
    struct address peer = {.is_v6 = false};
    struct buffer body CLEANUP(buffer_free) = BUFFER(REPORT_MAX_BYTES + 1);
    struct buffer answer CLEANUP(buffer_free) = BUFFER(1 << 20);
    struct buffer page CLEANUP(buffer_free) = BUFFER(1 << 22);
    struct stat status;
    if (sodium_init() < 0)
        return 0;
    take_line(&bytes, &size, line);
    intake_take_authorization(&intake, line);
    take_line(&bytes, &size, line);
    if (networks_parse("0.0.0.0/1,fd00::/8", &trusted))
        address_of_client(&trusted, line, &peer);
    (void)networks_parse(line, &trusted);
    require(files_open("/nonexistent", line, &status) < 0, "a path leads out");
    buffer_append(&body, bytes, size);
    int refused = intake_read(&intake, &body, "2026-12-01", &answer);
    if (refused)
        check_json(&answer);
    else
        check_accepted(&intake);
    html_text_with_links(&page, buffer_text(&body));
    require(!strstr(buffer_text(&page), "<script") && !strstr(buffer_text(&page), "<b"), "text is markup");
    intake_free(&intake);
    return 0;
}
