#include "cli/log_diagnosis.h"

#include "db/builder.h"
#include "tests/unit/unit.h"

static char folder[SCRATCH_PATH_SIZE];
static char database_path[SCRATCH_PATH_SIZE + 20];
static struct database *database;
static struct error failure;

#define ASSERT_DONE(call)                                                                                    \
    do {                                                                                                     \
        failure.code = ERROR_NONE;                                                                           \
        if (call)                                                                                            \
            fail_msg("%s", failure.message);                                                                 \
    } while (0)

static const struct symptom_record records[] = {
    {"no-iommu-group", "host", FIXABLE_FIXABLE, "no iommu_group", "no iommu_group", "it is off",
     "turn it on"},
    {"group-open-failed", "host", FIXABLE_FIXABLE, "failed to open", "failed to open", "not bound",
     "bind it"},
    {"msr-ignored", "any", FIXABLE_HARMLESS, " rdmsr", "unhandled", "-", "nothing"},
};

/* A database with these signatures and nothing else. */
static void build(const struct symptom_record *signatures, size_t count)
{
    char new_path[SCRATCH_PATH_SIZE + 20];
    struct builder *builder;
    snprintf(folder, sizeof folder, "%s/passthru-test-XXXXXX", scratch_parent());
    assert_non_null(mkdtemp(folder));
    snprintf(database_path, sizeof database_path, "%s/passthru.db", folder);
    snprintf(new_path, sizeof new_path, "%s/new", folder);
    ASSERT_DONE(builder_create(new_path, &builder, &failure));
    for (size_t i = 0; i < count; i++)
        ASSERT_DONE(builder_add_symptom(builder, &signatures[i], &failure));
    ASSERT_DONE(builder_complete(builder, &failure));
    ASSERT_DONE(builder_publish(builder, database_path, &failure));
    builder_free(builder);
    ASSERT_DONE(database_open(database_path, &database, &failure));
}

static int tear_down(void **state)
{
    (void)state;
    database_close(database);
    unlink(database_path);
    return rmdir(folder);
}

static void test_symptoms_for_a_report(void **state)
{
    static const char log[] = "failed to open\nvcpu0 unhandled rdmsr\nno iommu_group\nfailed to open\n";
    enum symptom symptoms[SYMPTOM_COUNT];
    char path[SCRATCH_PATH_SIZE];
    int count;
    (void)state;
    build(records, ARRAY_SIZE(records));
    scratch_write(path, log, sizeof log - 1);
    ASSERT_DONE(log_symptoms(path, database, symptoms, &count, &failure));
    assert_int_equal(count, 2);
    assert_int_equal(symptoms[0], SYMPTOM_NO_IOMMU_GROUP);
    assert_int_equal(symptoms[1], SYMPTOM_GROUP_OPEN_FAILED);
    unlink(path);
    assert_int_equal(log_symptoms(path, database, symptoms, &count, &failure), ERROR_BAD_INPUT);
    assert_int_equal(count, 0);
}

/* Signatures that the importer would have refused make the database a damaged one. */
static void test_a_database_with_bad_signatures(void **state)
{
    static const struct symptom_record bad[] = {
        {"no-iommu-group", "host", FIXABLE_FIXABLE, "no iommu_group", "(open", "it is off", "turn it on"},
        {"no-such-word", "host", FIXABLE_FIXABLE, "no iommu_group", "x", "it is off", "turn it on"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct log_diagnosis diagnosis;
        build(&bad[i], 1);
        assert_int_equal(log_diagnosis_start(&diagnosis, database, &failure), ERROR_DATABASE_DAMAGED);
        assert_true(failure.next[0]);
        log_diagnosis_free(&diagnosis);
        if (i + 1 < ARRAY_SIZE(bad))
            assert_int_equal(tear_down(NULL), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_symptoms_for_a_report, tear_down),
        cmocka_unit_test_teardown(test_a_database_with_bad_signatures, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
