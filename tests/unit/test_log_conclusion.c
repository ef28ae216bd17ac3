#include "core/log_conclusion.h"

#include "tests/unit/unit.h"

static struct log_evidence evidence;

static void see(enum symptom symptom, int rank, const char *line)
{
    log_evidence_add(&evidence, symptom, rank, line, strlen(line));
}

static void assert_conclusion(enum log_conclusion expected, bool expected_sure, enum symptom expected_leading)
{
    bool sure;
    enum symptom leading;
    assert_int_equal(log_conclude(&evidence, &sure, &leading), expected);
    assert_int_equal(sure, expected_sure);
    assert_int_equal(leading, expected_leading);
}

static int start(void **state)
{
    (void)state;
    evidence = LOG_EVIDENCE;
    return 0;
}

static const char at_vbios[] = "NVRM: RmInitAdapter failed! (0x30:0xFFFF:988)";
static const char elsewhere[] = "NVRM: RmInitAdapter failed! (0x24:0xffff:1220)";

static void test_nothing(void **state)
{
    bool sure;
    enum symptom leading;
    (void)state;
    assert_int_equal(log_conclude(&evidence, &sure, &leading), CONCLUSION_NOTHING);
    assert_false(sure);
}

static void test_a_driver_that_says_so(void **state)
{
    (void)state;
    see(SYMPTOM_RMINITADAPTER_FAILED, 2, elsewhere);
    see(SYMPTOM_NVKMS_ALLOCATION_FAILED, 3, "");
    see(SYMPTOM_NVRM_VBIOS_COPY_FAILED, 1, "");
    assert_conclusion(CONCLUSION_VBIOS_NOT_DELIVERED, true, SYMPTOM_NVRM_VBIOS_COPY_FAILED);
    assert_int_equal(evidence.kinds, 3);
}

static void test_nouveau(void **state)
{
    (void)state;
    see(SYMPTOM_NOUVEAU_NO_VBIOS, 1, "");
    assert_conclusion(CONCLUSION_VBIOS_NOT_DELIVERED, true, SYMPTOM_NOUVEAU_NO_VBIOS);
}

static void test_the_number_alone(void **state)
{
    (void)state;
    see(SYMPTOM_RMINITADAPTER_FAILED, 2, at_vbios);
    assert_conclusion(CONCLUSION_VBIOS_NOT_DELIVERED, false, SYMPTOM_NVRM_VBIOS_COPY_FAILED);
    see(SYMPTOM_NVKMS_ALLOCATION_FAILED, 3, "");
    assert_conclusion(CONCLUSION_VBIOS_NOT_DELIVERED, false, SYMPTOM_NVRM_VBIOS_COPY_FAILED);
}

static void test_the_device(void **state)
{
    (void)state;
    see(SYMPTOM_NVKMS_ALLOCATION_FAILED, 3, "");
    assert_conclusion(CONCLUSION_DEVICE_REFUSED, false, SYMPTOM_NVKMS_ALLOCATION_FAILED);
}

static void test_another_number(void **state)
{
    (void)state;
    see(SYMPTOM_NVKMS_ALLOCATION_FAILED, 3, "");
    see(SYMPTOM_RMINITADAPTER_FAILED, 2, elsewhere);
    assert_conclusion(CONCLUSION_INIT_FAILED, false, SYMPTOM_RMINITADAPTER_FAILED);
}

/* A GPU that is gone fails at whatever the driver did just then. */
static void test_a_cause_outside_of_the_driver(void **state)
{
    (void)state;
    see(SYMPTOM_RMINITADAPTER_FAILED, 2, at_vbios);
    see(SYMPTOM_FALLEN_OFF_BUS, 0, "");
    assert_conclusion(CONCLUSION_FIRST_CAUSE, false, SYMPTOM_FALLEN_OFF_BUS);
}

static void test_words(void **state)
{
    (void)state;
    for (int i = CONCLUSION_NOTHING; i <= CONCLUSION_FIRST_CAUSE; i++)
        assert_true(log_conclusion_id((enum log_conclusion)i)[0]);
    assert_string_not_equal(log_conclusion_text(CONCLUSION_VBIOS_NOT_DELIVERED, true),
                            log_conclusion_text(CONCLUSION_VBIOS_NOT_DELIVERED, false));
    assert_string_equal(log_conclusion_text(CONCLUSION_FIRST_CAUSE, false), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_nothing, start),
        cmocka_unit_test_setup(test_a_driver_that_says_so, start),
        cmocka_unit_test_setup(test_nouveau, start),
        cmocka_unit_test_setup(test_the_number_alone, start),
        cmocka_unit_test_setup(test_the_device, start),
        cmocka_unit_test_setup(test_another_number, start),
        cmocka_unit_test_setup(test_a_cause_outside_of_the_driver, start),
        cmocka_unit_test_setup(test_words, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
