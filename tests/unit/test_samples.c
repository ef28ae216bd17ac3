/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/tables.h"

#include "tests/unit/json_cases.h"

#define HEAD "# version: 1\npattern\tkind\tsource\n"

static struct samples shipped;

static int set_up(UNUSED void **state)
{
    ASSERT_DONE(table_read("data/samples.tsv", &samples_table, &shipped, NULL, &failure));
    return 0;
}

static enum sample_reason decide(const struct samples *samples, const char *url, int said, bool is_feed,
                                 enum sample *sample)
{
    const struct report report = {.url = url, .sample = (enum sample)said};
    return samples_decide(samples, &report, is_feed, sample);
}

/* One address of each kind of page as it is known, and some that only look like one. */
DEFINE_TEST(test_shipped_patterns)
{
    static const struct {
        const char *urls; /* between | */
        enum sample sample;
        enum sample_reason reason;
    } cases[] = {
        {"https://github.com/gnif/vendor-reset/issues/19|https://github.com/NVIDIA/open-gpu-kernel-modules/issues/5"
         "|https://forum.proxmox.com/threads/gpu.101/|https://www.reddit.com/r/VFIO/comments/abc/|"
         "https://Forums.Unraid.net/topic/1-gpu/?page=2#comment|https://bbs.archlinux.org/viewtopic.php?id=1|"
         "https://gitlab.freedesktop.org/drm/amd/-/issues/1?show=https://github.com/NVIDIA/x",
         SAMPLE_TROUBLESHOOTING, SAMPLE_IS_SOUND},
        {"https://github.com/somebody/my-vfio-setup|http://somebody.github.io/vfio|https://gist.github.com/a/b|"
         "https://example.org/blog/gpu|https://blog.example.org/gpu",
         SAMPLE_SHOWCASE, SAMPLE_IS_SOUND},
        {"https://wiki.archlinux.org/title/PCI_passthrough_via_OVMF/Examples|"
         "https://github.com/QubesOS/qubes-hcl/blob/master/x.yml",
         SAMPLE_SURVEY, SAMPLE_IS_SOUND},
        {"https://docs.nvidia.com/grid/|https://nvidia.com/en-us/x|https://www.nvidia.com/x|"
         "https://github.com/intel/x/blob/README.md",
         SAMPLE_VENDOR_STATEMENT, SAMPLE_IS_SOUND},
        {"https://example.org|https://example.org/thread/7|https://notnvidia.com/x|"
         "https://example.org/?x=/blog/1|https://example.org/Blog/1",
         SAMPLE_TROUBLESHOOTING, SAMPLE_BY_DEFAULT},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        for (struct values v = values_of(cases[i].urls, NULL); next_value(&v);) {
            enum sample sample;
            enum sample_reason reason = decide(&shipped, v.text, SAMPLE_COUNT, false, &sample);
            if (sample != cases[i].sample || reason != cases[i].reason)
                fail_msg("%s: %s, %d", v.text, vocabulary_value(&vocabulary_sample, (int)sample),
                         (int)reason);
        }
}

/* What a report says of itself holds, but not that the tool sent what stands on a page. */
DEFINE_TEST(test_who_is_believed)
{
    static const struct {
        const char *url;
        int said;
        bool is_feed;
        enum sample sample;
        enum sample_reason reason;
    } cases[] = {
        {NULL, SAMPLE_COUNT, false, SAMPLE_TOOL, SAMPLE_IS_SOUND},
        {NULL, SAMPLE_SURVEY, false, SAMPLE_SURVEY, SAMPLE_IS_SOUND},
        {NULL, SAMPLE_TOOL, false, SAMPLE_TOOL, SAMPLE_IS_SOUND},
        {"https://github.com/a/b", SAMPLE_SURVEY, false, SAMPLE_SURVEY, SAMPLE_IS_SOUND},
        {"https://github.com/a/b", SAMPLE_TOOL, false, SAMPLE_SHOWCASE, SAMPLE_NOT_BELIEVED},
        {"https://example.org/", SAMPLE_TOOL, false, SAMPLE_TROUBLESHOOTING, SAMPLE_NOT_BELIEVED},
        {"https://example.org/", SAMPLE_TOOL, true, SAMPLE_TOOL, SAMPLE_IS_SOUND},
        {"https://example.org/", SAMPLE_COUNT, true, SAMPLE_TROUBLESHOOTING, SAMPLE_BY_DEFAULT},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        enum sample sample;
        enum sample_reason reason = decide(&shipped, cases[i].url, cases[i].said, cases[i].is_feed, &sample);
        if (sample != cases[i].sample || reason != cases[i].reason)
            fail_msg("case %zu: %s, %d", i, vocabulary_value(&vocabulary_sample, (int)sample), (int)reason);
    }
}

/* The first pattern that fits holds, and * is any text, also none. */
DEFINE_TEST(test_patterns)
{
    static const struct {
        const char *pattern, *paths; /* between |; those below ! do not fit */
        const char *others;
    } cases[] = {
        {"a.org/x", "http://a.org/x|https://www.A.org/x", "http://a.org/xy|http://a.org/X|http://b.a.org/x"},
        {"a.org/*", "http://a.org|http://a.org/|http://a.org/x/y", "http://a.org.uk/|http://xa.org/"},
        {"*.org/x*y/z", "http://a.org/xy/z|http://a.b.org/x/xy/y/z",
         "http://org/xy/z|http://a.org/x/z|http://a.org/xy/zz"},
        {"*/ab*ab", "http://c/abab|http://c/ab/x/ab|http://c/ababab", "http://c/ab|http://c/aba"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char path[SCRATCH_PATH_SIZE];
        char table[300];
        struct samples samples = {.count = 0};
        enum sample sample;
        snprintf(table, sizeof table, HEAD "%s\tsurvey\ta\n*\tshowcase\tb\n", cases[i].pattern);
        scratch_write_text(path, table);
        ASSERT_DONE(table_read(path, &samples_table, &samples, NULL, &failure));
        unlink(path);
        for (int fits = 0; fits < 2; fits++)
            for (struct values v = values_of(fits ? cases[i].paths : cases[i].others, NULL); next_value(&v);)
                if (decide(&samples, v.text, SAMPLE_COUNT, false, &sample) ||
                    (sample == SAMPLE_SURVEY) != fits)
                    fail_msg("%s: %s %s", cases[i].pattern, v.text, fits ? "does not fit" : "fits");
        samples_free(&samples);
    }
}

static void check_table(const char *rows, const char *why)
{
    char path[SCRATCH_PATH_SIZE];
    char table[300];
    struct samples samples = {.count = 0};
    snprintf(table, sizeof table, HEAD "%s\n", rows);
    scratch_write_text(path, table);
    assert_int_equal(table_read(path, &samples_table, &samples, NULL, &failure), ERROR_BAD_INPUT);
    samples_free(&samples);
    unlink(path);
    assert_says(rows, failure.message, why);
}

DEFINE_TEST(test_bad_tables)
{
    static const struct json_case cases[] = {
        {"a.org/*\tnews\tx", ":3: \'news\' is not a kind that an address tells"},
        {"a.org/*\ttool\tx", "is not a kind that an address tells"},
        {"a.org\tsurvey\tx", "pattern must be HOST/PATH"},
        {"http://a.org/*\tsurvey\tx|a.org/?x\tsurvey\tx|a.org/**\tsurvey\tx", "may have no scheme"},
        {"a.org/*\tsurvey\t", "source is empty"},
        {"a.org/*\tsurvey\tx\na.org/*\tshowcase\ty", "stands in line 3 already"},
    };
    check_cases(cases, ARRAY_SIZE(cases), check_table);
}

TESTSUITE_MAIN(set_up, NULL)
