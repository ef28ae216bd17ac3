#include "db/outbox_sent.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core/report.h"
#include "tests/unit/unit.h"

static char folder[512];
static char outbox_folder[600];
static char sent_folder[600];
static char id[REPORT_ID_HEX_SIZE];

static const char report[] = "{\"outcome\":\"fails\",\"pci_id\":\"10de:1d16\"}";

/* Adds a report to the outbox and keeps its id. */
static void add(const char *json)
{
    struct error error = {.code = ERROR_NONE};
    struct buffer whole CLEANUP(buffer_free) = BUFFER(4 * REPORT_MAX_BYTES);
    bool is_new;
    if (outbox_prepare(json, strlen(json), &whole, id, &error) ||
        outbox_add(outbox_folder, id, &whole, &is_new, &error))
        fail_msg("%s", error.message);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%.400s/sent-XXXXXX", scratch_parent());
    assert_non_null(mkdtemp(folder));
    snprintf(outbox_folder, sizeof outbox_folder, "%s/a/outbox", folder);
    snprintf(sent_folder, sizeof sent_folder, "%s/a/sent", folder);
    add(report);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(remove_tree(folder), 0);
    return 0;
}

static void begin(struct outbox_sending *sending)
{
    struct error error = {.code = ERROR_NONE};
    if (outbox_begin_sending(outbox_folder, NULL, sending, &error))
        fail_msg("%s", error.message);
}

static void read_outbox(struct outbox *outbox)
{
    struct error error = {.code = ERROR_NONE};
    if (outbox_read(outbox_folder, outbox, &error))
        fail_msg("%s", error.message);
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

static const char *path_in(const char *parent, const char *ending)
{
    static char path[1200];
    snprintf(path, sizeof path, "%s/%s%s", parent, id, ending);
    return path;
}

static bool is_there(const char *parent, const char *ending)
{
    return access(path_in(parent, ending), F_OK) == 0;
}

/* The content of a file; static. */
static const char *content(const char *path)
{
    static char text[100000];
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    text[fread(text, 1, sizeof text - 1, stream)] = '\0';
    fclose(stream);
    return text;
}

static struct outbox_answer answer_of(long status, const char *body)
{
    return (struct outbox_answer){.remote = "home",
                                  .url = "https://example.org/submit",
                                  .status = status,
                                  .body = body,
                                  .length = body ? strlen(body) : 0};
}

/* Sends the first report of the outbox, as far as the disk is concerned. */
static enum error_code keep(const struct outbox_answer *answer, struct error *error)
{
    struct outbox_sending sending;
    struct outbox outbox;
    begin(&sending);
    read_outbox(&outbox);
    assert_in_range(outbox.count, 1, 100);
    enum error_code code = answer && answer->status >= 400
                               ? outbox_mark_refused(&sending, &outbox.entries[0], answer, error)
                               : outbox_keep_sent(&sending, &outbox.entries[0], answer, error);
    outbox_free(&outbox);
    outbox_end_sending(&sending);
    return code;
}

static void test_sent(void **state)
{
    struct error error = {.code = ERROR_NONE};
    const struct outbox_answer answer = answer_of(201, "thanks\033[31m");
    char before[2000];
    (void)state;
    assert_false(outbox_was_sent(outbox_folder, id));
    assert_int_equal(outbox_count_sent(outbox_folder), 0);
    snprintf(before, sizeof before, "%s", content(path_in(outbox_folder, ".json")));
    assert_int_equal(keep(&answer, &error), ERROR_NONE);
    assert_true(outbox_was_sent(outbox_folder, id));
    assert_int_equal(outbox_count_sent(outbox_folder), 1);
    assert_int_equal(count_files(outbox_folder), 0);
    assert_int_equal(count_files(sent_folder), 2);
    assert_string_equal(content(path_in(sent_folder, ".json")), before);
    const char *json = content(path_in(sent_folder, ".answer.json"));
    assert_holds(json,
                 "{\"remote\":\"home\",\"url\":\"https://example.org/submit\",\"status\":201,\"time\":\"2");
    assert_holds(json, "\"answer\":\"thanks\\u001b[31m\"}\n");
    assert_null(strchr(json, '\033'));
}

/* The same report once more, as after a crash of a file system, counts as sent. */
static void test_sent_before(void **state)
{
    struct error error = {.code = ERROR_NONE};
    const struct outbox_answer answer = answer_of(200, NULL);
    struct outbox outbox;
    (void)state;
    assert_int_equal(keep(&answer, &error), ERROR_NONE);
    add(report);
    read_outbox(&outbox);
    assert_int_equal(outbox.count, 1);
    assert_true(outbox.entries[0].was_sent);
    outbox_free(&outbox);
    assert_int_equal(keep(NULL, &error), ERROR_NONE);
    assert_int_equal(count_files(outbox_folder), 0);
    assert_int_equal(count_files(sent_folder), 2);
}

static void test_refused(void **state)
{
    struct error error = {.code = ERROR_NONE};
    const struct outbox_answer answer = answer_of(422, " {\"x\":[{}],\"error\":\"no \\u001b[2J\\n chip\"}");
    const struct outbox_answer later = answer_of(201, "");
    struct outbox outbox;
    (void)state;
    assert_int_equal(keep(&answer, &error), ERROR_NONE);
    read_outbox(&outbox);
    assert_int_equal(outbox.count, 1);
    assert_false(outbox.entries[0].was_sent);
    assert_int_equal(outbox.entries[0].refusal.status, 422);
    assert_string_equal(outbox.entries[0].refusal.remote, "home");
    assert_string_equal(outbox.entries[0].refusal.why, "no \033[2J\n chip");
    assert_int_equal(strlen(outbox.entries[0].refusal.time), 20);
    outbox_free(&outbox);
    assert_null(strchr(content(path_in(outbox_folder, ".refused")), '\033'));
    assert_int_equal(count_files(sent_folder), 0);
    /* Taken later, it is no more refused. */
    assert_int_equal(keep(&later, &error), ERROR_NONE);
    assert_int_equal(count_files(outbox_folder), 0);
    assert_int_equal(count_files(sent_folder), 2);
}

static void test_drop_removes_the_mark(void **state)
{
    struct error error = {.code = ERROR_NONE};
    const struct outbox_answer answer = answer_of(400, "no");
    struct outbox outbox;
    (void)state;
    assert_int_equal(keep(&answer, &error), ERROR_NONE);
    assert_true(is_there(outbox_folder, ".refused"));
    read_outbox(&outbox);
    assert_int_equal(outbox_drop(outbox_folder, &outbox.entries[0], &error), ERROR_NONE);
    outbox_free(&outbox);
    assert_int_equal(count_files(outbox_folder), 0);
}

/* A mark whose content is gone, is noise or lies is a mark all the same, and no more than that. */
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
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
        FILE *stream = fopen(path_in(outbox_folder, ".refused"), "w");
        assert_non_null(stream);
        fputs(marks[i], stream);
        fclose(stream);
        read_outbox(&outbox);
        assert_int_equal(outbox.count, 1);
        assert_int_equal(outbox.entries[0].refusal.status, 400);
        assert_string_equal(outbox.entries[0].refusal.remote, "");
        assert_string_equal(outbox.entries[0].refusal.why, "its answer is lost");
        outbox_free(&outbox);
    }
    assert_int_equal(unlink(path_in(outbox_folder, ".refused")), 0);
    assert_int_equal(mkfifo(path_in(outbox_folder, ".refused"), 0600), 0);
    read_outbox(&outbox); /* does not wait for a writer */
    assert_int_equal(outbox.entries[0].refusal.status, 400);
    outbox_free(&outbox);
}

static void check_reason(const char *body, size_t length, const char *expected)
{
    char why[50];
    char *copy = exact_copy(body, length);
    outbox_reason(copy, length, why, sizeof why);
    assert_string_equal(why, expected);
    free(copy);
}

static void test_reason(void **state)
{
    static const char long_body[] =
        "{\"error\":\"0123456789012345678901234567890123456789abcdefg\303\274\303\274\"}";
    char deep[5000];
    (void)state;
    check_reason("", 0, "it gives no reason");
    check_reason("{}", 2, "it gives no reason");
    check_reason("{\"error\":null}", 14, "it gives no reason");
    check_reason("{\"error\":\"\"}", 12, "it gives no reason");
    check_reason("Bad Request", 11, "Bad Request");
    check_reason("{\"error\":\"a\\u0000b\"}", 20, "{\"error\":\"a\\u0000b\"}");
    check_reason("{\"error\":\"x\"", 12, "{\"error\":\"x\"");
    /* Cut between two characters. */
    check_reason(long_body, sizeof long_body - 1, "0123456789012345678901234567890123456789abcdefg\303\274");
    memset(deep, '[', sizeof deep);
    check_reason(deep, sizeof deep, "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[");
    memcpy(deep, "{\"a\":", 5);
    check_reason(deep, sizeof deep, "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[");
}

static void test_long_answer(void **state)
{
    struct error error = {.code = ERROR_NONE};
    char body[20000];
    struct outbox_answer answer = answer_of(422, NULL);
    struct outbox outbox;
    (void)state;
    memset(body, '\001', sizeof body);
    answer.body = body;
    answer.length = sizeof body;
    assert_int_equal(keep(&answer, &error), ERROR_NONE);
    assert_in_range(strlen(content(path_in(outbox_folder, ".refused"))), 6 * OUTBOX_MAX_ANSWER,
                    7 * OUTBOX_MAX_ANSWER);
    read_outbox(&outbox);
    assert_int_equal(outbox.entries[0].refusal.status, 422);
    assert_int_equal(strlen(outbox.entries[0].refusal.why), sizeof outbox.entries[0].refusal.why - 1);
    outbox_free(&outbox);
}

/* ---- what fails on the way ---- */

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes == RLIM_INFINITY ? limit.rlim_max : bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A disk that is full before is told before anything is sent. */
static void test_full_disk_before(void **state)
{
    struct outbox_sending sending;
    struct error error = {.code = ERROR_NONE};
    (void)state;
    for (rlim_t limit = 0; limit <= 20000; limit += 5000) {
        limit_files(limit);
        enum error_code code = outbox_begin_sending(outbox_folder, NULL, &sending, &error);
        limit_files(RLIM_INFINITY);
        assert_int_equal(code, ERROR_NO_SPACE);
        assert_holds(error.next, "make room");
        assert_int_equal(count_files(outbox_folder), 1);
        assert_int_equal(count_files(sent_folder), 0);
    }
}

/* One that is full after the server has answered: the report is in the outbox still. */
static void test_full_disk_after(void **state)
{
    const struct outbox_answer answers[] = {answer_of(201, "stored"), answer_of(422, "no")};
    struct outbox_sending sending;
    struct outbox outbox;
    struct error error = {.code = ERROR_NONE};
    (void)state;
    for (rlim_t limit = 0; limit < 100; limit += 11) {
        begin(&sending);
        read_outbox(&outbox);
        limit_files(limit);
        enum error_code kept = outbox_keep_sent(&sending, &outbox.entries[0], &answers[0], &error);
        enum error_code marked = outbox_mark_refused(&sending, &outbox.entries[0], &answers[1], &error);
        limit_files(RLIM_INFINITY);
        assert_int_equal(kept, ERROR_NO_SPACE);
        assert_int_equal(marked, ERROR_NO_SPACE);
        assert_int_equal(outbox_count_sent(outbox_folder), 0);
        assert_int_equal(count_files(outbox_folder), 1);
        assert_int_equal(count_files(sent_folder), 0);
        outbox_free(&outbox);
        outbox_end_sending(&sending);
    }
}

static void test_no_place(void **state)
{
    struct outbox_sending sending;
    struct error error = {.code = ERROR_NONE};
    (void)state;
    FILE *stream = fopen(sent_folder, "w");
    assert_non_null(stream);
    fclose(stream);
    assert_int_not_equal(outbox_begin_sending(outbox_folder, NULL, &sending, &error), ERROR_NONE);
    assert_holds(error.message, "sent");
    assert_holds(error.next, "nothing was sent");
    assert_int_equal(sending.sent_lock, -1);
    assert_int_equal(count_files(outbox_folder), 1);
}

static int is_waiting[2];

static void on_waiting(void)
{
    assert_int_equal(write(is_waiting[1], "w", 1), 1);
}

/* The second sender waits for the first, and then sees what that has sent. */
static void test_one_at_a_time(void **state)
{
    struct outbox_sending sending;
    struct outbox outbox;
    struct error error = {.code = ERROR_NONE};
    const struct outbox_answer answer = answer_of(201, "");
    char byte;
    int status;
    (void)state;
    assert_int_equal(pipe(is_waiting), 0);
    begin(&sending);
    read_outbox(&outbox);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(sending.sent_lock);
        close(sending.outbox_lock);
        if (outbox_begin_sending(outbox_folder, on_waiting, &sending, &error))
            _exit(2);
        _exit(outbox_was_sent(outbox_folder, id) ? 0 : 1);
    }
    assert_int_equal(read(is_waiting[0], &byte, 1), 1);
    assert_int_equal(waitpid(child, &status, WNOHANG), 0);
    /* Writing a report does not wait for one who sends. */
    char first[REPORT_ID_HEX_SIZE];
    snprintf(first, sizeof first, "%s", id);
    add("{\"outcome\":\"works\",\"pci_id\":\"10de:1d16\"}");
    snprintf(id, sizeof id, "%s", first);
    assert_int_equal(outbox_keep_sent(&sending, &outbox.entries[0], &answer, &error), ERROR_NONE);
    outbox_end_sending(&sending);
    outbox_free(&outbox);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(is_waiting[0]);
    close(is_waiting[1]);
}

/* Dies at whatever instant: each report is in the outbox or in sent/, and whole. */
static void test_killed(void **state)
{
    enum { REPORTS = 20, ROUNDS = 60 };
    struct error error = {.code = ERROR_NONE};
    const struct outbox_answer answer = answer_of(201, "stored");
    struct outbox_sending sending;
    struct outbox outbox;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        int total = outbox_count_sent(outbox_folder);
        read_outbox(&outbox);
        total += outbox.count;
        outbox_free(&outbox);
        for (int i = 0; i < REPORTS; i++) {
            char json[200];
            snprintf(json, sizeof json, "{\"pci_id\":\"10de:1d16\",\"outcome\":\"fails\",\"note\":\"%d\"}",
                     round * REPORTS + i);
            add(json);
            total++;
        }
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            begin(&sending);
            read_outbox(&outbox);
            for (int i = 0; i < outbox.count; i++)
                if (outbox_keep_sent(&sending, &outbox.entries[i], &answer, &error))
                    _exit(1);
            for (;;)
                pause();
        }
        usleep((useconds_t)(round * 397 % 15000));
        assert_int_equal(kill(child, SIGKILL), 0);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        read_outbox(&outbox);
        for (int i = 0; i < outbox.count; i++) {
            assert_true(outbox.entries[i].id[0]);
            assert_false(outbox.entries[i].was_sent);
        }
        assert_int_equal(outbox.count + outbox_count_sent(outbox_folder), total);
        outbox_free(&outbox);
    }
    begin(&sending);
    read_outbox(&outbox);
    for (int i = 0; i < outbox.count; i++)
        assert_int_equal(outbox_keep_sent(&sending, &outbox.entries[i], &answer, &error), ERROR_NONE);
    outbox_free(&outbox);
    outbox_end_sending(&sending);
    assert_int_equal(count_files(outbox_folder), 0);
    assert_int_equal(count_files(sent_folder), 2 * (ROUNDS * REPORTS + 1));
}

int main(void)
{
    signal(SIGXFSZ, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sent_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_drop_removes_the_mark, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damaged_marks, set_up, tear_down),
        cmocka_unit_test(test_reason),
        cmocka_unit_test_setup_teardown(test_long_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_full_disk_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_full_disk_after, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_at_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_killed, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
