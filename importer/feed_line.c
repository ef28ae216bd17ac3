#include "importer/feed_line.h"

#include "core/json_end.h"

#include <sodium.h>
#include <stdint.h>
#include <string.h>
#include <yajl/yajl_parse.h>

enum { MAX_DEPTH = 8, MAX_WORD = 16, REPORT_ID_DIGITS = 64 };

/* The two ways in which the members are usually spaced. */
static const char *const usual_beginnings[] = {"{\"op\":\"add\",\"report\":",
                                               "{\"op\": \"add\", \"report\": "};

bool feed_line_guess(const char *line, size_t length, struct feed_line *found)
{
    for (size_t i = 0; i < ARRAY_SIZE(usual_beginnings); i++) {
        size_t skipped = strlen(usual_beginnings[i]);
        if (length < skipped + 3 || memcmp(line, usual_beginnings[i], skipped) != 0 ||
            line[length - 1] != '}')
            continue;
        *found = (struct feed_line){FEED_ADD, line + skipped, length - skipped - 1, {0}};
        return true;
    }
    return false;
}

enum member { MEMBER_OP, MEMBER_REPORT, MEMBER_ID, MEMBER_REASON, MEMBER_OTHER };
static const char *const member_names[] = {"op", "report", "id", "reason"};

struct line_state {
    yajl_handle parser;
    const char *line;
    int depth;
    enum member member; /* whose value comes at depth 1 */
    bool seen[MEMBER_OTHER];
    char op[MAX_WORD];
    size_t report_start;
    size_t report_end;
    char id[REPORT_ID_DIGITS + 1];
    struct error *error;
};

static int refuse(struct line_state *state, const char *message)
{
    if (!state->error->code)
        error_set(state->error, ERROR_BAD_INPUT, "%s", message);
    return 0;
}

static int wrong_type(struct line_state *state)
{
    if (state->depth == 0)
        return refuse(state, "a line is a JSON object with the member \"op\"");
    if (state->depth > 1 || state->member == MEMBER_OTHER)
        return 1;
    error_set(state->error, ERROR_BAD_INPUT, "member \"%s\" is of the wrong type",
              member_names[state->member]);
    return 0;
}

static int on_null(void *context)
{
    return wrong_type(context);
}

static int on_boolean(void *context, int value)
{
    (void)value;
    return wrong_type(context);
}

static int on_number(void *context, const char *digits, size_t length)
{
    (void)digits;
    (void)length;
    return wrong_type(context);
}

static int on_string(void *context, const unsigned char *text, size_t length)
{
    struct line_state *state = context;
    if (state->depth == 1 && state->member == MEMBER_OP) {
        /* One with a NUL in it is none of those that are known, as one that is too long. */
        size_t kept = length < sizeof state->op && !memchr(text, '\0', length) ? length : 0;
        memcpy(state->op, text, kept);
        state->op[kept] = '\0';
        return 1;
    }
    if (state->depth == 1 && state->member == MEMBER_ID) {
        if (length != REPORT_ID_DIGITS)
            return refuse(state, "member \"id\" is not 64 hexadecimal digits");
        memcpy(state->id, text, length);
        return 1;
    }
    return state->depth == 1 && state->member == MEMBER_REASON ? 1 : wrong_type(state);
}

static int go_down(struct line_state *state)
{
    return ++state->depth <= MAX_DEPTH ? 1 : refuse(state, "nested too deep");
}

static int on_start_map(void *context)
{
    struct line_state *state = context;
    if (state->depth == 1 && state->member == MEMBER_REPORT)
        state->report_start = yajl_get_bytes_consumed(state->parser) - 1;
    else if (state->depth == 1 && !wrong_type(state))
        return 0;
    return go_down(state);
}

static int on_end_map(void *context)
{
    struct line_state *state = context;
    if (--state->depth == 1 && state->member == MEMBER_REPORT)
        state->report_end = yajl_get_bytes_consumed(state->parser);
    return 1;
}

static int on_start_array(void *context)
{
    struct line_state *state = context;
    return state->depth <= 1 && !wrong_type(state) ? 0 : go_down(state);
}

static int on_end_array(void *context)
{
    struct line_state *state = context;
    state->depth--;
    return 1;
}

static int on_key(void *context, const unsigned char *key, size_t length)
{
    struct line_state *state = context;
    if (state->depth != 1)
        return 1;
    state->member = MEMBER_OTHER;
    for (int i = 0; i < MEMBER_OTHER; i++)
        if (length == strlen(member_names[i]) && memcmp(key, member_names[i], length) == 0)
            state->member = (enum member)i;
    if (state->member == MEMBER_OTHER)
        return 1;
    if (state->seen[state->member]) {
        error_set(state->error, ERROR_BAD_INPUT, "member \"%s\" is given twice", member_names[state->member]);
        return 0;
    }
    state->seen[state->member] = true;
    return 1;
}

static enum error_code finish_line(const struct line_state *state, struct feed_line *found,
                                   struct error *error)
{
    *found = (struct feed_line){.operation = FEED_ADD};
    if (!state->seen[MEMBER_OP])
        return error_set(error, ERROR_BAD_INPUT, "member \"op\" is missing");
    if (strcmp(state->op, "add") == 0) {
        if (!state->seen[MEMBER_REPORT])
            return error_set(error, ERROR_BAD_INPUT, "member \"report\" is missing");
        found->report = state->line + state->report_start;
        found->report_length = state->report_end - state->report_start;
        return ERROR_NONE;
    }
    if (strcmp(state->op, "retract") != 0)
        return error_set(error, ERROR_BAD_INPUT, "member \"op\" is neither \"add\" nor \"retract\"");
    found->operation = FEED_RETRACT;
    if (!state->seen[MEMBER_ID])
        return error_set(error, ERROR_BAD_INPUT, "member \"id\" is missing");
    if (strspn(state->id, "0123456789abcdef") != REPORT_ID_DIGITS ||
        sodium_hex2bin(found->id, sizeof found->id, state->id, REPORT_ID_DIGITS, NULL, NULL, NULL))
        return error_set(error, ERROR_BAD_INPUT, "member \"id\" is not 64 hexadecimal digits");
    return ERROR_NONE;
}

enum error_code feed_line_parse(const char *line, size_t length, struct feed_line *found, struct error *error)
{
    static const yajl_callbacks callbacks = {
        on_null,      on_boolean, NULL,       NULL,           on_number,    on_string,
        on_start_map, on_key,     on_end_map, on_start_array, on_end_array,
    };
    struct line_state state = {.line = line, .member = MEMBER_OTHER, .error = error};
    error->code = ERROR_NONE;
    state.parser = yajl_alloc(&callbacks, NULL, &state);
    if (!state.parser)
        return error_set(error, ERROR_NO_MEMORY, "no memory for a line");
    yajl_status status = yajl_parse(state.parser, (const unsigned char *)line, length);
    if (status == yajl_status_ok)
        status = json_end(state.parser);
    yajl_free(state.parser);
    if (status != yajl_status_ok && !error->code)
        error_set(error, ERROR_BAD_INPUT, "no JSON (RFC 8259)");
    return error->code ? error->code : finish_line(&state, found, error);
}
