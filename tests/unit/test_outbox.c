#include "db/outbox_sent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core/report.h"
#include "tests/unit/unit.h"

static char folder[512];
static char outbox_folder[600];

static const char report[] =
    "{\"outcome\":\"fails\", \"pci_id\":\"10de:1d16\", \"note\":\"gr\\u00fc\\u00df\"}";
static const char canonical[] =
    "{\"note\":\"gr\u00fc\u00df\",\"outcome\":\"fails\",\"pci_id\":\"10de:1d16\"}";

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%.400s/outbox-XXXXXX", scratch_parent());
    assert_non_null(mkdtemp(folder));
    snprintf(outbox_folder, sizeof outbox_folder, "%s/a/b/outbox", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    chmod(folder, 0700);
    return remove_tree(folder);
}

static void prepare(const char *json, struct buffer *whole, char id[REPORT_ID_HEX_SIZE])
{
    struct error error = {.code = ERROR_NONE};
    *whole = BUFFER(4 * REPORT_MAX_BYTES);
    char *copy = exact_copy(json, strlen(json));
    if (outbox_prepare(copy, strlen(json), whole, id, &error))
        fail_msg("%s", error.message);
    free(copy);
}

/* Adds a report and returns its id. */
static const char *add(const char *json, bool *is_new)
{
    static char id[REPORT_ID_HEX_SIZE];
    struct error error = {.code = ERROR_NONE};
    struct buffer whole CLEANUP(buffer_free);
    prepare(json, &whole, id);
    if (outbox_add(outbox_folder, id, &whole, is_new, &error))
        fail_msg("%s", error.message);
    return id;
}

static int count_files(const char *path)
{
    int count = 0;
    DIR *stream = opendir(path);
    for (const struct dirent *entry; stream && (entry = readdir(stream));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    if (stream)
        closedir(stream);
    return count;
}

static void write_file(const char *name, const char *text)
{
    char path[1000];
    snprintf(path, sizeof path, "%s/%s", outbox_folder, name);
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

/* The SHA-256 test vectors of FIPS 180-4 (NIST, CSRC examples). */
static void test_id(void **state)
{
    char id[REPORT_ID_HEX_SIZE];
    (void)state;
    report_id("abc", 3, id);
    assert_string_equal(id, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    report_id("", 0, id);
    assert_string_equal(id, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void test_prepare(void **state)
{
    char id[REPORT_ID_HEX_SIZE];
    char own[REPORT_ID_HEX_SIZE];
    char expected[400];
    struct error error = {.code = ERROR_NONE};
    struct buffer whole CLEANUP(buffer_free);
    struct buffer again CLEANUP(buffer_free);
    (void)state;
    prepare(report, &whole, id);
    report_id(canonical, strlen(canonical), own);
    assert_string_equal(id, own);
    snprintf(expected, sizeof expected, "{\"id\":\"%s\",%s", own, canonical + 1);
    assert_string_equal(buffer_text(&whole), expected);
    prepare(buffer_text(&whole), &again, id);
    assert_string_equal(buffer_text(&again), expected);
    buffer_clear(&again);
    snprintf(expected, sizeof expected, "{\"id\":\"%064d\",%s", 0, canonical + 1);
    assert_int_equal(outbox_prepare(expected, strlen(expected), &again, id, &error), ERROR_BAD_INPUT);
    assert_holds(error.message, "\"id\"");
    assert_int_equal(outbox_prepare("{}", 2, &again, id, &error), ERROR_BAD_INPUT);
    assert_int_equal(again.length, 0);
}

static void test_add(void **state)
{
    struct stat status;
    struct outbox outbox;
    struct error error;
    char path[1000];
    bool is_new = false;
    (void)state;
    assert_int_equal(outbox_read(outbox_folder, &outbox, &error), ERROR_NONE);
    assert_int_equal(outbox.count, 0);
    const char *id = add(report, &is_new);
    assert_true(is_new);
    snprintf(path, sizeof path, "%s/%s.json", outbox_folder, id);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(stat(outbox_folder, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    add(report, &is_new);
    assert_false(is_new);
    assert_int_equal(count_files(outbox_folder), 1);
    add("{\"pci_id\":\"10de:1d16\",\"outcome\":\"works\"}", &is_new);
    assert_true(is_new);
    assert_int_equal(outbox_read(outbox_folder, &outbox, &error), ERROR_NONE);
    assert_int_equal(outbox.count, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(outbox.entries[i].error.code, ERROR_NONE);
        assert_int_equal(strncmp(outbox.entries[i].name, outbox.entries[i].id, 64), 0);
    }
    outbox_free(&outbox);
}

static void test_foreign_and_damaged_files(void **state)
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
    };
    struct outbox outbox;
    struct error error;
    char path[1000];
    bool is_new;
    int damaged = 0;
    (void)state;
    char id[REPORT_ID_HEX_SIZE];
    snprintf(id, sizeof id, "%s", add(report, &is_new));
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        write_file(files[i].name, files[i].text);
        damaged += files[i].why != NULL;
    }
    snprintf(path, sizeof path, "%s/pipe.json", outbox_folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(path, sizeof path, "%s/link.json", outbox_folder);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    snprintf(path, sizeof path, "%s/folder.json", outbox_folder);
    assert_int_equal(mkdir(path, 0700), 0);
    char *large = malloc(100000);
    assert_non_null(large);
    memset(large, ' ', 100000);
    large[99999] = '\0';
    write_file("large.json", large);
    free(large);
    damaged += 4;
    assert_int_equal(outbox_read(outbox_folder, &outbox, &error), ERROR_NONE);
    assert_int_equal(outbox.count, damaged + 1);
    for (int i = 0; i < outbox.count; i++) {
        const struct outbox_entry *entry = &outbox.entries[i];
        assert_true(!i || strcmp(outbox.entries[i - 1].name, entry->name) < 0);
        if (strcmp(entry->id, id) == 0)
            continue;
        damaged--;
        assert_string_equal(entry->id, "");
        assert_true(entry->error.message[0]);
        for (size_t j = 0; j < ARRAY_SIZE(files); j++)
            if (strcmp(files[j].name, entry->name) == 0)
                assert_holds(entry->error.message, files[j].why);
    }
    assert_int_equal(damaged, 0);
    outbox_free(&outbox);
}

static void test_reasons(void **state)
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
    (void)state;
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
static void test_damaged_marks(void **state)
{
    static const char *const marks[] = {
        "",
        "{",
        "[]",
        "{\"status\":\"x\",\"error\":7,\"remote\":{},\"time\":[[[]]]}",
        "{\"status\":-1}",
        "{\"status\":99999999999999999999}",
        "{\"status\":201}",
    };
    struct outbox outbox;
    struct error error;
    char name[100];
    char path[1000];
    bool is_new;
    (void)state;
    snprintf(name, sizeof name, "%s.refused", add(report, &is_new));
    snprintf(path, sizeof path, "%s/%s", outbox_folder, name);
    for (size_t i = 0; i <= ARRAY_SIZE(marks); i++) {
        unlink(path);
        if (i < ARRAY_SIZE(marks))
            write_file(name, marks[i]);
        else
            assert_int_equal(mkfifo(path, 0600), 0); /* nobody waits for its writer */
        assert_int_equal(outbox_read(outbox_folder, &outbox, &error), ERROR_NONE);
        assert_int_equal(outbox.count, 1);
        assert_int_equal(outbox.entries[0].refusal.status, 400);
        assert_string_equal(outbox.entries[0].refusal.remote, "");
        assert_string_equal(outbox.entries[0].refusal.why, "its answer is lost");
        outbox_free(&outbox);
    }
}

/* ---- sending ---- */

static void begin(struct outbox_sending *sending, struct outbox *outbox)
{
    struct error error;
    bool is_new;
    add(report, &is_new);
    assert_int_equal(outbox_begin_sending(outbox_folder, NULL, sending, &error), ERROR_NONE);
    assert_int_equal(outbox_read(outbox_folder, outbox, &error), ERROR_NONE);
    assert_int_equal(outbox->count, 1);
}

static const struct outbox_answer taken = {.remote = "home", .url = "https://h/", .status = 201, .body = "x"};

static void test_long_answer(void **state)
{
    static char body[20000];
    struct outbox_answer answer = {
        .remote = "home", .url = "https://h/", .status = 422, .body = body, .length = sizeof body};
    struct error error;
    struct outbox_sending sending;
    struct outbox outbox;
    char path[1000];
    struct stat status;
    (void)state;
    memset(body, '\001', sizeof body);
    begin(&sending, &outbox);
    assert_int_equal(outbox_mark_refused(&sending, &outbox.entries[0], &answer, &error), ERROR_NONE);
    snprintf(path, sizeof path, "%s/%s.refused", outbox_folder, outbox.entries[0].id);
    assert_int_equal(stat(path, &status), 0);
    assert_in_range(status.st_size, 6 * OUTBOX_MAX_ANSWER, 7 * OUTBOX_MAX_ANSWER);
    outbox_free(&outbox);
    assert_int_equal(outbox_read(outbox_folder, &outbox, &error), ERROR_NONE);
    assert_int_equal(outbox.entries[0].refusal.status, 422);
    assert_int_equal(strlen(outbox.entries[0].refusal.why), sizeof outbox.entries[0].refusal.why - 1);
    outbox_free(&outbox);
    outbox_end_sending(&sending);
}

static void test_locate(void **state)
{
    char path[DATABASE_PATH_SIZE];
    struct error error;
    (void)state;
    setenv("XDG_STATE_HOME", "/s", 1);
    assert_int_equal(outbox_locate(path, &error), ERROR_NONE);
    assert_string_equal(path, "/s/passthru/outbox");
    setenv("XDG_STATE_HOME", "relative", 1); /* such a value is to be ignored, XDG Base Directory says */
    setenv("HOME", "/h", 1);
    assert_int_equal(outbox_locate(path, &error), ERROR_NONE);
    assert_string_equal(path, "/h/.local/state/passthru/outbox");
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME");
    assert_int_equal(outbox_locate(path, &error), ERROR_USAGE);
}

/* ---- what fails on the way ---- */

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes == RLIM_INFINITY ? limit.rlim_max : bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* At every length of what could still be written, nothing is left, and what was kept stays whole. */
static void test_full_disk(void **state)
{
    struct error error = {.code = ERROR_NONE};
    struct buffer whole CLEANUP(buffer_free);
    char id[REPORT_ID_HEX_SIZE];
    bool is_new;
    (void)state;
    prepare(report, &whole, id);
    for (int kept = 0; kept <= 1; kept++) {
        for (rlim_t limit = 0; limit <= whole.length; limit += 7) {
            limit_files(limit);
            enum error_code code = outbox_add(outbox_folder, id, &whole, &is_new, &error);
            limit_files(RLIM_INFINITY);
            assert_int_equal(code, ERROR_NO_SPACE);
            assert_int_equal(count_files(outbox_folder), kept);
        }
        assert_int_equal(outbox_add(outbox_folder, id, &whole, &is_new, &error), ERROR_NONE);
        assert_int_equal(is_new, !kept);
    }
}

/* A disk that is full before is noticed before anything is sent. */
static void test_full_disk_before(void **state)
{
    struct outbox_sending sending;
    struct error error;
    bool is_new;
    (void)state;
    add(report, &is_new);
    for (rlim_t limit = 0; limit <= 20000; limit += 5000) {
        limit_files(limit);
        enum error_code code = outbox_begin_sending(outbox_folder, NULL, &sending, &error);
        limit_files(RLIM_INFINITY);
        assert_int_equal(code, ERROR_NO_SPACE);
        assert_int_equal(count_files(outbox_folder), 1);
    }
}

/* One that is full after the server has answered: the report is in the outbox still. */
static void test_full_disk_after(void **state)
{
    struct outbox_sending sending;
    struct outbox outbox;
    struct error error = {.code = ERROR_NONE};
    struct outbox_answer rejected = taken;
    (void)state;
    rejected.status = 422;
    begin(&sending, &outbox);
    for (rlim_t limit = 0; limit < 80; limit += 11) {
        limit_files(limit);
        enum error_code kept = outbox_keep_sent(&sending, &outbox.entries[0], &taken, &error);
        enum error_code marked = outbox_mark_refused(&sending, &outbox.entries[0], &rejected, &error);
        limit_files(RLIM_INFINITY);
        assert_int_equal(kept, ERROR_NO_SPACE);
        assert_int_equal(marked, ERROR_NO_SPACE);
        assert_int_equal(outbox_count_sent(outbox_folder), 0);
        assert_int_equal(count_files(outbox_folder), 1);
    }
    outbox_free(&outbox);
    outbox_end_sending(&sending);
}

/* Adds another report for each number. */
static enum error_code add_numbered(int number)
{
    struct error error = {.code = ERROR_NONE};
    struct buffer whole CLEANUP(buffer_free) = BUFFER(4096);
    char json[200];
    char id[REPORT_ID_HEX_SIZE];
    bool is_new;
    snprintf(json, sizeof json, "{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\",\"note\":\"%d\"}", number);
    return outbox_prepare(json, strlen(json), &whole, id, &error)
               ? error.code
               : outbox_add(outbox_folder, id, &whole, &is_new, &error);
}

/* Dies at whatever instant: the report is there whole, or not at all, and what it left is gone with the next
 * one. */
static void test_killed(void **state)
{
    struct error error = {.code = ERROR_NONE};
    struct outbox outbox;
    bool is_new;
    (void)state;
    add(report, &is_new);
    write_file(".new-1", "{\"pci_id\":\"10de:1d16\",\"outc");
    for (int round = 0; round < 60; round++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            for (int i = 0; !add_numbered(i % 50); i++)
                continue;
            _exit(1);
        }
        usleep((useconds_t)(round * 131 % 4000));
        assert_int_equal(kill(child, SIGKILL), 0);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(outbox_read(outbox_folder, &outbox, &error), ERROR_NONE);
        for (int i = 0; i < outbox.count; i++)
            if (!outbox.entries[i].id[0])
                fail_msg("%s: %s", outbox.entries[i].name, outbox.entries[i].error.message);
        outbox_free(&outbox);
    }
    add(report, &is_new);
    assert_int_equal(outbox_read(outbox_folder, &outbox, &error), ERROR_NONE);
    assert_int_equal(count_files(outbox_folder), outbox.count);
    outbox_free(&outbox);
}

/* Several at once: each report is there once, and nobody's half-written file is taken away. */
static void test_at_once(void **state)
{
    enum { WRITERS = 4, REPORTS = 25 };
    struct error error = {.code = ERROR_NONE};
    struct outbox outbox;
    (void)state;
    for (int writer = 0; writer < WRITERS; writer++) {
        pid_t child = fork();
        assert_true(child >= 0);
        for (int i = 0; child == 0 && i < REPORTS; i++)
            if (add_numbered(i))
                _exit(1);
        if (child == 0)
            _exit(0);
    }
    for (int writer = 0; writer < WRITERS; writer++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(outbox_read(outbox_folder, &outbox, &error), ERROR_NONE);
    assert_int_equal(outbox.count, REPORTS);
    assert_int_equal(count_files(outbox_folder), REPORTS);
    outbox_free(&outbox);
}

#define OUTBOX_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    signal(SIGXFSZ, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_id),
        cmocka_unit_test(test_prepare),
        cmocka_unit_test(test_reasons),
        OUTBOX_TEST(test_add),
        OUTBOX_TEST(test_foreign_and_damaged_files),
        OUTBOX_TEST(test_damaged_marks),
        OUTBOX_TEST(test_long_answer),
        OUTBOX_TEST(test_full_disk),
        OUTBOX_TEST(test_full_disk_before),
        OUTBOX_TEST(test_full_disk_after),
        OUTBOX_TEST(test_killed),
        OUTBOX_TEST(test_at_once),
        cmocka_unit_test(test_locate), /* the last one: there is no HOME any more */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
