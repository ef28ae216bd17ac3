/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/outbox.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>

#include "core/report.h"
#include "tests/unit/unit.h"

/* What tests/cli/report.test and send.test cannot do: odd files, answers and marks, and faults at any byte.
 */

static const char *outbox_folder; /* below folders that are not there */
static struct outbox outbox;

static int set_up(void **state)
{
    static char path[2 * SCRATCH_PATH_SIZE];
    signal(SIGXFSZ, SIG_IGN);
    int failed = make_scratch(state);
    snprintf(path, sizeof path, "%s", in_scratch("a/b/outbox"));
    outbox_folder = path;
    return failed;
}

/* Adds another report for each number; stores its id. */
static enum error_code add(int number, char id[REPORT_ID_HEX_SIZE], bool *is_new)
{
    struct buffer whole CLEANUP(buffer_free) = BUFFER(4096);
    char json[200];
    snprintf(json, sizeof json, "{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\",\"note\":\"%d\"}", number);
    return outbox_prepare(json, strlen(json), &whole, id, &failure)
               ? failure.code
               : outbox_add(outbox_folder, id, &whole, NULL, is_new, &failure);
}

/* Reads the outbox, in which as many files must be, and nothing else. */
static void read_outbox(int expected)
{
    struct dirent **entries;
    int count = scandir(outbox_folder, &entries, NULL, NULL);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    assert_int_equal(count, expected + 2); /* . and .. */
    ASSERT_DONE(outbox_read(outbox_folder, &outbox, &failure));
}

/* A path in the outbox: that of a report, with this suffix. */
static const char *path_of(const char *name, const char *suffix)
{
    char path[200];
    snprintf(path, sizeof path, "a/b/outbox/%s%s", name, suffix);
    return in_scratch(path);
}

DEFINE_TEST_IN(test_foreign_and_damaged_files, set_up, remove_scratch)
{
    static const struct {
        const char *name;
        const char *text;
        const char *why; /* NULL: passed over */
    } files[] = {
        {"README", "hello", NULL},
        {".hidden.json", "{}", NULL},
        {".json", "{}", NULL},
        {"empty.json", "", "JSON"},
        {"half.json", "{\"pci_id\":\"10de:1d16\",\"outc", "JSON"},
        {"other.json", "{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\"}\n", "does not have this id"},
        {"unknown.json", "{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\",\"x\":1}\n", "\"x\""},
        {"large.json", NULL, ""},
    };
    static char large[100000];
    char id[REPORT_ID_HEX_SIZE];
    bool is_new;
    int damaged = 0;
    ASSERT_DONE(add(1, id, &is_new));
    memset(large, ' ', sizeof large - 1);
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        char name[100];
        snprintf(name, sizeof name, "a/b/outbox/%s", files[i].name);
        scratch_put(name, files[i].text ? files[i].text : large);
        damaged += files[i].why != NULL;
    }
    assert_int_equal(mkfifo(path_of("pipe", ".json"), 0600), 0);
    assert_int_equal(symlink("/etc/passwd", path_of("link", ".json")), 0);
    assert_int_equal(mkdir(path_of("folder", ".json"), 0700), 0);
    read_outbox((int)ARRAY_SIZE(files) + 4);
    assert_int_equal(outbox.count, damaged + 4);
    for (int i = 0; i < outbox.count; i++) {
        const struct outbox_entry *entry = &outbox.entries[i];
        assert_true(!i || strcmp(outbox.entries[i - 1].name, entry->name) < 0);
        if (strcmp(entry->id, id) == 0)
            continue;
        assert_string_equal(entry->id, "");
        assert_true(entry->error.message[0]);
        for (size_t j = 0; j < ARRAY_SIZE(files); j++)
            if (strcmp(files[j].name, entry->name) == 0)
                assert_holds(entry->error.message, files[j].why);
    }
    outbox_free(&outbox);
}

DEFINE_TEST(test_reasons)
{
    static const struct {
        const char *body;
        const char *why; /* cut to 49 bytes */
    } cases[] = {
        {"", "it gives no reason"},
        {"{}", "it gives no reason"},
        {"{\"error\":null}", "it gives no reason"},
        {"{\"error\":\"\"}", "it gives no reason"},
        {"Bad Request", "Bad Request"},
        {"{\"error\":\"a\\u0000b\"}", "{\"error\":\"a\\u0000b\"}"}, /* not valid JSON for us */
        {" {\"x\":[{}],\"error\":\"no \\u001b[2J\\n chip\"}", "no \033[2J\n chip"},
        {"{\"error\":\"x\"", "{\"error\":\"x\""},
        /* Cut between two characters. */
        {"{\"error\":\"0123456789012345678901234567890123456789abcdefg\303\274\303\274\"}",
         "0123456789012345678901234567890123456789abcdefg\303\274"},
    };
    char why[50];
    char deep[5000];
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char *copy = exact_copy(cases[i].body, strlen(cases[i].body));
        outbox_reason(copy, strlen(cases[i].body), why, sizeof why);
        assert_string_equal(why, cases[i].why);
        free(copy);
    }
    memset(deep, '[', sizeof deep);
    memcpy(deep, "{\"a\":", 5);
    outbox_reason(deep, sizeof deep, why, sizeof why);
    assert_string_equal(why, "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[");
}

/* A mark whose content is gone, is noise or lies is a mark nevertheless, and no more than that. */
DEFINE_TEST_IN(test_damaged_marks, set_up, remove_scratch)
{
    static const char *const marks[] = {
        NULL, /* a pipe: nobody waits for its writer */
        "",
        "{",
        "[]",
        "{\"status\":\"x\",\"error\":7,\"remote\":{},\"time\":[[[]]]}",
        "{\"status\":-1}",
        "{\"status\":99999999999999999999}",
        "{\"status\":201}",
    };
    char id[REPORT_ID_HEX_SIZE];
    char name[100];
    bool is_new;
    ASSERT_DONE(add(1, id, &is_new));
    snprintf(name, sizeof name, "a/b/outbox/%s.refused", id);
    for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
        if (marks[i])
            scratch_put(name, marks[i]);
        else
            assert_int_equal(mkfifo(in_scratch(name), 0600), 0);
        read_outbox(2);
        assert_int_equal(outbox.count, 1);
        assert_int_equal(outbox.entries[0].rejection.status, 400);
        assert_string_equal(outbox.entries[0].rejection.remote, "");
        assert_string_equal(outbox.entries[0].rejection.why, "its answer is lost");
        outbox_free(&outbox);
        unlink(in_scratch(name));
    }
}

/* ---- what fails on the way ---- */

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes == RLIM_INFINITY ? limit.rlim_max : bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* At whatever length of what can still be written: nothing half-written is left, and what was there stays
 * whole. Before anything is sent it is noticed in send.test. */
DEFINE_TEST_IN(test_full_disk, set_up, remove_scratch)
{
    static char body[20000]; /* of which little is kept */
    struct outbox_answer taken = {.remote = "home", .url = "https://h/", .status = 201, .body = "x"};
    struct outbox_answer rejected = {.remote = "home", .url = "https://h/", .status = 422, .body = body};
    struct outbox_sending sending;
    struct stat status;
    char id[REPORT_ID_HEX_SIZE];
    bool is_new;
    memset(body, '\001', sizeof body);
    rejected.length = sizeof body;
    ASSERT_DONE(add(1, id, &is_new));
    ASSERT_DONE(outbox_begin_sending(outbox_folder, NULL, &sending, &failure));
    read_outbox(1);
    for (rlim_t limit = 0; limit < 80; limit += 7) {
        limit_files(limit);
        enum error_code codes[] = {
            add(1, id, &is_new),
            add(2, id, &is_new),
            outbox_keep_sent(&sending, &outbox.entries[0], &taken, &failure),
            outbox_mark_rejected(&sending, &outbox.entries[0], &rejected, &failure),
        };
        limit_files(RLIM_INFINITY);
        for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
            assert_int_equal(codes[i], ERROR_NO_SPACE);
        assert_int_equal(outbox_count_sent(outbox_folder), 0);
        outbox_free(&outbox);
        read_outbox(1);
    }
    ASSERT_DONE(outbox_mark_rejected(&sending, &outbox.entries[0], &rejected, &failure));
    assert_int_equal(stat(path_of(outbox.entries[0].id, ".refused"), &status), 0);
    assert_in_range(status.st_size, 6 * OUTBOX_MAX_ANSWER, 7 * OUTBOX_MAX_ANSWER);
    outbox_free(&outbox);
    read_outbox(2);
    assert_int_equal(outbox.entries[0].rejection.status, 422);
    assert_int_equal(strlen(outbox.entries[0].rejection.why), sizeof outbox.entries[0].rejection.why - 1);
    /* A NUL in it costs what follows, not the mark. */
    body[1] = '\0';
    ASSERT_DONE(outbox_mark_rejected(&sending, &outbox.entries[0], &rejected, &failure));
    outbox_free(&outbox);
    read_outbox(2);
    assert_int_equal(outbox.entries[0].rejection.status, 422);
    assert_string_equal(outbox.entries[0].rejection.why, "\001");
    outbox_free(&outbox);
    outbox_end_sending(&sending);
}

DEFINE_TEST(test_locate) /* the last one: there is no HOME any more */
{
    char path[DATABASE_PATH_SIZE];
    setenv("XDG_STATE_HOME", "/s", 1);
    setenv("HOME", "/h", 1);
    ASSERT_DONE(outbox_locate(path, &failure));
    assert_string_equal(path, "/s/passthru/outbox");
    setenv("XDG_STATE_HOME", "relative", 1); /* such a value is to be ignored, XDG Base Directory says */
    ASSERT_DONE(outbox_locate(path, &failure));
    assert_string_equal(path, "/h/.local/state/passthru/outbox");
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME");
    assert_int_equal(outbox_locate(path, &failure), ERROR_USAGE);
}

TESTSUITE_MAIN(NULL, NULL)
