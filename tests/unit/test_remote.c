#include "core/buffer.h"
#include "importer/remote.h"
#include "tests/unit/unit.h"

/* Two keys that are none of anybody's. */
#define KEY_ONE "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
#define KEY_TWO "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO4"
#define LIST    "[remote]\nkind=pci.ids\nurl=https://example.org/pci.ids.gz\n"
#define FEED    "[remote]\nkind=feed\nurl=https://example.org/feed\nkey=" KEY_ONE "\n"

static struct remote remote;

static enum error_code parse_bytes(const char *text, size_t length, struct error *error)
{
    char *copy = exact_copy(text, length);
    enum error_code code = remote_parse(copy, length, "/etc/x/file.conf", &remote, error);
    free(copy);
    return code;
}

static void assert_good(const char *text)
{
    struct error error;
    if (parse_bytes(text, strlen(text), &error))
        fail_msg("%s\n%s", text, error.message);
}

static void assert_refused_bytes(const char *text, size_t length, const char *why)
{
    struct error error;
    if (parse_bytes(text, length, &error) != ERROR_BAD_INPUT)
        fail_msg("not refused: %s", text);
    assert_holds(error.message, why);
    assert_holds(error.message, "/etc/x/file.conf");
    assert_true(error.next[0] != '\0');
}

static void assert_refused(const char *text, const char *why)
{
    assert_refused_bytes(text, strlen(text), why);
}

static void test_list(void **state)
{
    (void)state;
    assert_good(LIST);
    assert_string_equal(remote.name, "file");
    assert_int_equal(remote.kind, REMOTE_PCI_IDS);
    assert_string_equal(remote.url, "https://example.org/pci.ids.gz");
    assert_string_equal(remote.submit, "");
    assert_int_equal(remote.key_count, 0);
    assert_true(remote.enabled);
    assert_string_equal(remote.file, "/etc/x/file.conf");
    assert_good(LIST "name=other");
    assert_string_equal(remote.name, "other");
    assert_good("[remote]\nkind=amdgpu.ids\nurl=http://127.0.0.1:8080/a?b=c\n");
    assert_int_equal(remote.kind, REMOTE_AMDGPU_IDS);
    assert_string_equal(remote.url, "http://127.0.0.1:8080/a?b=c");
}

static void test_feed(void **state)
{
    (void)state;
    assert_good(FEED "submit=https://example.org/v1/reports/\n");
    assert_int_equal(remote.kind, REMOTE_FEED);
    assert_int_equal(remote.key_count, 1);
    assert_string_equal(remote.keys[0], KEY_ONE);
    assert_string_equal(remote.submit, "https://example.org/v1/reports/");
    assert_good(FEED "key=" KEY_TWO "\n");
    assert_int_equal(remote.key_count, 2);
    assert_string_equal(remote.keys[1], KEY_TWO);
    assert_good("[remote]\nkind=feed\nurl=https://example.org/feed//\nkey = " KEY_ONE " \t " KEY_TWO "\n");
    assert_int_equal(remote.key_count, 2);
    assert_string_equal(remote.keys[0], KEY_ONE);
    assert_string_equal(remote.keys[1], KEY_TWO);
    assert_string_equal(remote.url, "https://example.org/feed");
}

static void test_layout(void **state)
{
    (void)state;
    assert_good(
        "# comment\r\n\r\n; another\r\n  [remote]\r\n\tkind = feed\r\n  url : https://example.org/feed ; that\r\n"
        "  # indented \xc3\xa9\r\n  key=" KEY_ONE "\r\n  name=n");
    assert_string_equal(remote.url, "https://example.org/feed");
    assert_string_equal(remote.name, "n");
}

static void test_enabled(void **state)
{
    static const char *const words[] = {"no", "yes", "false", "true", "0", "1", "off", "On", "NO", "Yes"};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        char text[200];
        snprintf(text, sizeof text, LIST "enabled=%s\n", words[i]);
        assert_good(text);
        assert_int_equal(remote.enabled, i % 2);
    }
    assert_refused(LIST "enabled=perhaps\n", "file.conf:4: enabled must be yes or no, not \"perhaps\"");
    assert_refused(LIST "enabled=2\n", "file.conf:4: enabled must be yes or no");
}

static void test_names(void **state)
{
    static const char *const good[] = {"a", "0", "pci.ids", "a-b_c.d",
                                       "0123456789012345678901234567890123456789012345678901234567890123"};
    static const char *const bad[] = {"",
                                      ".",
                                      "..",
                                      ".a",
                                      "-a",
                                      "_a",
                                      "a/b",
                                      "../b",
                                      "a b",
                                      "A",
                                      "a\xc3\xa9",
                                      "a\n",
                                      "a:b",
                                      "a*",
                                      "a\\b",
                                      ("01234567890123456789"
                                       "012345678901234567890123456789012345678901234")};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(good); i++)
        assert_true(remote_name_fits(good[i], strlen(good[i])));
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        if (remote_name_fits(bad[i], strlen(bad[i])))
            fail_msg("\"%s\" fits", bad[i]);
    assert_false(remote_name_fits("a\0b", 3));
    assert_refused(LIST "name=../x\n", "file.conf:4: \"../x\" is no name of a remote");
}

static void test_default_name(void **state)
{
    struct error error;
    (void)state;
    assert_int_equal(remote_parse(LIST, strlen(LIST), "a.b.conf", &remote, &error), ERROR_NONE);
    assert_string_equal(remote.name, "a.b");
    assert_int_equal(remote_parse(LIST, strlen(LIST), "/x/My Feed.conf", &remote, &error), ERROR_BAD_INPUT);
    assert_holds(error.message, "/x/My Feed.conf: give it a name");
}

static void test_unknown(void **state)
{
    (void)state;
    assert_refused(LIST "priority=1\n", "file.conf:4: \"priority\" is not known: name, url,");
    assert_refused(LIST "Url=https://example.org\n", "file.conf:4: \"Url\" is not known");
    assert_refused("\n[Remote]\nkind=feed\n",
                   "file.conf:2: the section is called [remote], not \"[Remote]\"");
    assert_refused(LIST "[other]\n", "file.conf:4: the section is called [remote], not \"[other]\"");
    assert_refused("kind=feed\n", "file.conf:1: \"kind\" stands before the section [remote]");
    assert_refused(LIST "nonsense\n", "file.conf:4: this is no [remote], no KEY=VALUE and no comment");
    assert_refused(LIST "nonsense\nmore=1\n", "file.conf:4: this is no [remote]");
    assert_refused("[remote\n", "file.conf:1: the section is called [remote]");
    assert_refused("", "file.conf: kind is missing");
    assert_refused("[remote]\n", "file.conf: kind is missing");
}

static void test_values(void **state)
{
    (void)state;
    assert_refused("[remote]\nkind=pci.ids\n", "file.conf: url is missing");
    assert_refused("[remote]\nurl=https://example.org/\n", "file.conf: kind is missing");
    assert_refused("[remote]\nkind=ftp\n",
                   "file.conf:2: kind must be pci.ids, amdgpu.ids or feed, not \"ftp\"");
    assert_refused(LIST "kind=pci.ids\n", "file.conf:4: kind is given twice, first on line 2");
    assert_refused(LIST "\nurl=https://example.org\n", "file.conf:5: url is given twice, first on line 3");
    assert_refused(LIST "name=a\nname=a\n", "file.conf:5: name is given twice");
    assert_refused(FEED "submit=\n", "file.conf:5: submit has no value");
    assert_refused("[remote]\nkind=feed\nurl=https://example.org\n", "file.conf: key is missing");
    assert_refused(LIST "key=" KEY_ONE "\n", "file.conf:4: only a feed has a key");
    assert_refused(LIST "submit=https://example.org/\n", "file.conf:4: only to a feed");
    assert_refused("[remote]\nkind=feed\nurl=https://example.org/?a=b\nkey=" KEY_ONE "\n",
                   "file.conf:3: url: that of a feed is a folder");
}

static void test_addresses(void **state)
{
    static const char *const bad[] = {
        "http://example.org/f",    "file:///etc/passwd", "ftp://example.org/f", "https://u:p@example.org/f",
        "https://example.org/f#x", "//example.org/f",    "/etc/passwd",         "https://"};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        char text[300];
        snprintf(text, sizeof text, "[remote]\nkind=pci.ids\nurl=%s\n", bad[i]);
        assert_refused(text, "file.conf:3: url: ");
        snprintf(text, sizeof text, FEED "submit=%s\n", bad[i]);
        assert_refused(text, "file.conf:5: submit: ");
    }
}

static void test_keys(void **state)
{
    (void)state;
    assert_refused("[remote]\nkey=feed.pub\n", "file.conf:2: \"feed.pub\" is no minisign public key");
    assert_refused(FEED "key=" KEY_TWO " " KEY_TWO "\n", "file.conf:5: a feed has at most 2 keys");
    assert_refused(FEED "key=" KEY_ONE KEY_TWO "\n", "is no minisign public key");
}

/* inih's line has 200 bytes as Debian builds it; what is longer must not become a shorter value. */
static void test_long_lines(void **state)
{
    struct buffer text = BUFFER(100000);
    (void)state;
    for (size_t padding = 100; padding < 100000; padding = padding < 300 ? padding + 1 : padding * 3) {
        struct error error;
        buffer_clear(&text);
        buffer_append_text(&text, "[remote]\nkind=pci.ids\nurl=https://example.org/");
        for (size_t i = 0; i < padding; i++)
            buffer_append_byte(&text, 'x');
        buffer_append_text(&text, "\n");
        if (parse_bytes(text.data, text.length, &error) == ERROR_NONE) {
            assert_int_equal(strlen(remote.url), strlen("https://example.org/") + padding);
            assert_true(padding < 200);
        } else {
            assert_holds(error.message, "file.conf:3: the line is longer than");
            assert_true(padding > 150);
        }
    }
    buffer_clear(&text);
    for (int i = 0; i < 500; i++)
        buffer_append_text(&text, "#");
    buffer_append_text(&text, "\n" LIST);
    assert_refused(buffer_text(&text), "file.conf:1: the line is longer than");
    buffer_free(&text);
}

static void test_no_text(void **state)
{
    static const char nul[] = LIST "name=a\0b\n";
    (void)state;
    assert_refused_bytes(nul, sizeof nul - 1, "file.conf:4: the line holds control characters");
    assert_refused(LIST "# \x1b[31m\n", "file.conf:4: the line holds control characters");
    assert_refused(LIST "# \xff\n", "file.conf:4: the line holds control characters, or is no UTF-8");
    assert_refused(LIST "# \xe2\x80\xae\n", "file.conf:4: the line holds control characters");
    assert_refused(LIST "name=a\rb\n", "file.conf:4: the line holds control characters");
}

/* ---- folders ---- */

static char lab[SCRATCH_PATH_SIZE];

static void put(const char *path, const char *text)
{
    char whole[1000];
    snprintf(whole, sizeof whole, "%s/%s", lab, path);
    make_folders(whole);
    FILE *file = fopen(whole, "wb");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
    char own[1000];
    (void)state;
    snprintf(lab, sizeof lab, "%.400s/remotes-XXXXXX", scratch_parent());
    assert_non_null(mkdtemp(lab));
    snprintf(own, sizeof own, "%s/own", lab);
    return setenv("XDG_CONFIG_HOME", own, 1);
}

static int tear_down(void **state)
{
    (void)state;
    return remove_tree(lab);
}

static void load(struct remotes *remotes)
{
    struct error error;
    char data[1000];
    snprintf(data, sizeof data, "%s/data", lab);
    if (remotes_load(data, remotes, &error))
        fail_msg("%s", error.message);
}

static void assert_not_loaded(const char *why)
{
    struct remotes remotes;
    struct error error;
    char data[1000];
    snprintf(data, sizeof data, "%s/data", lab);
    const struct error *wrong = &error;
    if (remotes_load(data, &remotes, &error) == ERROR_NONE)
        for (int i = 0; i < remotes.count; i++)
            wrong = remotes.items[i].error.code ? &remotes.items[i].error : wrong;
    assert_true(wrong->code == ERROR_BAD_INPUT || wrong->code == ERROR_SYSTEM);
    assert_holds(wrong->message, why);
    assert_true(wrong->next[0] != '\0');
    remotes_free(&remotes);
}

static bool is_from(const struct remotes *remotes, const char *name, const char *file)
{
    const struct remote *found = remotes_find(remotes, name);
    return found && strstr(found->file, file);
}

static void test_no_folders(void **state)
{
    struct remotes remotes;
    (void)state;
    load(&remotes);
    assert_null(remotes_find(&remotes, "none"));
    remotes_free(&remotes);
}

static void test_precedence(void **state)
{
    struct remotes remotes;
    (void)state;
    put("data/remotes.d/pci.ids.conf", LIST);
    put("data/remotes.d/zoo.conf", FEED);
    put("data/remotes.d/README", "no remote");
    put("data/remotes.d/.zoo.conf", "no remote");
    put("own/passthru/remotes.d/zoo.conf", FEED "enabled=no\n");
    put("own/passthru/remotes.d/ant.conf", FEED);
    load(&remotes);
    assert_true(is_from(&remotes, "pci.ids", "/data/remotes.d/pci.ids.conf"));
    assert_true(is_from(&remotes, "zoo", "/own/passthru/remotes.d/zoo.conf"));
    assert_false(remotes_find(&remotes, "zoo")->enabled);
    assert_true(remotes_find(&remotes, "ant")->enabled);
    for (int i = 1; i < remotes.count; i++)
        assert_true(strcmp(remotes.items[i - 1].name, remotes.items[i].name) < 0);
    remotes_free(&remotes);
}

static void test_one_list_of_each_kind(void **state)
{
    struct remotes remotes;
    (void)state;
    put("data/remotes.d/pci.ids.conf", LIST);
    put("own/passthru/remotes.d/mirror.conf", LIST "enabled=no\n");
    load(&remotes);
    assert_true(is_from(&remotes, "pci.ids", "/data/"));
    assert_true(is_from(&remotes, "mirror", "/own/"));
    remotes_free(&remotes);
    put("own/passthru/remotes.d/mirror.conf", LIST);
    load(&remotes);
    assert_null(remotes_find(&remotes, "pci.ids"));
    assert_true(is_from(&remotes, "mirror", "/own/"));
    remotes_free(&remotes);
    put("own/passthru/remotes.d/second.conf", LIST);
    assert_not_loaded("second.conf both are the remote pci.ids");
}

static void test_one_of_each_name(void **state)
{
    (void)state;
    put("own/passthru/remotes.d/a.conf", FEED "name=same\n");
    put("own/passthru/remotes.d/b.conf", FEED "name=same\n");
    put("own/passthru/remotes.d/c.conf", FEED "name=other\n");
    assert_not_loaded("b.conf both are the remote same");
    struct remotes remotes;
    load(&remotes);
    assert_false(remotes_find(&remotes, "other")->error.code);
    assert_int_equal(remotes_find(&remotes, "same")->error.code, ERROR_BAD_INPUT);
    remotes_free(&remotes);
    put("own/passthru/remotes.d/a.conf", FEED "name=same\nenabled=no\n");
    load(&remotes);
    assert_true(is_from(&remotes, "same", "b.conf"));
    assert_false(remotes_find(&remotes, "same")->error.code);
    remotes_free(&remotes);
}

static void test_bad_files(void **state)
{
    char path[1000];
    char *large = malloc(70000);
    (void)state;
    put("own/passthru/remotes.d/a.conf", LIST "nonsense\n");
    assert_not_loaded("/own/passthru/remotes.d/a.conf:4: this is no");
    assert_non_null(large);
    memset(large, '\n', 65536);
    strcpy(large + 65536 - strlen(LIST), LIST);
    put("own/passthru/remotes.d/a.conf", large);
    struct remotes remotes;
    load(&remotes);
    remotes_free(&remotes);
    strcat(large, "\n");
    put("own/passthru/remotes.d/a.conf", large);
    assert_not_loaded("a.conf: it has more than 64 KiB");
    free(large);
    snprintf(path, sizeof path, "%s/own/passthru/remotes.d/a.conf", lab);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_not_loaded("a.conf: it is no regular file");
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_not_loaded("a.conf: it is no regular file");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("none", path), 0);
    load(&remotes);
    assert_holds(remotes_find(&remotes, "a")->error.message, "a.conf: No such file");
    remotes_free(&remotes);
}

static void test_too_many(void **state)
{
    (void)state;
    for (int i = 0; i <= MAX_REMOTES; i++) {
        char path[100];
        snprintf(path, sizeof path, "own/passthru/remotes.d/f%d.conf", i);
        put(path, FEED);
    }
    assert_not_loaded("there are more than 64 remotes");
}

/* What passthru brings is valid, and says what the manual says. */
static void test_brought(void **state)
{
    struct remotes remotes;
    struct error error;
    (void)state;
    assert_int_equal(remotes_load("data", &remotes, &error), ERROR_NONE);
    assert_true(is_from(&remotes, "pci.ids", "data/remotes.d/pci.ids.conf"));
    assert_true(remotes_find(&remotes, "pci.ids")->enabled);
    assert_string_equal(remotes_find(&remotes, "pci.ids")->url, "https://pci-ids.ucw.cz/v2.2/pci.ids.gz");
    assert_true(is_from(&remotes, "amdgpu.ids", "data/remotes.d/amdgpu.ids.conf"));
    assert_false(remotes_find(&remotes, "amdgpu.ids")->enabled);
    remotes_free(&remotes);
}

/* The example is a valid feed once it is filled in as it says. */
static void test_example(void **state)
{
    struct buffer text = BUFFER(10000);
    char line[300];
    FILE *file = fopen("docs/feed-example.conf", "r");
    (void)state;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, "#key=", 5) == 0)
            buffer_append_text(&text, "key=" KEY_ONE "\n");
        else
            buffer_append_text(&text, line + (line[0] == '#' && line[1] != ' '));
    }
    fclose(file);
    assert_good(buffer_text(&text));
    assert_string_equal(remote.name, "example");
    assert_string_equal(remote.url, "https://feed.example.org/passthru");
    assert_string_equal(remote.submit, "https://feed.example.org/v1/reports");
    assert_true(remote.enabled);
    buffer_free(&text);
}

#define FOLDER_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_feed),
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_enabled),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_default_name),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_no_text),
        FOLDER_TEST(test_no_folders),
        FOLDER_TEST(test_precedence),
        FOLDER_TEST(test_one_list_of_each_kind),
        FOLDER_TEST(test_one_of_each_name),
        FOLDER_TEST(test_bad_files),
        FOLDER_TEST(test_too_many),
        FOLDER_TEST(test_brought),
        cmocka_unit_test(test_example),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
