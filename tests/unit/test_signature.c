#include "importer/signature.h"
#include "tests/unit/unit.h"

/* What minisign itself makes is in tests/cli/signature.test; here is what needs no program. */

static const char good_key[] = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

static void assert_no_key(const char *key)
{
    struct error error;
    assert_int_equal(signature_check_key(key, &error), ERROR_BAD_INPUT);
    assert_holds(error.message, "is no minisign public key");
    assert_holds(error.next, "*.pub");
}

static void test_keys(void **state)
{
    struct error error;
    (void)state;
    assert_int_equal(signature_check_key(good_key, &error), ERROR_NONE);
    assert_no_key("");
    assert_no_key("RWQ");
    assert_no_key("RUQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3");  /* a signature's algorithm */
    assert_no_key("RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO");   /* too short */
    assert_no_key("RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3A"); /* too long */
    assert_no_key("RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3 ");
    assert_no_key("RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GF-3");
    assert_no_key("untrusted comment: minisign public key E7620F1842B4E81F");
    assert_no_key("/etc/passthru/feed.pub");
}

static void test_hostile_bytes(void **state)
{
    static const char *const texts[] = {"",
                                        "\n",
                                        "\n\n\n",
                                        "\n\n\n\n",
                                        "\r\n\r\n\r\n\r",
                                        "untrusted comment: ",
                                        "untrusted comment: \n\ntrusted comment: \n\n"};
    const char *const keys[] = {good_key, "no key"};
    char comment[SIGNATURE_COMMENT_SIZE];
    struct error error;
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        char *text = exact_copy(texts[i], strlen(texts[i]));
        assert_int_equal(
            signature_verify((const unsigned char *)"x", 1, text, strlen(texts[i]), keys, 2, comment, &error),
            ERROR_REMOTE);
        assert_holds(error.message, "what should be its signature is none");
        assert_string_equal(comment, "");
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_hostile_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
