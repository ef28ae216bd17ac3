#include "importer/signature.h"
#include "tests/unit/unit.h"

/* What minisign itself makes is in tests/cli/signature.test; here is what needs no program. */

static const char good_key[] = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

static void test_keys(void **state)
{
    static const char *const bad[] = {
        "",
        "RWQ",
        "RUQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3",  /* a signature's algorithm */
        "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO",   /* too short */
        "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3A", /* too long */
        "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3 ",
        "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GF-3",
        "untrusted comment: minisign public key E7620F1842B4E81F",
        "/etc/passthru/feed.pub",
    };
    struct error error;
    (void)state;
    assert_int_equal(signature_check_key(good_key, &error), ERROR_NONE);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        assert_int_equal(signature_check_key(bad[i], &error), ERROR_BAD_INPUT);
        assert_holds(error.message, "is not a minisign public key");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_keys)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
