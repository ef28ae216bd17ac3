/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/log_diagnosis.h"

#include "core/buffer.h"
#include "tests/unit/unit.h"

static struct log_diagnosis diagnosis;

static void add(const char *id, enum fixable fixable, const char *words, const char *pattern,
                const char *condition, enum error_code expected)
{
    const struct symptom_record record = {id, "host", fixable, words, pattern, condition, id, "next", "-"};
    assert_int_equal(log_diagnosis_add(&diagnosis, &record, &failure), expected);
}

static void read_text(const char *log)
{
    int file = memory_file(log, strlen(log));
    ASSERT_DONE(log_diagnosis_read(&diagnosis, file, "log", &failure));
    close(file);
}

/* Rows of our own, of which each stands for its word. */
static const struct {
    const char *id;
    enum fixable fixable;
    const char *word;
    const char *condition;
} rows[] = {
    {"mark-boot", FIXABLE_MARK, "Linux version", "-"},
    {"mark-guest", FIXABLE_MARK, "Hypervisor detected", "-"},
    {"mark-driver", FIXABLE_MARK, "amdgpu 0000", "-"},
    {"mark-done", FIXABLE_MARK, "it is done", "-"},
    {"msr-ignored", FIXABLE_HARMLESS, "unhandled rdmsr", "-"},
    {"nvrm-vbios-copy-failed", FIXABLE_WORKAROUND, "copy vbios", "over=rminitadapter-failed"},
    {"nouveau-no-vbios", FIXABLE_WORKAROUND, "nouveau vbios", "-"},
    {"rminitadapter-failed", FIXABLE_WORKAROUND, "RmInitAdapter", "effect"},
    {"nvkms-allocation-failed", FIXABLE_WORKAROUND, "NvKmsKapiDevice", "effect"},
    {"fallen-off-bus", FIXABLE_HARDWARE, "fallen off", "-"},
    {"bus-reset-gave-up", FIXABLE_WORKAROUND, "giving up", "vendor=amd?"},
    {"bus-reset-gave-up", FIXABLE_HARDWARE, "giving up", "-"},
    {"d3cold-stuck", FIXABLE_WORKAROUND, "D3cold to", "before=bus-reset-gave-up; effect"},
    {"d3cold-stuck", FIXABLE_WORKAROUND, "D3cold to", "-"},
    {"aer-error", FIXABLE_HARMLESS, "a hiccup", "after=mark-done"},
    {"aer-error", FIXABLE_FIXABLE, "a hiccup", "-"},
    {"smu-no-answer", FIXABLE_WORKAROUND, "of a part", "vf=yes"},
    {"io-page-fault", FIXABLE_WORKAROUND, "of a part", "vf=no; kernel=6.8-"},
    {"rom-unreadable", FIXABLE_WORKAROUND, "only perhaps", "side=guest?"},
};

static int start(UNUSED void **state)
{
    ASSERT_DONE(log_diagnosis_start(&diagnosis, &failure));
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        add(rows[i].id, rows[i].fixable, rows[i].word, rows[i].word, rows[i].condition, ERROR_NONE);
    return 0;
}

static int stop(UNUSED void **state)
{
    log_diagnosis_free(&diagnosis);
    return 0;
}

/* Symptoms that the importer rejects. */
DEFINE_TEST(test_what_is_no_symptom)
{
    ASSERT_DONE(log_diagnosis_start(&diagnosis, &failure));
    add("no-iommu-group", FIXABLE_FIXABLE, "no iommu_group", "(open", "-", ERROR_BAD_INPUT);
    add("no-iommu-group", FIXABLE_FIXABLE, "short", "x", "-", ERROR_BAD_INPUT);
    add("no-such-word", FIXABLE_FIXABLE, "no iommu_group", "x", "-", ERROR_BAD_INPUT);
    add("no-iommu-group", FIXABLE_FIXABLE, "no iommu_group", "x", "weather=fine", ERROR_BAD_INPUT);
    for (int i = diagnosis.count; i < MAX_SIGNATURES; i++)
        add("anything", FIXABLE_HARMLESS, "harmless", "harmless", "-", ERROR_NONE);
    add("anything", FIXABLE_HARMLESS, "harmless", "harmless", "-", ERROR_BAD_INPUT);
    log_diagnosis_free(&diagnosis);
}

/* "ROW@LINE " for each row that was found, by its number; then what leads, and after a < what follows. */
static void assert_shows(const char *expected)
{
    struct buffer text CLEANUP(buffer_free) = BUFFER(1 << 16);
    for (int i = 0; i < diagnosis.count; i++)
        if (diagnosis.found[i].count)
            buffer_append_format(&text, "%d@%ld*%ld ", i, diagnosis.found[i].first.line,
                                 diagnosis.found[i].count);
    for (int i = 0; i < diagnosis.conclusion_count; i++) {
        const struct log_conclusion *conclusion = &diagnosis.conclusions[i];
        buffer_append_format(&text, "| %d@%ld", conclusion->row, conclusion->leader.line);
        for (int k = 0; k < conclusion->follower_count; k++)
            buffer_append_format(&text, "%s%d", k ? "," : "<", conclusion->followers[k]);
        buffer_append_byte(&text, ' ');
    }
    assert_string_equal(buffer_text(&text), expected);
}

static const struct {
    const char *log;
    const char *shows;
} logs[] = {
    {"", ""},
    {"unhandled rdmsr\nunhandled rdmsr\nit is done\n", "4@1*2 "},
    /* The earliest leads, unless it is an effect, or another is over it. */
    {"fallen off\nNvKmsKapiDevice\n", "8@2*1 9@1*1 | 9@1<8 "},
    {"NvKmsKapiDevice\nfallen off\nfallen off\n", "8@1*1 9@2*2 | 9@2<8 "},
    {"RmInitAdapter\ncopy vbios\n", "5@2*1 7@1*1 | 5@2<7 "},
    {"NvKmsKapiDevice\nRmInitAdapter\n", "7@2*1 8@1*1 | 8@1<7 "},
    /* The last boot with a failure is what it comes down to. */
    {"copy vbios\nLinux version 6.1\nfallen off\nLinux version 6.1\nunhandled rdmsr\n",
     "4@5*1 5@1*1 9@3*1 | 9@3 "},
    /* Devices stand for themselves, with all their functions; what names none belongs to the only one. */
    {"0000:01:00.0: fallen off\n0000:02:00.0: copy vbios\n0000:01:00.1: RmInitAdapter\nNvKmsKapiDevice\n",
     "5@2*1 7@3*1 8@4*1 9@1*1 | 9@1<7 | 5@2 | 8@4 "},
    {"NvKmsKapiDevice\n0000:01:00.0: fallen off\n", "8@1*1 9@2*1 | 9@2<8 "},
    /* What stands before and after, about the same device. */
    {"0000:01:00.0 giving up\n0000:01:00.0 D3cold to D0\n", "11@1*1 12@2*1 | 11@1<12 "},
    {"0000:02:00.0 giving up\n0000:01:00.0 D3cold to D0\n", "11@1*1 13@2*1 | 11@1 | 13@2 "},
    {"D3cold to D0\ngiving up\n", "11@2*1 13@1*1 | 13@1<11 "},
    {"giving up\nLinux version 6.1\nD3cold to D0\n", "11@1*1 13@3*1 | 13@3 "},
    {"a hiccup\na hiccup\nit is done\n", "14@1*2 "},
    {"a hiccup\nit is done\na hiccup\n", "15@1*2 | 15@1 "},
    /* Facts: the line's own, the log's, those of an address. */
    {"amdgpu 0000:01:00.0 x\nvfio 0000:01:00.0 giving up\n", "10@2*1 | 10@2 "},
    {"nouveau 0000:01:00.0 giving up\n", "11@1*1 | 11@1 "},
    {"amdgpu 0000:01:00.0 x\nvfio 0000:02:00.0 giving up\n", "11@2*1 | 11@2 "},
    {"0000:00:02.0 giving up\n", "11@1*1 | 11@1 "},
    {"Linux version 6.8.12-pve\n0000:00:02.1 of a part\n0000:00:02.0 of a part\n",
     "16@2*1 17@3*1 | 16@2<17 "},
    {"Linux version 6.7.1\n0000:00:02.0 of a part\n0000:03:00.0 of a part\n", ""},
    {"Hypervisor detected\n0000:00:02.1 of a part\n", ""},
    {"only perhaps\n", "18@1*1 | 18@1 "},
    /* A record that a terminal broke; but two records stay two. */
    {"0000:01:00.0 a line that is as wide as a terminal of some eighty columns D3cold\n to D0, x\nfallen "
     "off\n",
     "9@3*1 | 9@3 "},
    {"0000:01:00.0 a line that is as wide as a terminal of some eighty columns fallen off D3cold\nto D0\n",
     "9@1*1 | 9@1 "},
    {"{\"MESSAGE\":\"copy vbios\\nunhandled rdmsr\"}\n", "4@1*1 5@1*1 | 5@1 "},
};

DEFINE_TEST(test_logs)
{
    for (size_t i = 0; i < ARRAY_SIZE(logs); i++) {
        start(NULL);
        read_text(logs[i].log);
        assert_shows(logs[i].shows);
        stop(NULL);
    }
}

/* A machine with two devices, of which it says nothing for a log of another kernel. */
static bool look(void *context, int64_t address, const char *driver, const char *kernel,
                 struct log_device *device)
{
    static const struct log_device devices[] = {{.address = 0x100, .vendor = "amd", .is_vf = TRISTATE_NO},
                                                {.address = 0x201, .is_vf = TRISTATE_YES}};
    assert_true(context == &diagnosis && (!driver || *driver));
    *device = devices[address == 0x201];
    return (address == 0x100 || address == 0x201) && strcmp(kernel, "6.1") != 0;
}

/* What the machine has at an address counts where the log says nothing else, and not for a guest's. */
DEFINE_TEST(test_facts_of_the_machine)
{
    static const struct log_machine machine = {look, &diagnosis};
    static const struct {
        const char *log;
        const char *shows;
    } cases[] = {
        {"0000:01:00.0 giving up\n0000:02:00.1 of a part\n", "10@1*1 16@2*1 | 10@1 | 16@2 "},
        {"nouveau 0000:01:00.0 giving up\n", "11@1*1 | 11@1 "},
        {"0000:03:00.0 giving up\n", "11@1*1 | 11@1 "},
        {"Linux version 6.1\n0000:01:00.0 giving up\n", "11@2*1 | 11@2 "},
        {"Hypervisor detected\n0000:01:00.0 giving up\n", "11@2*1 | 11@2 "},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        start(NULL);
        diagnosis.machine = &machine;
        read_text(cases[i].log);
        assert_shows(cases[i].shows);
        stop(NULL);
    }
}

/* A code in a line has a meaning of its own; the first row that fits it holds, and what has none means what
 * its symptom does. */
DEFINE_TEST_IN(test_codes, start, stop)
{
    static const struct symptom_code_record codes[] = {{"xid-error", "31", "thirty-one", "next"},
                                                       {"xid-error", "7*", "seventy", "next"},
                                                       {"xid-error", "7a", "never", "next"}};
    static const struct symptom_code_record stranger = {"guest-bsod", "1", "cause", "next"};
    add("xid-error", FIXABLE_WORKAROUND, "Xid (PCI", "Xid .*: (?<code>\\w+)", "-", ERROR_NONE);
    for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
        ASSERT_DONE(log_diagnosis_add_code(&diagnosis, &codes[i], &failure));
    assert_int_equal(log_diagnosis_add_code(&diagnosis, &stranger, &failure), ERROR_BAD_INPUT);
    read_text("Xid (PCI:0000:01:00): 7A\nXid (PCI:0000:01:00): 31\nXid (PCI:0000:01:00): 31\n"
              "Xid (PCI:0000:01:00): 8\n");
    assert_shows("19@4*1 20@2*2 21@1*1 | 21@1<20,19 ");
    assert_string_equal(diagnosis.rows[21].cause, "seventy");
    while (diagnosis.count < diagnosis.signature_count + MAX_CODES)
        ASSERT_DONE(log_diagnosis_add_code(&diagnosis, &codes[0], &failure));
    assert_int_equal(log_diagnosis_add_code(&diagnosis, &codes[0], &failure), ERROR_BAD_INPUT);
}

/* More devices than are looked at, and more than are concluded about. */
DEFINE_TEST_IN(test_bounds, start, stop)
{
    struct buffer log CLEANUP(buffer_free) = BUFFER(1 << 22);
    for (int i = 0; i < 2 * MAX_EVENTS; i++)
        buffer_append_format(&log, "%04x:01:00.0 fallen off\n", i);
    read_text(buffer_text(&log));
    assert_int_equal(diagnosis.found[9].count, MAX_EVENTS);
    assert_int_equal(diagnosis.conclusion_count, MAX_LEADERS);
}

TESTSUITE_MAIN(NULL, NULL)
