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

static void assert_rejected(const char *text, size_t length, const char *why)
{
    struct error error;
    if (parse_bytes(text, length, &error) != ERROR_BAD_INPUT)
        fail_msg("not rejected: %s", text);
    assert_holds(error.message, why);
    assert_holds(error.message, "/etc/x/file.conf");
    assert_true(error.next[0] != '\0');
}

static void test_good(void **state)
{
    static const struct {
        const char *text;
        const char *name, *kind, *url, *submit, *first_key, *second_key;
        bool disabled;
    } cases[] = {
        {LIST, "file", "pci.ids", "https://example.org/pci.ids.gz", "", "", "", false},
        {LIST "name=other", "other", "pci.ids", "https://example.org/pci.ids.gz", "", "", "", false},
        {LIST "enabled=On\n", "file", "pci.ids", "https://example.org/pci.ids.gz", "", "", "", false},
        {LIST "enabled=Yes\n", "file", "pci.ids", "https://example.org/pci.ids.gz", "", "", "", false},
        {LIST "enabled=1\n", "file", "pci.ids", "https://example.org/pci.ids.gz", "", "", "", false},
        {LIST "enabled=true\n", "file", "pci.ids", "https://example.org/pci.ids.gz", "", "", "", false},
        {LIST "enabled=off\n", "file", "pci.ids", "https://example.org/pci.ids.gz", "", "", "", true},
        {LIST "enabled=NO\n", "file", "pci.ids", "https://example.org/pci.ids.gz", "", "", "", true},
        {LIST "enabled=0\n", "file", "pci.ids", "https://example.org/pci.ids.gz", "", "", "", true},
        {LIST "enabled=false\n", "file", "pci.ids", "https://example.org/pci.ids.gz", "", "", "", true},
        {"[remote]\nkind=amdgpu.ids\nurl=http://127.0.0.1:8080/a?b=c\n", "file", "amdgpu.ids",
         "http://127.0.0.1:8080/a?b=c", "", "", "", false},
        {FEED "submit=https://example.org/v1/reports/\n", "file", "feed", "https://example.org/feed",
         "https://example.org/v1/reports/", KEY_ONE, "", false},
        {FEED "key=" KEY_TWO "\n", "file", "feed", "https://example.org/feed", "", KEY_ONE, KEY_TWO, false},
        {"[remote]\nkind=feed\nurl=https://example.org/feed//\nkey = " KEY_ONE " \t " KEY_TWO "\n", "file",
         "feed", "https://example.org/feed", "", KEY_ONE, KEY_TWO, false},
        {"# comment\r\n\r\n; another\r\n  [remote]\r\n\tkind = feed\r\n  url : https://example.org/feed ; that"
         "\r\n  # indented \xc3\xa9\r\n  key=" KEY_ONE "\r\n  name=n",
         "n", "feed", "https://example.org/feed", "", KEY_ONE, "", false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_good(cases[i].text);
        assert_string_equal(remote.name, cases[i].name);
        assert_string_equal(remote_kind_word(&remote), cases[i].kind);
        assert_string_equal(remote.url, cases[i].url);
        assert_string_equal(remote.submit, cases[i].submit);
        assert_int_equal(remote.key_count, (cases[i].first_key[0] != 0) + (cases[i].second_key[0] != 0));
        assert_string_equal(remote.keys[0], cases[i].first_key);
        assert_string_equal(remote.keys[1], cases[i].second_key);
        assert_int_equal(remote.enabled, !cases[i].disabled);
        assert_string_equal(remote.file, "/etc/x/file.conf");
    }
}

static void test_rejected(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {LIST "enabled=perhaps\n", "file.conf:4: enabled must be yes or no, not \"perhaps\""},
        {LIST "enabled=2\n", "file.conf:4: enabled must be yes or no"},
        {LIST "name=../x\n", "file.conf:4: \"../x\" cannot name a remote"},
        {LIST "priority=1\n", "file.conf:4: \"priority\" is not a key: name, url,"},
        {LIST "Url=https://example.org\n", "file.conf:4: \"Url\" is not a key"},
        {"\n[Remote]\nkind=feed\n", "file.conf:2: the section is called [remote], not \"[Remote]\""},
        {LIST "[other]\n", "file.conf:4: the section is called [remote], not \"[other]\""},
        {"kind=feed\n", "file.conf:1: \"kind\" is before the section [remote]"},
        {LIST "nonsense\n", "file.conf:4: not [remote], KEY=VALUE or a comment"},
        {LIST "nonsense\nmore=1\n", "file.conf:4: not [remote]"},
        {"[remote\n", "file.conf:1: the section is called [remote]"},
        {"", "file.conf: kind is missing"},
        {"[remote]\n", "file.conf: kind is missing"},
        {"[remote]\nkind=pci.ids\n", "file.conf: url is missing"},
        {"[remote]\nurl=https://example.org/\n", "file.conf: kind is missing"},
        {"[remote]\nkind=ftp\n", "file.conf:2: kind must be pci.ids, amdgpu.ids or feed, not \"ftp\""},
        {LIST "kind=pci.ids\n", "file.conf:4: kind is given twice, first on line 2"},
        {LIST "\nurl=https://example.org\n", "file.conf:5: url is given twice, first on line 3"},
        {LIST "name=a\nname=a\n", "file.conf:5: name is given twice"},
        {FEED "submit=\n", "file.conf:5: submit has no value"},
        {"[remote]\nkind=feed\nurl=https://example.org\n", "file.conf: key is missing"},
        {LIST "key=" KEY_ONE "\n", "file.conf:4: only a feed has a key"},
        {LIST "submit=https://example.org/\n", "file.conf:4: reports can be sent only to a feed"},
        {"[remote]\nkind=feed\nurl=https://example.org/?a=b\nkey=" KEY_ONE "\n",
         "file.conf:3: url: that of a feed is a directory"},
        {"[remote]\nkind=pci.ids\nurl=ftp://example.org/\n", "file.conf:3: url: "},
        {FEED "submit=http://example.org/\n", "file.conf:5: submit: "},
        {"[remote]\nkey=feed.pub\n", "file.conf:2: \"feed.pub\" is not a minisign public key"},
        {FEED "key=" KEY_TWO " " KEY_TWO "\n", "file.conf:5: a feed has at most 2 keys"},
        {FEED "key=" KEY_ONE KEY_TWO "\n", "is not a minisign public key"},
        {LIST "# \x1b[31m\n", "file.conf:4: the line has control characters"},
        {LIST "# \xff\n", "file.conf:4: the line has control characters, or is not UTF-8"},
        {LIST "# \xe2\x80\xae\n", "file.conf:4: the line has control characters"},
        {LIST "name=a\rb\n", "file.conf:4: the line has control characters"},
    };
    static const char nul[] = LIST "name=a\0b\n";
    struct error error;
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_rejected(cases[i].text, strlen(cases[i].text), cases[i].why);
    assert_rejected(nul, sizeof nul - 1, "file.conf:4: the line has control characters");
    assert_int_equal(remote_parse(LIST, strlen(LIST), "a.b.conf", &remote, &error), ERROR_NONE);
    assert_string_equal(remote.name, "a.b");
    assert_int_equal(remote_parse(LIST, strlen(LIST), "/x/My Feed.conf", &remote, &error), ERROR_BAD_INPUT);
    assert_holds(error.message, "/x/My Feed.conf: give it a name");
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
}

/* Which addresses may be asked; which are of this machine. */
static void test_addresses(void **state)
{
    static const struct {
        const char *url;
        const char *why; /* it is rejected; NULL: it may be asked */
        bool is_loopback;
    } cases[] = {
        {"https://example.org", NULL, false},
        {"https://pci-ids.ucw.cz/v2.2/pci.ids.gz", NULL, false},
        {"https://example.org:8443/a?b=c", NULL, false},
        {"https://[2001:db8::1]/a", NULL, false},
        {"HTTPS://EXAMPLE.org/", NULL, false},
        {"https://127.0.0.1/", NULL, true},
        {"http://127.0.0.1:8080/a", NULL, true},
        {"http://127.255.255.254/", NULL, true},
        {"http://[::1]:8080/", NULL, true},
        {"http://localhost/", NULL, true},
        {"http://LocalHost/", NULL, true},
        {"", "not an address", false},
        {"example.org/a", "not an address", false},
        {"//example.org/f", "not an address", false},
        {"/etc/passwd", "not an address", false},
        {"https:///a", "no host", false},
        {"https:/a", "no host", false},
        {"https://", "no", false},
        {"file:///etc/passwd", "file:// cannot be fetched from", false},
        {"ftp://example.org/a", "ftp:// cannot be fetched from", false},
        {"gopher://127.0.0.1/a", "gopher:// cannot be fetched from", false},
        {"javascript:alert(1)", "not an address", false},
        {"http://example.org/a", "not encrypted", false},
        {"http://128.0.0.1/", "not encrypted", false},
        {"http://127.0.0.1.example.org/", "not encrypted", false},
        {"http://localhost.example.org/", "not encrypted", false},
        {"http://localhost./", "not encrypted", false},
        {"http://0.0.0.0/", "not encrypted", false},
        {"http://[::]/", "not encrypted", false},
        {"http://[::ffff:192.0.2.1]/", "not encrypted", false},
        {"https://user@example.org/", "user name", false},
        {"https://user:password@example.org/", "user name", false},
        {"https://:password@example.org/", "user name", false},
        {"http://127.0.0.1@example.org/", "user name", false},
        {"https://example.org/a#b", "fragment", false},
        {"https://example.org/#", "fragment", false},
        {"https://example.org/a b", "visible ASCII", false},
        {"https://example.org/a\nb", "visible ASCII", false},
        {"https://example.org/\x1b[2J", "visible ASCII", false},
        {"https://ex\xc3\xa4mple.org/", "visible ASCII", false},
        {"https://example.org:99999/", "not an address", false},
        {"https://example.org:x/", "not an address", false},
        {"https://exa<mple.org/", "not an address", false},
        {"https://a\\@b/", "no", false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = {.code = ERROR_NONE};
        enum error_code code = remote_check_url(cases[i].url, &error);
        bool right = cases[i].why ? code == ERROR_BAD_INPUT && strstr(error.message, cases[i].why)
                                  : !code && remote_url_is_loopback(cases[i].url) == cases[i].is_loopback;
        if (!right)
            fail_msg("%s: %s", cases[i].url, error.message);
    }
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
    assert_rejected(buffer_text(&text), text.length, "file.conf:1: the line is longer than");
    buffer_free(&text);
}

/* ---- directories ---- */

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

static void test_no_directories(void **state)
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
    assert_not_loaded("/own/passthru/remotes.d/a.conf:4: not [remote]");
    assert_non_null(large);
    memset(large, '\n', 65536);
    strcpy(large + 65536 - strlen(LIST), LIST);
    put("own/passthru/remotes.d/a.conf", large);
    struct remotes remotes;
    load(&remotes);
    remotes_free(&remotes);
    strcat(large, "\n");
    put("own/passthru/remotes.d/a.conf", large);
    assert_not_loaded("a.conf: larger than 64 KiB");
    free(large);
    snprintf(path, sizeof path, "%s/own/passthru/remotes.d/a.conf", lab);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_not_loaded("a.conf: not a regular file");
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_not_loaded("a.conf: not a regular file");
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

#define DIRECTORY_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),           cmocka_unit_test(test_rejected),
        cmocka_unit_test(test_names),          cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_long_lines),     DIRECTORY_TEST(test_no_directories),
        DIRECTORY_TEST(test_precedence),       DIRECTORY_TEST(test_one_list_of_each_kind),
        DIRECTORY_TEST(test_one_of_each_name), DIRECTORY_TEST(test_bad_files),
        DIRECTORY_TEST(test_too_many),         DIRECTORY_TEST(test_brought),
        cmocka_unit_test(test_example),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
