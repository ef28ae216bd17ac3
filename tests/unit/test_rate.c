/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/address.h"

#include <limits.h>

#include "tests/unit/unit.h"

static struct address address_of(const char *text)
{
    struct address address;
    if (!address_parse(text, &address))
        fail_msg("not an address: %s", text);
    return address;
}

DEFINE_TEST(test_bucket)
{
    struct rate *rate = rate_create(2);
    struct address one = address_of("192.0.2.1");
    double now = 1000;
    assert_non_null(rate);
    for (int i = 0; i < 2 * RATE_BURST; i++)
        assert_int_equal(rate_take(rate, &one, now), 0);
    assert_int_equal(rate_take(rate, &one, now), 1);
    assert_int_equal(rate_take(rate, &one, now + 0.4), 1);
    assert_int_equal(rate_take(rate, &one, now + 0.6), 0);
    assert_int_equal(rate_take(rate, &one, now + 0.6), 1);
    now += 1e6; /* never more than a full bucket */
    for (int i = 0; i < 2 * RATE_BURST; i++)
        assert_int_equal(rate_take(rate, &one, now), 0);
    assert_int_equal(rate_take(rate, &one, now), 1);
    rate_free(rate);
}

DEFINE_TEST(test_slow_rate)
{
    struct rate *rate = rate_create(0.01);
    struct address one = address_of("2001:db8::1");
    assert_non_null(rate);
    assert_int_equal(rate_take(rate, &one, 0), 0);
    assert_int_equal(rate_take(rate, &one, 0), 100);
    assert_int_equal(rate_take(rate, &one, 50), 50);
    assert_int_equal(rate_take(rate, &one, 101), 0);
    assert_int_equal(rate_take(NULL, &one, 0), 0);
    rate_free(rate);
    rate = rate_create(1e-300);
    assert_int_equal(rate_take(rate, &one, 0), 0);
    assert_int_equal(rate_take(rate, &one, 0), INT_MAX);
    rate_free(rate);
}

DEFINE_TEST(test_networks)
{
    static const struct {
        const char *one;
        const char *other;
        bool same;
    } cases[] = {
        {"192.0.2.1", "192.0.2.255", true},
        {"192.0.2.1", "192.0.3.1", false},
        {"192.0.2.1", "::ffff:192.0.2.9", true},
        {"2001:db8:0:1200::1", "2001:db8:0:12ff::2", true},
        {"2001:db8:0:1200::1", "2001:db8:0:1300::1", false},
        {"2001:db8:1:1200::1", "2001:db8:0:1200::1", false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct address one = address_of(cases[i].one);
        struct address other = address_of(cases[i].other);
        address_to_network(&one);
        address_to_network(&other);
        if ((memcmp(&one, &other, sizeof one) == 0) != cases[i].same)
            fail_msg("%s and %s", cases[i].one, cases[i].other);
    }
}

DEFINE_TEST(test_lists)
{
    static const struct {
        const char *list;
        int count; /* 0: it is none */
    } cases[] = {
        {"127.0.0.1", 1},
        {"10.0.0.0/8,fd00::/8", 2},
        {"::/0", 1},
        {"0.0.0.0/0", 1},
        {"", 0},
        {"10.0.0.0/33", 0},
        {"10.0.0.0/3000000000", 0},
        {"10.0.0.0:80", 0},
        {"n:n", 0},
        {"10.0.0.0/", 0},
        {"10.0.0.0/x", 0},
        {"fd00::/129", 0},
        {"10.0.0/8", 0},
        {"10.0.0.0/8,nn", 0},
        {"10.0.0.0/-1", 0},
        {"1.2.3.4 ", 0},
        {"1.2.3.4/8x", 0},
        {"1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,"
         "1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1",
         0},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct networks networks;
        bool good = networks_parse(cases[i].list, &networks);
        if (good != (cases[i].count > 0) || (good && networks.count != cases[i].count))
            fail_msg("%s", cases[i].list);
    }
}

DEFINE_TEST(test_client)
{
    static const struct {
        const char *peer;
        const char *forwarded;
        const char *client;
    } cases[] = {
        {"10.1.2.3", NULL, "10.1.2.3"},
        {"10.1.2.3", "192.0.2.1", "192.0.2.1"},
        {"10.1.2.3", "198.51.100.1, 192.0.2.1", "192.0.2.1"},
        {"10.1.2.3", "192.0.2.1 ,10.9.9.9", "192.0.2.1"},
        {"10.1.2.3", "192.0.2.1, nonsense", "10.1.2.3"},
        {"10.1.2.3", "192.0.2.1,,", "10.1.2.3"},
        {"10.1.2.3", "192.0.2.1:4711", "10.1.2.3"},
        {"10.1.2.3", "", "10.1.2.3"},
        {"10.1.2.3", "2001:db8::1", "2001:db8::1"},
        {"10.1.2.3", "10.4.4.4,10.5.5.5", "10.4.4.4"},
        {"10.1.2.3", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "10.1.2.3"},
        {"192.0.2.7", "192.0.2.1", "192.0.2.7"},
    };
    struct networks trusted;
    assert_true(networks_parse("10.0.0.0/8", &trusted));
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct address peer = address_of(cases[i].peer);
        struct address client = address_of(cases[i].client);
        address_of_client(&trusted, cases[i].forwarded, &peer);
        if (memcmp(&peer, &client, sizeof peer) != 0)
            fail_msg("%s %s", cases[i].peer, cases[i].forwarded);
    }
}

TESTSUITE_MAIN(NULL, NULL)
