/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "importer/annotator.h"

#include "core/buffer.h"
#include "importer/product_list.h"

#include "tests/unit/unit.h"

#define RULES_HEAD                                                                                           \
    "# version: 1\n"                                                                                         \
    "id\tvendor\tdevices\tpattern\twhen\tattribute\tvalue\tconfidence\tmatch\tnomatch\treason\n"
#define FACTS_HEAD                                                                                           \
    "# version: 7\n"                                                                                         \
    "pci_id\tsubsystem\trevision\tattribute\tvalue\tconfidence\tsource\treason\n"

static struct table_summary rules_read, facts_read;

static enum error_code load(const char *rules, const char *facts, struct annotator **annotator)
{
    char paths[2][SCRATCH_PATH_SIZE];
    *annotator = annotator_create();
    assert_non_null(*annotator);
    scratch_write_text(paths[0], rules);
    scratch_write_text(paths[1], facts);
    enum error_code code = table_read(paths[0], &rules_table, *annotator, &rules_read, &failure);
    if (!code)
        code = table_read(paths[1], &facts_table, *annotator, &facts_read, &failure);
    annotator_sort(*annotator);
    if (code)
        annotator_free(*annotator);
    unlink(paths[0]);
    unlink(paths[1]);
    return code;
}

static struct annotator *load_good(const char *rules, const char *facts)
{
    struct annotator *annotator;
    ASSERT_DONE(load(rules, facts, &annotator));
    return annotator;
}

static void resolve(struct annotator *annotator, uint32_t number, const char *name,
                    struct annotation_result *result)
{
    struct pci_id id = pci_id_from_number(number);
    char *copy = exact_copy(name, strlen(name) + 1);
    annotator_resolve(annotator, &id, copy, &(struct product_hint){.list = 0}, result);
    free(copy);
}

static const char small_rules[] = RULES_HEAD
    "# a comment, and an empty line\n"
    "\n"
    "audio\t10de\t-\t(?i)audio\t-\tis_gpu\tno\t0.99\t-\t-\tan audio function\n"
    "any\t10de\t-\t-\t-\tis_gpu\tyes\t0.9\t-\t-\tthe rest\n"
    "amd\t1002\t7300-73ff,67df\t-\t-\tis_gpu\tyes\t0.8\t-\t-\tknown ranges\n"
    "chip\t10de\t-\t^(G[A-Z]\\d{3})(M?)\t-\tchip\t$1\t0.95\t-\t-\tthe name opens with it\n"
    "chip-template\t1002\t-\t^Navi (\\d)(\\d)( XT)?\t-\tchip\tNavi $1-$2$3.\t0.7\t-\t-\tput together\n"
    "mobile\t10de\t-\t^\\w+M \t-\tform_factor\tmobile\t0.98\t-\t-\tan M\n"
    "mobile-too\t*\t-\tMobile\t-\tform_factor\tmobile\t0.5\t-\t-\tsays so\n"
    "desktop\t10de\t-\t-\tchip=GP108|GP107\tform_factor\tdesktop\t0.99\t-\t-\tthese chips\n"
    "not-mobile\t10de\t-\t-\tform_factor!=mobile\tdisplay\toutputs\t0.9\t-\t-\tcards have outputs\n"
    "no-outputs\t10de\t-\t-\tform_factor=mobile,chip!=GP106\tdisplay\tnone\t1.0\t-\t-\tlaptops have none\n"
    "unknown-too\t*\t-\t-\tform_factor=unknown\tvbios\trom-bar\t0.3\t-\t-\ta guess\n";

static const char small_facts[] =
    FACTS_HEAD "# comment\n"
               "10de:1d01\t-\t-\tform_factor\teither\t0.7\thttp://x\tboth are sold\n"
               "10de:1d01\t-\t-\tform_factor\tserver\t0.6\thttp://y\tanother says\n"
               "1234:5678\t-\t-\tis_gpu\tyes\t0.9\thttp://z\tnobody knows\n"
               "10de:0001\t-\t-\tis_gpu\tno\t0.9\thttp://z\tno GPU\n";

/* "chip form_factor display vbios", then each statement about the form factor with its confidence and its
 * source; "no GPU". */
static void describe(const struct annotator *annotator, const struct annotation_result *result,
                     struct buffer *text)
{
    buffer_clear(text);
    if (!result->is_gpu) {
        assert_int_equal(result->counts[ATTRIBUTE_FORM_FACTOR], 0);
        buffer_append_text(text, "no GPU");
        return;
    }
    buffer_append_text(text, result->gpu.chip);
    for (int i = ATTRIBUTE_FORM_FACTOR; i <= ATTRIBUTE_VBIOS; i++)
        buffer_append_format(
            text, " %s %.2f,",
            vocabulary_value(attribute_vocabulary((enum attribute)i), result->gpu.attributes[i].value),
            result->gpu.attributes[i].confidence);
    for (int i = 0; i < result->counts[ATTRIBUTE_FORM_FACTOR]; i++) {
        const struct claim *stated = &result->claims[ATTRIBUTE_FORM_FACTOR][i];
        buffer_append_format(text, " [%s %.2f %s]", stated->value, stated->confidence,
                             annotator_source_text(annotator, stated->source));
    }
}

DEFINE_TEST(test_resolve)
{
    static const struct {
        uint32_t number;
        const char *name;
        const char *described;
    } cases[] = {
        /* The first rule wins; a conclusion is at most as sure as what it was drawn from. */
        {0x10de1d16, "GP108M [GeForce MX330 Mobile]",
         "GP108 mobile 0.98, none 0.95, unknown 0.00, [mobile 0.98 rule mobile: an M] [mobile 0.50 rule mobile-too: says so] [desktop 0.95 rule desktop: these chips]"},
        {0x10de1d16, "GP108M [x]",
         "GP108 mobile 0.98, none 0.95, unknown 0.00, [mobile 0.98 rule mobile: an M] [desktop 0.95 rule desktop: these chips]"},
        /* Facts win, of two the one that stands first. */
        {0x10de1d01, "GP108 [GeForce GT 1030]",
         "GP108 either 0.70, outputs 0.70, unknown 0.00, [either 0.70 fact: both are sold (http://x)] [server 0.60 fact: another says (http://y)] [desktop 0.95 rule desktop: these chips]"},
        {0x10de1d16, "", " unknown 0.00, outputs 0.00, rom-bar 0.00,"},
        {0x10de0fb8, "GP108 High Definition Audio Controller", "no GPU"},
        {0x10de0001, "GP108", "no GPU"}, /* a fact says so */
        {0x100273ff, "Navi 23 [Radeon RX 6600]", "Navi 2-3. unknown 0.00, unknown 0.00, rom-bar 0.00,"},
        {0x10027300, "Navi 23 XT", "Navi 2-3 XT. unknown 0.00, unknown 0.00, rom-bar 0.00,"},
        {0x100272ff, "Navi 23", "no GPU"},
        {0x10027400, "Navi 23", "no GPU"},
        {0x100267df, "Ellesmere", " unknown 0.00, unknown 0.00, rom-bar 0.00,"},
        {0x100267de, "Ellesmere", "no GPU"},
        {0x80863e92, "UHD", "no GPU"},
        {0x12345678, "unknown maker", " unknown 0.00, unknown 0.00, rom-bar 0.00,"},
        {0x12345679, "unknown maker", "no GPU"},
    };
    struct annotator *annotator = load_good(small_rules, small_facts);
    struct buffer text CLEANUP(buffer_free) = BUFFER(1 << 16);
    struct annotation_result result;
    assert_int_equal(rules_read.rows, 11);
    assert_int_equal(facts_read.rows, 4);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        resolve(annotator, cases[i].number, cases[i].name, &result);
        describe(annotator, &result, &text);
        assert_string_equal(buffer_text(&text), cases[i].described);
    }
    annotator_free(annotator);
}

/* What is known of one subsystem or revision is not known of the ID. */
DEFINE_TEST(test_variant_facts)
{
    struct annotator *annotator =
        load_good(small_rules, FACTS_HEAD "10de:1d16\t1028:08b0\t-\tform_factor\tdesktop\t0.9\ts\tr\n"
                                          "10de:1d16\t-\tc3\tform_factor\tserver\t0.8\ts\tr\n");
    struct annotation_result result;
    struct gpu_variant of_subsystem = {0};
    struct gpu_variant of_revision = {0};
    struct gpu_variant fact;
    resolve(annotator, 0x10de1d16, "GP108M [x]", &result);
    assert_int_equal(gpu_form_factor(&result.gpu), FORM_FACTOR_MOBILE);
    for (int i = 0; annotator_variant_fact(annotator, i, &fact); i++) {
        assert_int_equal(fact.pci_id, 0x10de1d16);
        assert_string_equal(annotator_source_text(annotator, fact.origin - 1), "fact: r (s)");
        *(fact.revision == -1 ? &of_subsystem : &of_revision) = fact;
    }
    assert_int_equal(of_subsystem.subsystem, 0x102808b0);
    assert_int_equal(of_subsystem.form_factor, FORM_FACTOR_DESKTOP);
    assert_true(of_revision.subsystem == -1 && of_revision.revision == 0xc3);
    assert_int_equal(of_revision.form_factor, FORM_FACTOR_SERVER);
    annotator_free(annotator);
}

/* A chip's name has its limit, and of more values than there is room for the first ones are kept. */
DEFINE_TEST(test_bounds)
{
    struct buffer rules CLEANUP(buffer_free) = BUFFER(1 << 16);
    struct annotation_result result;
    char name[241];
    buffer_append_text(&rules, RULES_HEAD "a\t*\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr\n"
                                          "b\t*\t-\t(.*)\t-\tchip\t$1$1\t1\t-\t-\tr\n");
    for (int i = 0; i < 2 * MAX_ATTRIBUTE_CLAIMS; i++)
        buffer_append_format(&rules, "f%d\t*\t-\t-\t-\tform_factor\t%s\t1\t-\t-\tr\n", i,
                             i ? "desktop" : "mobile");
    struct annotator *annotator = load_good(buffer_text(&rules), FACTS_HEAD);
    snprintf(name, sizeof name, "%0240d", 0);
    resolve(annotator, 0x10de1d16, name, &result);
    assert_true(strlen(result.gpu.chip) < CHIP_SIZE);
    assert_int_equal(result.counts[ATTRIBUTE_FORM_FACTOR], MAX_ATTRIBUTE_CLAIMS);
    for (int i = 0; i < MAX_ATTRIBUTE_CLAIMS; i++)
        assert_string_equal(result.claims[ATTRIBUTE_FORM_FACTOR][i].value, i ? "desktop" : "mobile");
    assert_int_equal(gpu_form_factor(&result.gpu), FORM_FACTOR_MOBILE);
    annotator_free(annotator);
}

/* "FILE:LINE: ... why" */
static void assert_bad(const char *rules, const char *facts, int line, const char *why)
{
    struct annotator *annotator;
    char place[20];
    snprintf(place, sizeof place, ":%d: ", line);
    if (load(rules, facts, &annotator) == ERROR_NONE)
        fail_msg("taken: %s%s", rules, facts);
    assert_int_equal(failure.code, ERROR_BAD_INPUT);
    assert_holds(failure.message, place);
    assert_holds(failure.message, why);
}

DEFINE_TEST(test_bad_lines)
{
    static const struct {
        const char *line;   /* of the rules, or of the facts, with %s in the place of the values */
        const char *values; /* between | */
        const char *why;
    } cases[] = {
        {"x\t10de%s", "\t-", "3 fields"},
        {"x\t10de\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr%s", "\tmore", "12 fields"},
        {"%s\t10de\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "|Upper|a:b", "id must be"},
        {"%s\t10de\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "first", "stands in line"},
        /* No prefix, no sign, no space. */
        {"x\t%s\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "NVIDIA||10d|10deX|0x1f| 10d|-10d", "vendor must be"},
        {"x\t10de\t%s\t-\t-\tis_gpu\tyes\t1\t-\t-\tr",
         "1d1g|1d10-|1d1f-1d10|1d10,,1d11|1d10 1d11|1d101|0x1d|-1d1|1d1|1d10,||1d10, 1d11",
         "devices must be"},
        {"x\t10de\t-\t%s\t-\tis_gpu\tyes\t1\t-\t-\tr", "(", "pattern \"(\", character 1"},
        {"x\t10de\t-\t%s\t-\tis_gpu\tyes\t1\t-\t-\tr", "[z-a]", "pattern"},
        {"x\t10de\t-\t-\t%s\t1\t-\t-\tr", "chip\tform_factor\tmobile", "when must be"},
        {"x\t10de\t-\t-\t%s\t1\t-\t-\tr", "colour=red\tform_factor\tmobile", "when asks for \"colour\""},
        {"x\t10de\t-\t-\t%s\t1\t-\t-\tr", "form_factor=mobile\tform_factor\tmobile", "before form_factor"},
        {"x\t10de\t-\t-\t%s\tvbios\tnone\t1\t-\t-\tr", "reset=flr", "before vbios"},
        {"x\t10de\t-\t-\t%s\tvbios\tnone\t1\t-\t-\tr", "form_factor=big", "\"big\" is not a value"},
        {"x\t10de\t-\t-\tform_factor=%s\tvbios\tnone\t1\t-\t-\tr", "", "\"\" is not a value"},
        {"x\t10de\t-\t-\tform_factor=mobile|%s|server\tvbios\tnone\t1\t-\t-\tr", "", "\"\" is not a value"},
        {"x\t10de\t-\t-\t%s\tvbios\tnone\t1\t-\t-\tr", "chip=a,chip=b,chip=c,chip=d,chip=e", "at most 4"},
        {"x\t10de\t-\t-\t-\t%s\t1\t-\t-\tr", "colour\tred", "\"colour\" is not an attribute"},
        {"x\t10de\t-\t-\t-\t%s\t1\t-\t-\tr", "is_gpu\tmaybe", "\"maybe\" is not a value"},
        {"x\t10de\t-\t-\t-\t%s\t1\t-\t-\tr", "form_factor\tbig", "\"big\" is not a value"},
        {"x\t10de\t-\t-\t-\t%s\t1\t-\t-\tr", "chip\t", "is not a value"},
        {"x\t10de\t-\t-\t-\tis_gpu\tyes\t%s\t-\t-\tr", "1.1|-0.1||nan|0x1|0.5.5", "confidence must be"},
        {"x\t10de\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\t%s", "\xff", "UTF-8"},
        {"10de:1d01%s", "", "1 fields"},
        {"%s\t-\t-\tchip\tGP108\t1\ts\tr", "1d01|10de:1d01:1028:08b0", "pci_id must be"},
        {"10de:1d01\t%s\t-\tform_factor\tmobile\t1\ts\tr", "1028", "subsystem must be"},
        {"10de:1d01\t-\t%s\tform_factor\tmobile\t1\ts\tr", "a11", "revision must be"},
        {"10de:1d01\t%s\tchip\tGP108\t1\ts\tr", "1028:08b0\t-|-\ta1", "form_factor of its own"},
        {"10de:1d01\t-\t-\t%s\t1\ts\tr", "colour\tred", "\"colour\""},
        {"10de:1d01\t-\t-\t%s\t1\ts\tr", "form_factor\tbig", "\"big\""},
        {"10de:1d01\t-\t-\tchip\tGP108\t%s\ts\tr", "2", "confidence must be"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        bool is_fact = strstr(cases[i].line, "10de:1d01") || strstr(cases[i].line, "GP108");
        for (struct values v = values_of(cases[i].values, cases[i].line); next_value(&v);) {
            char table[1000];
            snprintf(table, sizeof table, "%s%s\n# comment\n%s\n", is_fact ? FACTS_HEAD : RULES_HEAD,
                     is_fact ? "" : "first\t10de\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", v.text);
            assert_bad(is_fact ? RULES_HEAD : table, is_fact ? table : FACTS_HEAD, 5, cases[i].why);
        }
    }
}

/* import-faults.test has a renamed column and a missing table. */
DEFINE_TEST(test_bad_tables)
{
    char rules[20000];
    assert_bad("# version: 1\nx\t10de\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr\n", FACTS_HEAD, 2,
               "name the columns");
    assert_bad(RULES_HEAD, RULES_HEAD, 2, "name the columns");
    snprintf(rules, sizeof rules, "%s# %09000d\n", RULES_HEAD, 0);
    assert_bad(rules, FACTS_HEAD, 3, "too long");
}

/* The first line is the version and nothing else. */
DEFINE_TEST(test_versions)
{
    static const char columns[] =
        "pci_id\tsubsystem\trevision\tattribute\tvalue\tconfidence\tsource\treason\n"
        "10de:1d01\t-\t-\tchip\tGP108\t1\ts\tr\n";
    const char *bad =
        "\n# version: 1|# version: 0|# version: 01|# version: -1|# version: +1|# version:1|# Version: 1|"
        "#version: 1|# version: 1 |# version: 1.2|# version: |# version:  1| # version: 1|"
        "# version: 1000000000|# a comment|# version: 0x1|# version: 1\t";
    struct annotation_result result;
    char facts[1000];
    for (struct values v = values_of(bad, "%s\n"); next_value(&v);) {
        snprintf(facts, sizeof facts, "%s%s", v.text, columns);
        assert_bad(RULES_HEAD, facts, 1, "\"# version: N\"");
    }
    assert_bad(RULES_HEAD, columns, 1, "\"# version: N\"");
    assert_bad(RULES_HEAD, "", 1, "\"# version: N\"");
    snprintf(facts, sizeof facts, "# version: 999999999\n# version: 4\n%s", columns);
    struct annotator *annotator = load_good(RULES_HEAD, facts);
    /* Every attribute but the first may be unknown, and stays so without rules. */
    resolve(annotator, 0x10de1d16, "GP108M", &result);
    assert_false(result.is_gpu);
    assert_int_equal(facts_read.version, TABLE_MAX_VERSION);
    assert_int_equal(facts_read.rows, 1);
    assert_int_equal(rules_read.version, 1);
    assert_int_equal(rules_read.rows, 0);
    annotator_free(annotator);
}

TESTSUITE_MAIN(NULL, NULL)
