/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/remote.h"

#include "core/buffer.h"
#include "core/text.h"
#include "feed/signature.h"

#include <ini.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum field { NAME, URL, KIND, KEY, SUBMIT, ENABLED, KNOWLEDGE, FIELD_COUNT };
static const char *const field_names[FIELD_COUNT] = {"name",   "url",     "kind",     "key",
                                                     "submit", "enabled", "knowledge"};

/* inih takes the text from here line by line, so that it is known which line a value is on. */
struct source {
    const char *rest;
    const char *end;
    int line;
    struct remote *remote;
    struct error *error;
    enum field field;       /* that is being read */
    int lines[FIELD_COUNT]; /* where each key was given, 0: nowhere */
};

static const char feed_kind[] = "feed";

const char *remote_kind_name(const struct remote *remote)
{
    return remote->list ? remote->list->name : feed_kind;
}

/* Says it of a line, 0: of the file. Always false. */
PRINTF_LIKE(3, 4) static bool reject(struct source *source, int line, const char *format, ...)
{
    char why[400];
    char place[24] = "";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    if (line)
        snprintf(place, sizeof place, ":%d", line);
    error_set(source->error, ERROR_BAD_INPUT, "%.150s%s: %s", source->remote->file, place, why);
    error_next(source->error, "correct the file, or rename it so that it does not end in .conf;"
                              " passthru-remotes(5) describes remotes");
    return false;
}

static bool read_name(struct source *source, const char *name)
{
    if (!feed_name_fits(name, strlen(name)))
        return reject(source, source->line,
                      "\"%.80s\" cannot name a remote: 1 to 64 of a-z, 0-9, '.', '_' and '-', the first a "
                      "letter or a digit",
                      name);
    memcpy(source->remote->name, name, strlen(name) + 1);
    return true;
}

static bool read_address(struct source *source, const char *url)
{
    struct error why;
    if (remote_check_url(url, &why))
        return reject(source, source->line, "%s: %s", field_names[source->field], why.message);
    if (strlen(url) >= REMOTE_URL_SIZE)
        return reject(source, source->line, "%s is longer than %d characters", field_names[source->field],
                      REMOTE_URL_SIZE - 1);
    memcpy(source->field == URL ? source->remote->url : source->remote->submit, url, strlen(url) + 1);
    return true;
}

static bool read_kind(struct source *source, const char *text)
{
    struct buffer known CLEANUP(buffer_free) = BUFFER(1000);
    for (const struct list_kind *list = list_kinds; list->name; list++) {
        if (!list->check)
            continue;
        source->remote->list = list;
        if (strcmp(text, list->name) == 0)
            return true;
        buffer_append_format(&known, "%s%s", known.length ? ", " : "", list->name);
    }
    source->remote->list = NULL;
    return strcmp(text, feed_kind) == 0 ||
           reject(source, source->line, "kind must be %s or %s, not \"%.80s\"", buffer_text(&known),
                  feed_kind, text);
}

/* Which of these words a value is, in capitals or not; -1: none. */
static int find_word(const char *text, const char *const words[], int count)
{
    while (--count >= 0 && strcasecmp(text, words[count]) != 0)
        ;
    return count;
}

static bool read_enabled(struct source *source, const char *text)
{
    static const char *const words[] = {"no", "yes", "false", "true", "0", "1", "off", "on"};
    int word = find_word(text, words, ARRAY_SIZE(words));
    source->remote->enabled = word % 2;
    return word >= 0 || reject(source, source->line, "enabled must be yes or no, not \"%.80s\"", text);
}

/* One key or two, separated by spaces. */
static bool read_keys(struct source *source, const char *value)
{
    struct remote *remote = source->remote;
    for (const char *key = value + strspn(value, " \t"); *key; key += strspn(key, " \t")) {
        char copy[REMOTE_KEY_SIZE];
        struct error why;
        size_t length = strcspn(key, " \t");
        if (remote->key_count == REMOTE_MAX_KEYS)
            return reject(source, source->line, "a feed has at most %d keys", REMOTE_MAX_KEYS);
        snprintf(copy, sizeof copy, "%.*s", (int)(length < 100 ? length : 100), key);
        if (length >= sizeof copy || signature_check_key(copy, &why))
            return reject(source, source->line,
                          "\"%.*s\" is not a minisign public key: take the second line of the file *.pub, 56 "
                          "characters that begin with RW",
                          (int)(length < 100 ? length : 100), key);
        memcpy(remote->keys[remote->key_count++], copy, sizeof copy);
        key += length;
    }
    return true;
}

static bool read_knowledge(struct source *source, const char *text)
{
    static const char *const words[] = {
        [KNOWLEDGE_NO] = "no", [KNOWLEDGE_YES] = "yes", [KNOWLEDGE_ALL] = "all"};
    int word = find_word(text, words, ARRAY_SIZE(words));
    source->remote->knowledge = (enum knowledge)word;
    return word >= 0 || reject(source, source->line, "knowledge must be no, yes or all, not \"%.80s\"", text);
}

static bool (*const readers[FIELD_COUNT])(struct source *, const char *) = {
    [NAME] = read_name,      [URL] = read_address,     [KIND] = read_kind,          [KEY] = read_keys,
    [SUBMIT] = read_address, [ENABLED] = read_enabled, [KNOWLEDGE] = read_knowledge};

/* Called by inih for each key. Returns 0 when it is wrong. */
static int on_value(void *context, const char *section, const char *name, const char *value)
{
    struct source *source = context;
    int field = 0;
    if (source->error->code)
        return 0;
    if (strcmp(section, "remote") != 0)
        return reject(source, source->line, "\"%.60s\" is before the section [remote]", name);
    while (field < FIELD_COUNT && strcmp(name, field_names[field]) != 0)
        field++;
    if (field == FIELD_COUNT)
        return reject(source, source->line,
                      "\"%.60s\" is not a key: name, url, kind, key, submit, enabled and knowledge are",
                      name);
    if (source->lines[field] && field != KEY)
        return reject(source, source->line, "%s is given twice, first on line %d", field_names[field],
                      source->lines[field]);
    if (!*value)
        return reject(source, source->line, "%s has no value", field_names[field]);
    source->field = (enum field)field;
    source->lines[field] = source->line;
    return readers[field](source, value);
}

static bool is_text(const char *line, size_t length)
{
    for (size_t i = 0; i < length;) {
        uint32_t character;
        size_t size = text_decode(line + i, length - i, &character);
        if (!size || (text_is_unsafe(character) && character != '\t'))
            return false;
        i += size;
    }
    return true;
}

/* What inih does not report: a section without keys. */
static bool check_section(struct source *source, const char *line, size_t length)
{
    static const char section[] = "[remote]";
    const size_t size = sizeof section - 1;
    if (line[0] != '[' || (length >= size && memcmp(line, section, size) == 0))
        return true;
    return reject(source, source->line, "the section is called [remote], not \"%.*s\"",
                  (int)(length < 60 ? length : 60), line);
}

/* inih's reader: copies the next line, NUL-terminated and with its LF, or returns NULL at the end. What inih
 * would do with some lines is not wanted: it cuts long ones, and takes an indented one for a continuation. */
static char *next_line(char *copy, int size, void *context)
{
    struct source *source = context;
    const char *line = source->rest;
    if (line == source->end || source->error->code)
        return NULL;
    const char *line_end = memchr(line, '\n', (size_t)(source->end - line));
    source->rest = line_end ? line_end + 1 : source->end;
    source->line++;
    if (!line_end)
        line_end = source->end;
    if (line_end > line && line_end[-1] == '\r' && source->rest > line_end)
        line_end--;
    bool text = is_text(line, (size_t)(line_end - line));
    while (line < line_end && (*line == ' ' || *line == '\t'))
        line++;
    size_t length = (size_t)(line_end - line);
    if (!text) {
        reject(source, source->line, "the line has control characters, or is not UTF-8");
        return NULL;
    }
    /* Space for CR, LF and NUL (ini.h). */
    if (length + 3 > (size_t)size) {
        reject(source, source->line, "the line is longer than %d characters", size - 3);
        return NULL;
    }
    if (length && !check_section(source, line, length))
        return NULL;
    memcpy(copy, line, length);
    memcpy(copy + length, "\n", 2);
    return copy;
}

/* A remote without a name has that of its file. */
static bool name_by_file(struct source *source)
{
    const char *slash = strrchr(source->remote->file, '/');
    const char *name = slash ? slash + 1 : source->remote->file;
    const char *suffix = strrchr(name, '.');
    size_t length = suffix && strcmp(suffix, ".conf") == 0 ? (size_t)(suffix - name) : strlen(name);
    if (!feed_name_fits(name, length))
        return reject(source, 0, "give it a name, as name=example: that of the file cannot name a remote");
    memcpy(source->remote->name, name, length);
    source->remote->name[length] = '\0';
    return true;
}

static void cut_slashes(char *url)
{
    for (size_t length = strlen(url); length && url[length - 1] == '/'; length--)
        url[length - 1] = '\0';
}

/* What is known only when all of it is read. */
static bool check_whole(struct source *source)
{
    const struct remote *remote = source->remote;
    if (!source->lines[KIND])
        return reject(source, 0, "kind is missing: say kind=feed, or which list it is");
    if (!source->lines[URL])
        return reject(source, 0, "url is missing");
    if (!remote->list && !remote->key_count)
        return reject(source, 0, "key is missing: a feed is fetched only by its minisign public key");
    if (!remote->list && strchr(remote->url, '?'))
        return reject(source, source->lines[URL], "url: that of a feed is a directory, without \"?\"");
    if (remote->list && source->lines[KEY])
        return reject(source, source->lines[KEY], "only a feed has a key: nobody signs %s",
                      remote->list->name);
    if (remote->list && source->lines[SUBMIT])
        return reject(source, source->lines[SUBMIT], "reports can be sent only to a feed");
    if (remote->list && source->lines[KNOWLEDGE])
        return reject(source, source->lines[KNOWLEDGE], "only a feed has tables: knowledge goes with a feed");
    return source->lines[NAME] || name_by_file(source);
}

enum error_code remote_parse(const char *text, size_t length, const char *file, struct remote *remote,
                             struct error *error)
{
    struct source source = {.rest = text, .end = text + length, .remote = remote, .error = error};
    *remote = (struct remote){.enabled = true};
    error->code = ERROR_NONE;
    snprintf(remote->file, sizeof remote->file, "%s", file);
    int wrong = ini_parse_stream(next_line, &source, on_value, &source);
    if (wrong < 0)
        return error_set(error, ERROR_NO_MEMORY, "no memory to read %s", file);
    if (wrong && (!error->code || wrong < source.line))
        reject(&source, wrong, "not [remote], KEY=VALUE or a comment");
    else if (!error->code && check_whole(&source) && !remote->list)
        cut_slashes(remote->url);
    return error->code;
}
