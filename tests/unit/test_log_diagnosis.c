/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/log_diagnosis.h"

#include "tests/unit/unit.h"

static struct log_diagnosis diagnosis;
static struct error failure;

static void add(const char *word, enum fixable fixable, const char *words, const char *pattern,
                enum error_code expected)
{
    const struct symptom_record record = {word, "host", fixable, words, pattern, "cause", "next"};
    assert_int_equal(log_diagnosis_add(&diagnosis, &record, &failure), expected);
}

static void read_text(const char *log)
{
    int file = memory_file(log, strlen(log));
    assert_int_equal(log_diagnosis_read(&diagnosis, file, "log", &failure), ERROR_NONE);
    close(file);
}

/* Symptoms that the importer rejects. */
DEFINE_TEST(test_what_is_no_symptom)
{
    assert_int_equal(log_diagnosis_start(&diagnosis, &failure), ERROR_NONE);
    add("no-iommu-group", FIXABLE_FIXABLE, "no iommu_group", "(open", ERROR_BAD_INPUT);
    add("no-iommu-group", FIXABLE_FIXABLE, "short", "x", ERROR_BAD_INPUT);
    add("no-such-word", FIXABLE_FIXABLE, "no iommu_group", "x", ERROR_BAD_INPUT);
    for (int i = 0; i < MAX_SYMPTOMS; i++)
        add("anything", FIXABLE_HARMLESS, "harmless", "harmless", ERROR_NONE);
    add("anything", FIXABLE_HARMLESS, "harmless", "harmless", ERROR_BAD_INPUT);
    log_diagnosis_free(&diagnosis);
}

DEFINE_TEST(test_where_symptoms_stand)
{
    assert_int_equal(log_diagnosis_start(&diagnosis, &failure), ERROR_NONE);
    add("no-iommu-group", FIXABLE_FIXABLE, "no iommu_group", "no iommu_group", ERROR_NONE);
    add("group-open-failed", FIXABLE_FIXABLE, "failed to open", "failed to open", ERROR_NONE);
    add("msr-ignored", FIXABLE_HARMLESS, " rdmsr", "unhandled", ERROR_NONE);
    read_text("failed to open\nvcpu0 unhandled rdmsr\nfailed to open\n");
    read_text("fine\nno iommu_group\n[    0.000000] Linux version 6.1\nfailed to open\n");
    const struct known_symptom *symptoms = diagnosis.symptoms;
    const long expected[][3] = {{1, 1, 2}, {3, 0, 1}, {1, 0, 2}};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(symptoms[i].count, expected[i][0]);
        assert_int_equal(symptoms[i].log, expected[i][1]);
        assert_int_equal(symptoms[i].line, expected[i][2]);
    }
    assert_int_equal(symptoms[2].symptom, NO_SYMPTOM);
    /* The conclusion is about the last boot alone. */
    assert_int_equal(diagnosis.evidence.first, SYMPTOM_GROUP_OPEN_FAILED);
    assert_int_equal(diagnosis.evidence.kinds, 1);
    /* A last boot that shows nothing leaves the one before. */
    read_text("no iommu_group\n-- Boot 0123456789abcdef0123456789abcdef --\nfine\n");
    assert_int_equal(diagnosis.evidence.first, SYMPTOM_NO_IOMMU_GROUP);
    log_diagnosis_free(&diagnosis);
}

/* Lines of a log by a letter each, with their place in the order of causes. */
static const struct {
    char letter;
    enum symptom symptom;
    int rank;
    const char *line;
} lines[] = {
    {'F', SYMPTOM_FALLEN_OFF_BUS, 0, ""},
    {'V', SYMPTOM_NVRM_VBIOS_COPY_FAILED, 1, ""},
    {'N', SYMPTOM_NOUVEAU_NO_VBIOS, 1, ""},
    {'I', SYMPTOM_RMINITADAPTER_FAILED, 2, "NVRM: RmInitAdapter failed! (0x30:0xFFFF:988)"},
    {'i', SYMPTOM_RMINITADAPTER_FAILED, 2, "NVRM: RmInitAdapter failed! (0x24:0xffff:1220)"},
    {'K', SYMPTOM_NVKMS_ALLOCATION_FAILED, 3, ""},
};

/* What logs come down to. */
static const struct {
    const char *letters;
    enum log_conclusion conclusion;
    bool sure;
    enum symptom leading;
} cases[] = {
    {"", CONCLUSION_NOTHING, false, SYMPTOM_RMINITADAPTER_FAILED},
    {"iKV", CONCLUSION_VBIOS_NOT_DELIVERED, true, SYMPTOM_NVRM_VBIOS_COPY_FAILED},
    {"N", CONCLUSION_VBIOS_NOT_DELIVERED, true, SYMPTOM_NOUVEAU_NO_VBIOS},
    {"I", CONCLUSION_VBIOS_NOT_DELIVERED, false, SYMPTOM_NVRM_VBIOS_COPY_FAILED},
    {"IK", CONCLUSION_VBIOS_NOT_DELIVERED, false, SYMPTOM_NVRM_VBIOS_COPY_FAILED},
    {"K", CONCLUSION_ALLOCATION_FAILED, false, SYMPTOM_NVKMS_ALLOCATION_FAILED},
    {"Ki", CONCLUSION_INIT_FAILED, false, SYMPTOM_RMINITADAPTER_FAILED},
    /* A GPU that is gone fails at whatever the driver did just then. */
    {"IF", CONCLUSION_FIRST_CAUSE, false, SYMPTOM_FALLEN_OFF_BUS},
};

DEFINE_TEST(test_conclusions)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct log_evidence evidence = LOG_EVIDENCE;
        bool sure;
        enum symptom leading;
        for (const char *letter = cases[i].letters; *letter; letter++)
            for (size_t k = 0; k < ARRAY_SIZE(lines); k++)
                if (lines[k].letter == *letter)
                    log_evidence_add(&evidence, lines[k].symptom, lines[k].rank, lines[k].line,
                                     strlen(lines[k].line));
        if (log_conclude(&evidence, &sure, &leading) != cases[i].conclusion || sure != cases[i].sure ||
            leading != cases[i].leading || evidence.kinds != (int)strlen(cases[i].letters))
            fail_msg("\"%s\"", cases[i].letters);
    }
}

TESTSUITE_MAIN(NULL, NULL)
