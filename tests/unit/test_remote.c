/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/buffer.h"
#include "feed/signature.h"
#include "importer/remote.h"
#include "tests/unit/json_cases.h"

/* Two keys that are none of anybody's. */
#define KEY_ONE "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
#define KEY_TWO "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO4"
#define LIST    "[remote]\nkind=pci.ids\nurl=https://example.org/pci.ids.gz\n"
#define FEED    "[remote]\nkind=feed\nurl=https://example.org/feed\nkey=" KEY_ONE "\n"

static struct remote remote;

static enum error_code parse_bytes(const char *text, size_t length)
{
    char *copy = exact_copy(text, length);
    enum error_code code = remote_parse(copy, length, "/etc/x/file.conf", &remote, &failure);
    free(copy);
    return code;
}

static void assert_rejected(const char *text, const char *why)
{
    if (parse_bytes(text, strlen(text)) != ERROR_BAD_INPUT)
        fail_msg("not rejected: %s", text);
    assert_holds(failure.message, why);
    assert_holds(failure.message, "/etc/x/file.conf");
    assert_true(failure.next[0] != '\0');
}

DEFINE_TEST(test_good)
{
    static const struct {
        const char *text;      /* with %s in the place of the values */
        const char *values;    /* between | */
        const char *described; /* NAME KIND URL, then what else there is */
    } cases[] = {
        {LIST "enabled=%s\n", "On|Yes|1|true", "file pci.ids https://example.org/pci.ids.gz"},
        {LIST "enabled=%s\n", "off|NO|0|false", "file pci.ids https://example.org/pci.ids.gz off"},
        {LIST "%s", "name=other", "other pci.ids https://example.org/pci.ids.gz"},
        {"[remote]\nkind=amdgpu.ids\nurl=%s\n", "http://127.0.0.1:8080/a?b=c",
         "file amdgpu.ids http://127.0.0.1:8080/a?b=c"},
        {FEED "submit=%s\n", "https://example.org/v1/reports/",
         "file feed https://example.org/feed submit=https://example.org/v1/reports/ " KEY_ONE},
        {FEED "knowledge=%s\n", "no|NO", "file feed https://example.org/feed " KEY_ONE},
        {FEED "knowledge=%s\n", "yes|Yes", "file feed https://example.org/feed " KEY_ONE " knowledge=1"},
        {FEED "knowledge=%s\n", "all", "file feed https://example.org/feed " KEY_ONE " knowledge=2"},
        {"[remote]\nkind=feed\nurl=https://example.org/feed%s\n",
         "\nkey=" KEY_ONE "\nkey=" KEY_TWO "|//\nkey = " KEY_ONE " \t " KEY_TWO,
         "file feed https://example.org/feed " KEY_ONE " " KEY_TWO},
        {"%s\r\n  # indented \xc3\xa9\r\n  key=" KEY_ONE "\r\n  name=n",
         "# comment\r\n\r\n; another\r\n  [remote]\r\n\tkind = feed\r\n  url : https://example.org/feed ; that",
         "n feed https://example.org/feed " KEY_ONE},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        for (struct values v = values_of(cases[i].values, cases[i].text); next_value(&v);) {
            struct buffer text CLEANUP(buffer_free) = BUFFER(10000);
            ASSERT_DONE(parse_bytes(v.text, strlen(v.text)));
            buffer_append_format(&text, "%s %s %s", remote.name, remote_kind_name(&remote), remote.url);
            buffer_append_format(&text, remote.submit[0] ? " submit=%s" : "%s", remote.submit);
            for (int k = 0; k < remote.key_count; k++)
                buffer_append_format(&text, " %s", remote.keys[k]);
            buffer_append_text(&text, remote.enabled ? "" : " off");
            if (remote.knowledge)
                buffer_append_format(&text, " knowledge=%d", (int)remote.knowledge);
            assert_string_equal(buffer_text(&text), cases[i].described);
            assert_string_equal(remote.file, "/etc/x/file.conf");
        }
    }
}

DEFINE_TEST(test_rejected)
{
    static const struct json_case cases[] = {
        {LIST "enabled=perhaps\n", "file.conf:4: enabled must be yes or no, not \"perhaps\""},
        {LIST "enabled=2\n", "file.conf:4: enabled must be yes or no"},
        {LIST "name=../x\n", "file.conf:4: \"../x\" cannot name a remote"},
        {LIST "priority=1\n", "file.conf:4: \"priority\" is not a key: name, url,"},
        {LIST "Url=https://example.org\n", "file.conf:4: \"Url\" is not a key"},
        {"\n[Remote]\nkind=feed\n", "file.conf:2: the section is called [remote], not \"[Remote]\""},
        {LIST "[other]\n", "file.conf:4: the section is called [remote], not \"[other]\""},
        {"[remote\n", "file.conf:1: the section is called [remote]"},
        {"kind=feed\n", "file.conf:1: \"kind\" is before the section [remote]"},
        {LIST "nonsense\nmore=1\n", "file.conf:4: not [remote], KEY=VALUE or a comment"},
        {"|[remote]\n|[remote]\nurl=https://example.org/\n", "file.conf: kind is missing"},
        {"[remote]\nkind=pci.ids\n", "file.conf: url is missing"},
        {"[remote]\nkind=feed\nurl=https://example.org\n", "file.conf: key is missing"},
        {"[remote]\nkind=ftp\n", "file.conf:2: kind must be pci.ids, amdgpu.ids or feed, not \"ftp\""},
        {LIST "kind=pci.ids\n", "file.conf:4: kind is given twice, first on line 2"},
        {LIST "\nurl=https://example.org\n", "file.conf:5: url is given twice, first on line 3"},
        {LIST "name=a\nname=a\n", "file.conf:5: name is given twice"},
        {FEED "submit=\n", "file.conf:5: submit has no value"},
        {LIST "key=" KEY_ONE "\n", "file.conf:4: only a feed has a key"},
        {LIST "submit=https://example.org/\n", "file.conf:4: reports can be sent only to a feed"},
        {LIST "knowledge=yes\n", "file.conf:4: only a feed has tables"},
        {FEED "knowledge=some\n", "file.conf:5: knowledge must be no, yes or all, not \"some\""},
        {"[remote]\nkind=feed\nurl=https://example.org/?a=b\nkey=" KEY_ONE "\n",
         "file.conf:3: url: that of a feed is a directory"},
        {"[remote]\nkind=pci.ids\nurl=ftp://example.org/\n", "file.conf:3: url: "},
        {FEED "submit=http://example.org/\n", "file.conf:5: submit: "},
        {"[remote]\nkey=feed.pub\n", "file.conf:2: \"feed.pub\" is not a minisign public key"},
        {FEED "key=" KEY_TWO " " KEY_TWO "\n", "file.conf:5: a feed has at most 2 keys"},
        {FEED "key=" KEY_ONE KEY_TWO "\n", "is not a minisign public key"},
        {LIST "# \x1b[31m\n|" LIST "# \xff\n|" LIST "# \xe2\x80\xae\n|" LIST "name=a\rb\n",
         "file.conf:4: the line has control characters, or is not UTF-8"},
    };
    static const char nul[] = LIST "name=a\0b\n";
    check_cases(cases, ARRAY_SIZE(cases), assert_rejected);
    assert_int_equal(parse_bytes(nul, sizeof nul - 1), ERROR_BAD_INPUT);
    assert_holds(failure.message, "file.conf:4: the line has control characters");
    ASSERT_DONE(remote_parse(LIST, strlen(LIST), "a.b.conf", &remote, &failure));
    assert_string_equal(remote.name, "a.b");
    assert_int_equal(remote_parse(LIST, strlen(LIST), "/x/My Feed.conf", &remote, &failure), ERROR_BAD_INPUT);
    assert_holds(failure.message, "/x/My Feed.conf: give it a name");
}

/* What minisign itself makes is in tests/cli/signature.test. */
DEFINE_TEST(test_keys)
{
    static const char bad[] =
        "|RWQ|untrusted comment: minisign public key E7620F1842B4E81F|/etc/passthru/feed.pub|" KEY_ONE
        " |" KEY_ONE "A|"
        "RUQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3|"
        "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO|"
        "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GF-3";
    ASSERT_DONE(signature_check_key(KEY_ONE, &failure));
    for (struct values v = values_of(bad, NULL); next_value(&v);) {
        assert_int_equal(signature_check_key(v.text, &failure), ERROR_BAD_INPUT);
        assert_holds(failure.message, "is not a minisign public key");
    }
}

DEFINE_TEST(test_names)
{
    static const char *const names[] = {
        "|.|..|.a|-a|_a|a/b|../b|a b|A|a\xc3\xa9|a\n|a:b|a*|a\\b|"
        "01234567890123456789012345678901234567890123456789012345678901234",
        "a|0|pci.ids|a-b_c.d|0123456789012345678901234567890123456789012345678901234567890123"};
    for (int fits = 0; fits <= 1; fits++)
        for (struct values v = values_of(names[fits], NULL); next_value(&v);)
            if (feed_name_fits(v.text, strlen(v.text)) != fits)
                fail_msg("\"%s\" %s", v.text, fits ? "does not fit" : "fits");
    assert_false(feed_name_fits("a\0b", 3));
}

DEFINE_TEST(test_addresses)
{
    static const char asked[] = "may be asked", loopback[] = "is of this machine";
    static const struct {
        const char *why; /* one of those two, or why they are rejected */
        const char *urls;
    } cases[] = {
        {asked, "https://example.org|https://pci-ids.ucw.cz/v2.2/pci.ids.gz|https://example.org:8443/a?b=c|"
                "https://[2001:db8::1]/a|HTTPS://EXAMPLE.org/"},
        {loopback, "https://127.0.0.1/|http://127.0.0.1:8080/a|http://127.255.255.254/|http://[::1]:8080/|"
                   "http://localhost/|http://LocalHost/"},
        {"not an address", "|example.org/a|//example.org/f|/etc/passwd|javascript:alert(1)|"
                           "https://example.org:99999/|https://example.org:x/|https://exa<mple.org/"},
        {"no", "https://|https://a\\@b/"},
        {"no host", "https:///a|https:/a"},
        {"gopher:// cannot be fetched from", "gopher://127.0.0.1/a"},
        {"not encrypted",
         "http://128.0.0.1/|http://127.0.0.1.example.org/|http://localhost./|http://0.0.0.0/|"
         "http://localhost.example.org/|http://[::]/|http://[::ffff:192.0.2.1]/"},
        {"user name", "https://user@example.org/|https://user:password@example.org/|"
                      "https://:password@example.org/|http://127.0.0.1@example.org/"},
        {"fragment", "https://example.org/a#b|https://example.org/#"},
        {"visible ASCII", "https://example.org/a b|https://example.org/a\nb|https://example.org/\x1b[2J|"
                          "https://ex\xc3\xa4mple.org/"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        for (struct values v = values_of(cases[i].urls, NULL); next_value(&v);) {
            enum error_code code = remote_check_url(v.text, &failure);
            const char *why = code ? failure.message : remote_url_is_loopback(v.text) ? loopback : asked;
            if ((code && code != ERROR_BAD_INPUT) || !strstr(why, cases[i].why))
                fail_msg("%s: %s, expected: %s", v.text, why, cases[i].why);
        }
}

/* inih's line has 200 bytes as Debian builds it; what is longer must not become a shorter value. */
DEFINE_TEST(test_long_lines)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(100000);
    for (int padding = 100; padding < 90000; padding = padding < 300 ? padding + 1 : padding * 3) {
        buffer_clear(&text);
        buffer_append_format(&text, "[remote]\nkind=pci.ids\nurl=https://example.org/%0*d\n", padding, 0);
        if (parse_bytes(text.data, text.length) == ERROR_NONE) {
            assert_int_equal(strlen(remote.url), strlen("https://example.org/") + (size_t)padding);
            assert_true(padding < 200);
        } else {
            assert_holds(failure.message, "file.conf:3: the line is longer than");
            assert_true(padding > 150);
        }
    }
    buffer_clear(&text);
    buffer_append_format(&text, "#%0499d\n" LIST, 0);
    assert_rejected(buffer_text(&text), "file.conf:1: the line is longer than");
}

/* ---- directories ---- */

static int set_up(void **state)
{
    return make_scratch(state) || setenv("XDG_CONFIG_HOME", in_scratch("own"), 1);
}

static void load(struct remotes *remotes)
{
    ASSERT_DONE(remotes_load(in_scratch("data"), remotes, &failure));
}

static void assert_not_loaded(const char *why)
{
    struct remotes remotes;
    const struct error *wrong = &failure;
    if (remotes_load(in_scratch("data"), &remotes, &failure) == ERROR_NONE)
        for (int i = 0; i < remotes.count; i++)
            wrong = remotes.items[i].error.code ? &remotes.items[i].error : wrong;
    assert_true(wrong->code == ERROR_BAD_INPUT || wrong->code == ERROR_SYSTEM);
    assert_holds(wrong->message, why);
    assert_true(wrong->next[0] != '\0');
    remotes_free(&remotes);
}

#define OF_DATA "data/remotes.d/"
#define OF_USER "own/passthru/remotes.d/"

/* Fails unless each "NAME FILE" is enabled, each "NAME FILE off" is not, "NAME FILE bad" has an error, and
 * "NAME -" is not there. */
static void assert_found(const struct remotes *remotes, const char *expected)
{
    char text[1000];
    for (struct values v = values_of(expected, NULL); next_value(&v);) {
        snprintf(text, sizeof text, "%.*s", (int)strcspn(v.text, " "), v.text);
        const struct remote *found = remotes_find(remotes, text);
        snprintf(text + strlen(text), sizeof text - strlen(text), " %s%s",
                 found ? found->file + strlen(scratch) + 1 : "-",
                 !found              ? ""
                 : found->error.code ? " bad"
                 : found->enabled    ? ""
                                     : " off");
        assert_string_equal(text, v.text);
    }
    for (int i = 1; i < remotes->count; i++)
        assert_true(strcmp(remotes->items[i - 1].name, remotes->items[i].name) <= 0);
}

/* Which file of a remote counts: each case adds files to those of the case before. */
DEFINE_TEST_IN(test_precedence, set_up, remove_scratch)
{
    static const struct {
        const char *path, *text;
        const char *found; /* NULL: what comes belongs to the same case */
        const char *why;   /* NULL: all is well */
    } steps[] = {
        {"other/file", "", "none -", NULL},
        {OF_DATA "pci.ids.conf", LIST, NULL, NULL},
        {OF_DATA "zoo.conf", FEED, NULL, NULL},
        {OF_DATA "README", "no remote", NULL, NULL},
        {OF_DATA ".zoo.conf", "no remote", "pci.ids " OF_DATA "pci.ids.conf|zoo " OF_DATA "zoo.conf", NULL},
        {OF_USER "zoo.conf", FEED "enabled=no\n", "zoo " OF_USER "zoo.conf off", NULL},
        {OF_USER "ant.conf", FEED, "ant " OF_USER "ant.conf|zoo " OF_USER "zoo.conf off", NULL},
        /* One list of each kind. */
        {OF_USER "mirror.conf", LIST "enabled=no\n",
         "pci.ids " OF_DATA "pci.ids.conf|mirror " OF_USER "mirror.conf off", NULL},
        {OF_USER "mirror.conf", LIST, "pci.ids -|mirror " OF_USER "mirror.conf", NULL},
        {OF_USER "second.conf", LIST, "ant " OF_USER "ant.conf", "second.conf both are the remote pci.ids"},
        {OF_USER "second.conf", FEED, "second " OF_USER "second.conf", NULL},
        /* One of each name. */
        {OF_USER "a.conf", FEED "name=same\n", "same " OF_USER "a.conf", NULL},
        {OF_USER "b.conf", FEED "name=same\n", "same " OF_USER "a.conf bad|ant " OF_USER "ant.conf",
         "b.conf both are the remote same"},
        {OF_USER "a.conf", FEED "name=same\nenabled=no\n", "same " OF_USER "b.conf", NULL},
        {OF_USER "a.conf", LIST "nonsense\n", "zoo " OF_USER "zoo.conf off",
         OF_USER "a.conf:4: not [remote]"},
        {OF_USER "x y.conf", "nonsense\n", NULL, NULL},
        {OF_USER "z.Z.conf", "nonsense\n", "unnamed " OF_USER "x y.conf bad",
         OF_USER "x y.conf:1: not [remote]"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        struct remotes remotes;
        scratch_put(steps[i].path, steps[i].text);
        if (!steps[i].found)
            continue;
        load(&remotes);
        assert_found(&remotes, steps[i].found);
        for (int k = 0; k < remotes.count && !steps[i].why; k++)
            assert_string_equal(remotes.items[k].error.message, "");
        remotes_free(&remotes);
        if (steps[i].why)
            assert_not_loaded(steps[i].why);
    }
}

DEFINE_TEST_IN(test_bad_files, set_up, remove_scratch)
{
    char path[2 * SCRATCH_PATH_SIZE];
    static char large[65538];
    struct remotes remotes;
    snprintf(path, sizeof path, "%s", in_scratch(OF_USER "a.conf"));
    memset(large, '\n', 65536);
    memcpy(large + 65536 - strlen(LIST), LIST, strlen(LIST));
    scratch_put(OF_USER "a.conf", large);
    load(&remotes);
    remotes_free(&remotes);
    large[65536] = '\n';
    scratch_put(OF_USER "a.conf", large);
    assert_not_loaded("a.conf: larger than 64 KiB");
    assert_true(!unlink(path) && !mkdir(path, 0700));
    assert_not_loaded("a.conf: not a regular file");
    assert_true(!rmdir(path) && !mkfifo(path, 0600));
    assert_not_loaded("a.conf: not a regular file");
    assert_true(!unlink(path) && !symlink("none", path));
    load(&remotes);
    assert_holds(remotes_find(&remotes, "a")->error.message, "a.conf: No such file");
    remotes_free(&remotes);
}

DEFINE_TEST_IN(test_too_many, set_up, remove_scratch)
{
    for (int i = 0; i <= MAX_REMOTES; i++) {
        char name[100];
        snprintf(name, sizeof name, OF_USER "f%d.conf", i);
        scratch_put(name, FEED);
    }
    assert_not_loaded("there are more than 64 remotes");
}

/* The example is a valid feed once it is filled in as it says. */
DEFINE_TEST(test_example)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(10000);
    char line[300];
    FILE *file = fopen("docs/feed-example.conf", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, "#key=", 5) == 0)
            buffer_append_text(&text, "key=" KEY_ONE "\n");
        else
            buffer_append_text(&text, line + (line[0] == '#' && line[1] != ' '));
    }
    fclose(file);
    ASSERT_DONE(parse_bytes(buffer_text(&text), text.length));
    assert_string_equal(remote.name, "example");
    assert_string_equal(remote.url, "https://feed.example.org/passthru");
    assert_string_equal(remote.submit, "https://feed.example.org/v1/reports");
    assert_true(remote.enabled);
}

TESTSUITE_MAIN(NULL, NULL)
