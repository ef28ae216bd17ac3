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

static enum error_code load(const char *rules, const char *facts, struct annotator **annotator,
                            struct error *error)
{
    char rules_path[SCRATCH_PATH_SIZE];
    char facts_path[SCRATCH_PATH_SIZE];
    scratch_write_text(rules_path, rules);
    scratch_write_text(facts_path, facts);
    enum error_code code = annotator_load(rules_path, facts_path, annotator, error);
    unlink(rules_path);
    unlink(facts_path);
    return code;
}

static struct annotator *load_good(const char *rules, const char *facts)
{
    struct annotator *annotator;
    struct error error = {.message = ""};
    if (load(rules, facts, &annotator, &error))
        fail_msg("%s", error.message);
    return annotator;
}

static void resolve(struct annotator *annotator, uint32_t number, const char *name,
                    struct annotation_result *result)
{
    struct pci_id id = pci_id_from_number(number);
    char *copy = exact_copy(name, strlen(name) + 1);
    annotator_resolve(annotator, &id, copy, result);
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
            vocabulary_word_of(attribute_vocabulary((enum attribute)i), result->gpu.attributes[i].value),
            result->gpu.attributes[i].confidence);
    for (int i = 0; i < result->counts[ATTRIBUTE_FORM_FACTOR]; i++) {
        const struct statement *stated = &result->statements[ATTRIBUTE_FORM_FACTOR][i];
        buffer_append_format(text, " [%s %.2f %s]", stated->value, stated->confidence,
                             annotator_source_text(annotator, stated->source));
    }
}

static void test_resolve(void **state)
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
    struct buffer text = BUFFER(1 << 16);
    struct annotation_result result;
    (void)state;
    assert_int_equal(annotator_rule_count(annotator), 11);
    assert_int_equal(annotator_fact_count(annotator), 4);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        resolve(annotator, cases[i].number, cases[i].name, &result);
        describe(annotator, &result, &text);
        assert_string_equal(buffer_text(&text), cases[i].described);
    }
    buffer_free(&text);
    annotator_free(annotator);
}

static void test_sources(void **state)
{
    struct annotator *annotator = load_good(small_rules, small_facts);
    int product_source = annotator_product_source(annotator, 0);
    (void)state;
    for (int i = 0; i < product_source; i++) {
        const char *kind = annotator_source_kind(annotator, i);
        assert_string_equal(kind, i < 4 ? "fact" : "rule");
        assert_memory_equal(annotator_source_text(annotator, i), kind, 4);
    }
    assert_int_equal(product_source, 15);
    for (int list = 0; list < list_kind_count(); list++) {
        assert_int_equal(annotator_product_source(annotator, list), product_source + list);
        assert_string_equal(annotator_source_kind(annotator, product_source + list), "list");
        assert_memory_equal(annotator_source_text(annotator, product_source + list), "list ", 5);
    }
    assert_null(annotator_source_kind(annotator, product_source + list_kind_count()));
    assert_null(annotator_source_text(annotator, product_source + list_kind_count()));
    annotator_free(annotator);
    annotator_free(NULL);
}

/* What is known of one subsystem or revision is not known of the ID. */
static void test_variant_facts(void **state)
{
    struct annotator *annotator =
        load_good(small_rules, FACTS_HEAD "10de:1d16\t1028:08b0\t-\tform_factor\tdesktop\t0.9\ts\tr\n"
                                          "10de:1d16\t-\tc3\tform_factor\tserver\t0.8\ts\tr\n");
    struct annotation_result result;
    struct variant_fact fact;
    bool subsystem_seen = false;
    bool revision_seen = false;
    (void)state;
    resolve(annotator, 0x10de1d16, "GP108M [x]", &result);
    assert_int_equal(gpu_form_factor(&result.gpu), FORM_FACTOR_MOBILE);
    for (int i = 0; annotator_variant_fact(annotator, i, &fact); i++) {
        bool of_subsystem = fact.subsystem == 0x102808b0 && fact.revision == -1;
        bool of_revision = fact.subsystem == -1 && fact.revision == 0xc3;
        assert_int_equal(fact.pci_id, 0x10de1d16);
        assert_int_equal(fact.form_factor, of_subsystem ? FORM_FACTOR_DESKTOP : FORM_FACTOR_SERVER);
        assert_string_equal(annotator_source_text(annotator, fact.source), "fact: r (s)");
        subsystem_seen |= of_subsystem;
        revision_seen |= of_revision;
    }
    assert_true(subsystem_seen && revision_seen);
    annotator_free(annotator);
}

static void test_long_chip(void **state)
{
    struct annotator *annotator = load_good(RULES_HEAD "a\t*\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr\n"
                                                       "b\t*\t-\t(.*)\t-\tchip\t$1$1\t1\t-\t-\tr\n",
                                            FACTS_HEAD);
    struct annotation_result result;
    char name[241];
    (void)state;
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    resolve(annotator, 0x10de1d16, name, &result);
    assert_true(strlen(result.gpu.chip) < CHIP_SIZE);
    annotator_free(annotator);
}

/* More rules state a value than there is room for: the first ones are kept. */
static void test_many_statements(void **state)
{
    char rules[8192] = RULES_HEAD "a\t*\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr\n";
    struct annotation_result result;
    (void)state;
    for (int i = 0; i < 2 * MAX_STATEMENTS; i++) {
        size_t length = strlen(rules);
        snprintf(rules + length, sizeof rules - length,
                 "f%d\t*\t-\t-\t-\tform_factor\t%s\t1\t-\t-\tr\nc%d\t*\t-\t-\t-\tchip\tC%d\t1\t-\t-\tr\n", i,
                 i ? "desktop" : "mobile", i, i);
    }
    struct annotator *annotator = load_good(rules, FACTS_HEAD);
    resolve(annotator, 0x10de1d16, "x", &result);
    assert_int_equal(result.counts[ATTRIBUTE_FORM_FACTOR], MAX_STATEMENTS);
    assert_string_equal(result.gpu.chip, "C0");
    for (int i = 0; i < MAX_STATEMENTS; i++)
        assert_string_equal(result.statements[ATTRIBUTE_FORM_FACTOR][i].value, i ? "desktop" : "mobile");
    assert_int_equal(gpu_form_factor(&result.gpu), FORM_FACTOR_MOBILE);
    annotator_free(annotator);
}

/* "FILE:LINE: ... why" */
static void assert_bad(const char *rules, const char *facts, int line, const char *why)
{
    struct annotator *annotator;
    struct error error = {.message = ""};
    char place[20];
    snprintf(place, sizeof place, ":%d: ", line);
    if (load(rules, facts, &annotator, &error) == ERROR_NONE) {
        annotator_free(annotator);
        fail_msg("taken: %s%s", rules, facts);
    }
    assert_int_equal(error.code, ERROR_BAD_INPUT);
    assert_holds(error.message, place);
    assert_holds(error.message, why);
}

static void test_bad_rules(void **state)
{
    static const struct {
        const char *rule;
        const char *why;
    } cases[] = {
        {"x\t10de\t-", "3 fields"},
        {"x\t10de\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr\tmore", "12 fields"},
        {"\t10de\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "id must be"},
        {"Upper\t10de\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "id must be"},
        {"a:b\t10de\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "id must be"},
        {"first\t10de\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "this id"},
        {"x\tNVIDIA\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "vendor must be"},
        {"x\t\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "vendor must be"},
        {"x\t10d\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "vendor must be"},
        {"x\t10deX\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "vendor must be"},
        {"x\t10de\t1d1g\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "devices must be"},
        {"x\t10de\t1d10-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "devices must be"},
        {"x\t10de\t1d1f-1d10\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "devices must be"},
        {"x\t10de\t1d10,,1d11\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "devices must be"},
        {"x\t10de\t1d10 1d11\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "devices must be"},
        {"x\t10de\t1d101\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "devices must be"},
        /* No prefix, no sign, no space. */
        {"x\t0x1f\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "vendor must be"},
        {"x\t 10d\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "vendor must be"},
        {"x\t-10d\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "vendor must be"},
        {"x\t10de\t0x1d\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "devices must be"},
        {"x\t10de\t-1d1\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "devices must be"},
        {"x\t10de\t1d1\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "devices must be"},
        {"x\t10de\t1d10,\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "devices must be"},
        {"x\t10de\t\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "devices must be"},
        {"x\t10de\t1d10, 1d11\t-\t-\tis_gpu\tyes\t1\t-\t-\tr", "devices must be"},
        {"x\t10de\t-\t(\t-\tis_gpu\tyes\t1\t-\t-\tr", "pattern \"(\", character 1"},
        {"x\t10de\t-\t[z-a]\t-\tis_gpu\tyes\t1\t-\t-\tr", "pattern"},
        {"x\t10de\t-\t-\tchip\tform_factor\tmobile\t1\t-\t-\tr", "when must be"},
        {"x\t10de\t-\t-\tcolour=red\tform_factor\tmobile\t1\t-\t-\tr", "when asks for \"colour\""},
        {"x\t10de\t-\t-\tform_factor=mobile\tform_factor\tmobile\t1\t-\t-\tr", "before form_factor"},
        {"x\t10de\t-\t-\treset=flr\tvbios\tnone\t1\t-\t-\tr", "before vbios"},
        {"x\t10de\t-\t-\tform_factor=big\tvbios\tnone\t1\t-\t-\tr", "\"big\" is no value"},
        {"x\t10de\t-\t-\tchip=a,chip=b,chip=c,chip=d,chip=e\tvbios\tnone\t1\t-\t-\tr", "at most 4"},
        {"x\t10de\t-\t-\t-\tcolour\tred\t1\t-\t-\tr", "\"colour\" is no attribute"},
        {"x\t10de\t-\t-\t-\tis_gpu\tmaybe\t1\t-\t-\tr", "\"maybe\" is no value"},
        {"x\t10de\t-\t-\t-\tform_factor\tbig\t1\t-\t-\tr", "\"big\" is no value"},
        {"x\t10de\t-\t-\t-\tchip\t\t1\t-\t-\tr", "is no value"},
        {"x\t10de\t-\t-\t-\tis_gpu\tyes\t1.1\t-\t-\tr", "confidence must be"},
        {"x\t10de\t-\t-\t-\tis_gpu\tyes\t-0.1\t-\t-\tr", "confidence must be"},
        {"x\t10de\t-\t-\t-\tis_gpu\tyes\t\t-\t-\tr", "confidence must be"},
        {"x\t10de\t-\t-\t-\tis_gpu\tyes\tnan\t-\t-\tr", "confidence must be"},
        {"x\t10de\t-\t-\t-\tis_gpu\tyes\t0x1\t-\t-\tr", "confidence must be"},
        {"x\t10de\t-\t-\t-\tis_gpu\tyes\t0.5.5\t-\t-\tr", "confidence must be"},
        {"x\t10de\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\t\xff", "UTF-8"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char rules[1000];
        snprintf(rules, sizeof rules, "%sfirst\t10de\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr\n# comment\n%s\n",
                 RULES_HEAD, cases[i].rule);
        assert_bad(rules, FACTS_HEAD, 5, cases[i].why);
    }
}

static void test_bad_facts(void **state)
{
    static const struct {
        const char *fact;
        const char *why;
    } cases[] = {
        {"10de:1d01", "1 fields"},
        {"1d01\t-\t-\tchip\tGP108\t1\ts\tr", "pci_id must be"},
        {"10de:1d01:1028:08b0\t-\t-\tchip\tGP108\t1\ts\tr", "pci_id must be"},
        {"10de:1d01\t1028\t-\tform_factor\tmobile\t1\ts\tr", "subsystem must be"},
        {"10de:1d01\t-\ta11\tform_factor\tmobile\t1\ts\tr", "revision must be"},
        {"10de:1d01\t1028:08b0\t-\tchip\tGP108\t1\ts\tr", "form_factor of its own"},
        {"10de:1d01\t-\ta1\tchip\tGP108\t1\ts\tr", "form_factor of its own"},
        {"10de:1d01\t-\t-\tcolour\tred\t1\ts\tr", "\"colour\""},
        {"10de:1d01\t-\t-\tform_factor\tbig\t1\ts\tr", "\"big\""},
        {"10de:1d01\t-\t-\tchip\tGP108\t2\ts\tr", "confidence must be"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char facts[1000];
        snprintf(facts, sizeof facts, "%s\n\n%s\n", FACTS_HEAD, cases[i].fact);
        assert_bad(RULES_HEAD, facts, 5, cases[i].why);
    }
}

static void test_bad_tables(void **state)
{
    char rules[20000];
    struct annotator *annotator;
    struct error error;
    (void)state;
    assert_bad("# version: 1\nid\tvendor\n", FACTS_HEAD, 2, "name the columns");
    assert_bad("# version: 1\nx\t10de\t-\t-\t-\tis_gpu\tyes\t1\t-\t-\tr\n", FACTS_HEAD, 2,
               "name the columns");
    assert_bad(RULES_HEAD, RULES_HEAD, 2, "name the columns");
    snprintf(rules, sizeof rules, "%s# %09000d\n", RULES_HEAD, 0);
    assert_bad(rules, FACTS_HEAD, 3, "too long");
    assert_int_equal(annotator_load("/nonexistent/rules.tsv", "/nonexistent/facts.tsv", &annotator, &error),
                     ERROR_BAD_INPUT);
    assert_holds(error.message, "/nonexistent/rules.tsv");
}

/* The first line is the version and nothing else. */
static void test_versions(void **state)
{
    static const char columns[] =
        "pci_id\tsubsystem\trevision\tattribute\tvalue\tconfidence\tsource\treason\n"
        "10de:1d01\t-\t-\tchip\tGP108\t1\ts\tr\n";
    static const char *const bad[] = {
        "",
        "\n# version: 1\n",
        "# version: 0\n",
        "# version: 01\n",
        "# version: -1\n",
        "# version: +1\n",
        "# version:1\n",
        "# Version: 1\n",
        "#version: 1\n",
        "# version: 1 \n",
        "# version: 1.2\n",
        "# version: \n",
        "# version:  1\n",
        " # version: 1\n",
        "# version: 1000000000\n",
        "# a comment\n",
        "# version: 0x1\n",
        "# version: 1\t\n",
    };
    char facts[1000];
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        snprintf(facts, sizeof facts, "%s%s", bad[i], columns);
        assert_bad(RULES_HEAD, facts, 1, "\"# version: N\"");
    }
    assert_bad(RULES_HEAD, "", 1, "\"# version: N\"");
    snprintf(facts, sizeof facts, "# version: 999999999\n# version: 4\n%s", columns);
    struct annotator *annotator = load_good(RULES_HEAD, facts);
    assert_int_equal(annotator_facts(annotator).version, TABLE_MAX_VERSION);
    assert_int_equal(annotator_facts(annotator).rows, 1);
    assert_int_equal(annotator_rules(annotator).version, 1);
    assert_int_equal(annotator_rules(annotator).rows, 0);
    annotator_free(annotator);
}

/* Every attribute but the first may be unknown, and stays so without rules. */
static void test_no_rules(void **state)
{
    struct annotator *annotator = load_good(RULES_HEAD, FACTS_HEAD);
    struct annotation_result result;
    (void)state;
    resolve(annotator, 0x10de1d16, "GP108M", &result);
    assert_false(result.is_gpu);
    assert_int_equal(annotator_rule_count(annotator) + annotator_fact_count(annotator), 0);
    annotator_free(annotator);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resolve),         cmocka_unit_test(test_sources),
        cmocka_unit_test(test_variant_facts),   cmocka_unit_test(test_long_chip),
        cmocka_unit_test(test_many_statements), cmocka_unit_test(test_bad_rules),
        cmocka_unit_test(test_bad_facts),       cmocka_unit_test(test_bad_tables),
        cmocka_unit_test(test_versions),        cmocka_unit_test(test_no_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
