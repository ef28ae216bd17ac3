/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "feed/manifest.h"
#include "importer/reports.h"
#include "tests/unit/database_fixture.h"

/* Which reports count: each case adds a few to a database of its own. */
static const struct drop_case {
    const char *name;
    /* Each "ID SOURCE SUPERSEDES DEVICE": two letters, of which the second is - for nothing; the first or
     * second source; 3 for an MX330, 5 for an MX350. Between |. */
    const char *reports;
    char retracted; /* by the first source; -: nothing */
    const char *kept;
    struct dropped_reports dropped;
} cases[] = {
    {"one alone", "a1-3", '-', "a", {0}},
    {"twice from one source", "a1-3|a1-3", '-', "a", {.duplicates = 1}},
    {"twice from two", "a1-3|a2-3", '-', "a", {.duplicates = 1}},
    {"retracted", "a1-3", 'a', "", {.retracted = 1}},
    {"retracted by one of two", "a1-3|a2-3", 'a', "a", {.retracted = 1}},
    {"superseded", "a1-3|b1a3", '-', "b", {.superseded = 1}},
    {"superseded before it came", "b1a3|a1-3", '-', "b", {.superseded = 1}},
    {"superseded by another source", "a1-3|b2a3", '-', "ab", {.without_effect = 1}},
    {"superseded on another ID", "a1-5|b1a3", '-', "ab", {.without_effect = 1}},
    {"nothing is superseded by two, one of them twice",
     "b1a3|b1a3|c1a3",
     '-',
     "bc",
     {.without_effect = 2, .duplicates = 1}},
    {"nothing is superseded", "b1z3", '-', "b", {.without_effect = 1}},
    {"a chain", "c1b3|a1-3|b1a3", '-', "c", {.superseded = 2}},
    {"by two at once", "a1-3|b1a3|c1a3", '-', "bc", {.superseded = 1}},
    /* No hash can name itself: it ends all the same. */
    {"a cycle", "a1b3|b1a3", '-', "", {.superseded = 2}},
    {"by itself", "a1a3", '-', "", {.superseded = 1}},
    {"by one that is retracted", "a1-3|b1a3", 'b', "a", {.retracted = 1}},
    {"superseded and retracted", "a1-3|b1a3", 'a', "b", {.retracted = 1}},
    {"a feed superseded what somebody imported too", "a2-3|a1-3|b1a3", '-', "ab", {.superseded = 1}},
};

static void add(struct builder *builder, const char *report, const int64_t sources[2])
{
    char json[300];
    char digits[2 * REPORT_ID_BYTES + 1];
    for (size_t i = 0; i < REPORT_ID_BYTES; i++)
        snprintf(digits + 2 * i, 3, "%02x", (unsigned)report[2]);
    snprintf(json, sizeof json, "{'pci_id':'10de:%s','outcome':'fails'%s%s%s}",
             report[3] == '3' ? "1d16" : "1c94", report[2] == '-' ? "" : ",'supersedes':'",
             report[2] == '-' ? "" : digits, report[2] == '-' ? "" : "'");
    add_report(builder, sources[report[1] - '1'], (unsigned char)report[0], json);
}

/* Marks the first byte of each report that a device has. */
static void note_ids(struct database *from, uint32_t device, bool kept[256])
{
    struct shown_report *reports;
    int count;
    ASSERT_DONE(database_find_reports(from, device, SHARE_WHOLE, 9, true, &reports, &count, &failure));
    for (int i = 0; i < count; i++) {
        unsigned byte;
        assert_int_equal(sscanf(reports[i].id, "%2x", &byte), 1);
        kept[byte] = true;
    }
    database_free_reports(reports, count);
}

static void check_case(const struct drop_case *expected)
{
    struct builder *builder;
    struct database *opened;
    bool kept[256] = {false};
    unsigned char id[REPORT_ID_BYTES];
    int64_t sources[2];
    ASSERT_DONE(builder_create(in_scratch("dropped.db.new"), &builder, &failure));
    for (int i = 0; i < 2; i++)
        ASSERT_DONE(builder_add_source(builder, "reports", "a file", &sources[i], &failure));
    for (struct values v = values_of(expected->reports, NULL); next_value(&v);)
        add(builder, v.text, sources);
    memset(id, expected->retracted, sizeof id);
    ASSERT_DONE(builder_retract(builder, id, sources[0], &failure));
    ASSERT_DONE(builder_complete(builder, &failure));
    struct dropped_reports dropped = builder_dropped(builder, ALL_SOURCES);
    ASSERT_DONE(builder_publish(builder, in_scratch("dropped.db"), &failure));
    builder_free(builder);
    ASSERT_DONE(database_open(in_scratch("dropped.db"), &opened, &failure));
    ASSERT_DONE(database_check(opened, &failure));
    note_ids(opened, MX330, kept);
    note_ids(opened, MX350, kept);
    database_close(opened);
    for (int letter = 'a'; letter <= 'z'; letter++)
        if (kept[letter] != (strchr(expected->kept, letter) != NULL))
            fail_msg("%s: %c is %s", expected->name, letter, kept[letter] ? "kept" : "dropped");
    if (dropped.duplicates != expected->dropped.duplicates ||
        dropped.retracted != expected->dropped.retracted ||
        dropped.superseded != expected->dropped.superseded ||
        dropped.without_effect != expected->dropped.without_effect)
        fail_msg("%s: %d duplicates, %d retracted, %d superseded, %d without effect", expected->name,
                 (int)dropped.duplicates, (int)dropped.retracted, (int)dropped.superseded,
                 (int)dropped.without_effect);
}

DEFINE_TEST(test_dropped)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        check_case(&cases[i]);
}

static void keep_message(void *context, const char *file, long line, const char *message)
{
    (void)file;
    (void)line;
    snprintf(context, 200, "%s", message);
}

/* One more is taken, and then none. */
DEFINE_TEST(test_retractions_are_bounded)
{
    struct builder *builder;
    int64_t source;
    struct report_counts counts = {.retractions = FEED_MAX_RETRACTIONS - 1};
    char said[200] = "";
    char path[SCRATCH_PATH_SIZE];
    struct problems problems = {keep_message, said, 0};
    const struct report_file file = {.path = path, .shown = "a feed", .is_feed = true};
    struct buffer lines CLEANUP(buffer_free) = BUFFER(1 << 20);
    for (int i = 0; i < 3; i++)
        buffer_append_format(&lines, "{\"op\":\"retract\",\"id\":\"%064d\",\"reason\":\"wrong\"}\n", i);
    scratch_write_text(path, buffer_text(&lines));
    ASSERT_DONE(builder_create(in_scratch("dropped.db.new"), &builder, &failure));
    ASSERT_DONE(builder_add_source(builder, "feed", "a feed", &source, &failure));
    ASSERT_DONE(reports_read(&file, NULL, builder, source, &counts, &problems, &failure));
    builder_free(builder);
    unlink(path);
    assert_int_equal(counts.retractions, FEED_MAX_RETRACTIONS);
    assert_int_equal(problems.rejected, 2);
    assert_holds(said, "a feed retracts at most 500000 reports");
}

TESTSUITE_MAIN(make_scratch, remove_scratch)
