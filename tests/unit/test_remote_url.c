#include "importer/remote_url.h"

#include <string.h>

#include "tests/unit/unit.h"

static void takes_https_and_loopback(void **state)
{
    static const char *const good[] = {"https://example.org",
                                       "https://pci-ids.ucw.cz/v2.2/pci.ids.gz",
                                       "https://example.org:8443/a?b=c",
                                       "https://[2001:db8::1]/a",
                                       "HTTPS://EXAMPLE.org/",
                                       "http://127.0.0.1:8080/a",
                                       "http://127.255.255.254/",
                                       "http://[::1]:8080/",
                                       "http://localhost/",
                                       "http://LocalHost/"};
    struct error error = {.code = ERROR_NONE};
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(good); i++)
        assert_int_equal(remote_check_url(good[i], &error), ERROR_NONE);
}

static void refuses(void **state)
{
    static const struct {
        const char *url;
        const char *why;
    } bad[] = {
        {"", "no address"},
        {"example.org/a", "no address"},
        {"/etc/passwd", "no address"},
        {"https:///a", "no host"},
        {"https:/a", "no host"},
        {"https://", "no "},
        {"file:///etc/passwd", "file:// is not fetched from"},
        {"ftp://example.org/a", "ftp:// is not fetched from"},
        {"gopher://127.0.0.1/a", "gopher:// is not fetched from"},
        {"javascript:alert(1)", "no address"},
        {"http://example.org/a", "not encrypted"},
        {"http://128.0.0.1/", "not encrypted"},
        {"http://127.0.0.1.example.org/", "not encrypted"},
        {"http://localhost.example.org/", "not encrypted"},
        {"http://localhost./", "not encrypted"},
        {"http://0.0.0.0/", "not encrypted"},
        {"http://[::]/", "not encrypted"},
        {"http://[::ffff:192.0.2.1]/", "not encrypted"},
        {"https://user@example.org/", "no user name"},
        {"https://user:password@example.org/", "no user name"},
        {"https://:password@example.org/", "no user name"},
        {"http://127.0.0.1@example.org/", "no user name"},
        {"https://example.org/a#b", "no fragment"},
        {"https://example.org/#", "no fragment"},
        {"https://example.org/a b", "visible ASCII"},
        {"https://example.org/a\nb", "visible ASCII"},
        {"https://ex\xc3\xa4mple.org/", "visible ASCII"},
        {"https://example.org:99999/", "no address"},
        {"https://example.org:x/", "no address"},
        {"https://exa<mple.org/", "no address"},
        {"https://a\\@b/", "no"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct error error = {.code = ERROR_NONE};
        if (remote_check_url(bad[i].url, &error) != ERROR_BAD_INPUT || !strstr(error.message, bad[i].why))
            fail_msg("%s: %s", bad[i].url, error.message);
    }
}

static void follows_to_the_same_host(void **state)
{
    static const struct {
        const char *from, *to;
        const char *why; /* NULL: may be followed */
    } cases[] = {
        {"https://example.org/a", "https://example.org/b", NULL},
        {"https://example.org/a", "https://EXAMPLE.ORG:8443/b", NULL},
        {"http://127.0.0.1:80/a", "https://127.0.0.1/b", NULL},
        {"http://127.0.0.1:80/a", "http://127.0.0.1:81/b", NULL},
        {"https://example.org/a", "http://example.org/b", "not encrypted"},
        {"https://127.0.0.1/a", "http://127.0.0.1/b", "not encrypted"},
        {"https://example.org/a", "https://www.example.org/b", "another host, www.example.org"},
        {"https://example.org/a", "https://example.org.example.com/b", "another host"},
        {"http://127.0.0.1/a", "http://127.0.0.2/b", "another host"},
        {"http://127.0.0.1/a", "http://localhost/b", "another host"},
        {"https://example.org/a", "file:///etc/passwd", "file:// is not fetched from"},
        {"https://example.org/a", "https://me@example.org/", "no user name"},
        {"https://example.org/a", "https://example.org/\x1b[2J", "visible ASCII"},
        {"https://example.org/a", "//", "no address"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error error = {.code = ERROR_NONE};
        enum error_code code = remote_check_redirect(cases[i].from, cases[i].to, &error);
        bool good = cases[i].why ? code == ERROR_REMOTE && strstr(error.message, cases[i].why) : !code;
        if (!good)
            fail_msg("%s to %s: %s", cases[i].from, cases[i].to, error.message);
    }
}

static void names_the_host(void **state)
{
    char host[REMOTE_HOST_SIZE];
    (void)state;
    assert_string_equal(remote_url_host("https://example.org/a", host), "example.org");
    assert_string_equal(remote_url_host("https://[::1]:8443/a", host), "[::1]:8443");
    assert_true(remote_url_is_loopback("https://127.0.0.1/"));
    assert_true(remote_url_is_loopback("http://localhost/"));
    assert_false(remote_url_is_loopback("https://example.org/"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_https_and_loopback),
        cmocka_unit_test(refuses),
        cmocka_unit_test(follows_to_the_same_host),
        cmocka_unit_test(names_the_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
