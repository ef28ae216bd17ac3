#include "core/log_conclusion.h"

#include "tests/unit/unit.h"

static const char at_vbios[] = "NVRM: RmInitAdapter failed! (0x30:0xFFFF:988)";
static const char elsewhere[] = "NVRM: RmInitAdapter failed! (0x24:0xffff:1220)";

/* What each log shows, with its place in the order of causes, and what that comes down to. */
static const struct {
    const char *name;
    struct {
        const char *line; /* NULL: no more */
        enum symptom symptom;
        int rank;
    } seen[3];
    enum log_conclusion conclusion;
    bool sure;
    enum symptom leading;
} cases[] = {
    {"nothing", {{NULL, 0, 0}}, CONCLUSION_NOTHING, false, SYMPTOM_RMINITADAPTER_FAILED},
    {"a driver that says so",
     {{elsewhere, SYMPTOM_RMINITADAPTER_FAILED, 2},
      {"", SYMPTOM_NVKMS_ALLOCATION_FAILED, 3},
      {"", SYMPTOM_NVRM_VBIOS_COPY_FAILED, 1}},
     CONCLUSION_VBIOS_NOT_DELIVERED,
     true,
     SYMPTOM_NVRM_VBIOS_COPY_FAILED},
    {"nouveau",
     {{"", SYMPTOM_NOUVEAU_NO_VBIOS, 1}},
     CONCLUSION_VBIOS_NOT_DELIVERED,
     true,
     SYMPTOM_NOUVEAU_NO_VBIOS},
    {"the number alone",
     {{at_vbios, SYMPTOM_RMINITADAPTER_FAILED, 2}},
     CONCLUSION_VBIOS_NOT_DELIVERED,
     false,
     SYMPTOM_NVRM_VBIOS_COPY_FAILED},
    {"the number, and what follows from it",
     {{at_vbios, SYMPTOM_RMINITADAPTER_FAILED, 2}, {"", SYMPTOM_NVKMS_ALLOCATION_FAILED, 3}},
     CONCLUSION_VBIOS_NOT_DELIVERED,
     false,
     SYMPTOM_NVRM_VBIOS_COPY_FAILED},
    {"the device",
     {{"", SYMPTOM_NVKMS_ALLOCATION_FAILED, 3}},
     CONCLUSION_DEVICE_REFUSED,
     false,
     SYMPTOM_NVKMS_ALLOCATION_FAILED},
    {"another number",
     {{"", SYMPTOM_NVKMS_ALLOCATION_FAILED, 3}, {elsewhere, SYMPTOM_RMINITADAPTER_FAILED, 2}},
     CONCLUSION_INIT_FAILED,
     false,
     SYMPTOM_RMINITADAPTER_FAILED},
    {"a GPU that is gone fails at whatever the driver did just then",
     {{at_vbios, SYMPTOM_RMINITADAPTER_FAILED, 2}, {"", SYMPTOM_FALLEN_OFF_BUS, 0}},
     CONCLUSION_FIRST_CAUSE,
     false,
     SYMPTOM_FALLEN_OFF_BUS},
};

static void test_conclusions(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct log_evidence evidence = LOG_EVIDENCE;
        bool sure;
        enum symptom leading;
        int kinds = 0;
        for (; kinds < 3 && cases[i].seen[kinds].line; kinds++)
            log_evidence_add(&evidence, cases[i].seen[kinds].symptom, cases[i].seen[kinds].rank,
                             cases[i].seen[kinds].line, strlen(cases[i].seen[kinds].line));
        if (log_conclude(&evidence, &sure, &leading) != cases[i].conclusion || sure != cases[i].sure ||
            leading != cases[i].leading || evidence.kinds != kinds)
            fail_msg("%s", cases[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_conclusions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
