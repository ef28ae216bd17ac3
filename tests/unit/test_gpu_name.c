/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of names, and the products in one name. */

#include "core/gpu_name.h"
#include "importer/product_names.h"
#include "tests/unit/unit.h"

static struct known_word words[] = {
    {"geforce", WORD_KIND_BRAND},  {"quadro", WORD_KIND_BRAND},
    {"radeon", WORD_KIND_BRAND},   {"rtx", WORD_KIND_LINE},
    {"rx", WORD_KIND_LINE},        {"r 7", WORD_KIND_LINE},
    {"r 9", WORD_KIND_LINE},       {"hd", WORD_KIND_LINE},
    {"pro", WORD_KIND_LINE},       {"max q", WORD_KIND_MOBILE},
    {"mobile", WORD_KIND_MOBILE},  {"mobility", WORD_KIND_MOBILE},
    {"evga", WORD_KIND_MAKER},     {"gaming x trio", WORD_KIND_NOISE},
    {"series", WORD_KIND_NOISE},   {"gddr 6 x", WORD_KIND_MEMORY},
    {"instinct", WORD_KIND_BRAND}, {"* bit", WORD_KIND_NOISE},
    {"hdmi * *", WORD_KIND_NOISE}, {"* b", WORD_KIND_NOISE},
    {"panther", WORD_KIND_NOISE},  {"panther lake", WORD_KIND_MODEL},
};
static struct known_words known = {words, ARRAY_SIZE(words)};

/* Each word with the first letter of its kind, those that are glued with a + before. */
DEFINE_TEST(test_words)
{
    static const struct {
        const char *name, *words;
    } cases[] = {
        {"GeForce RTX 3060 Ti", "b:geforce l:rtx m:3060 m:ti"},
        {"rtx3060ti", "l:rtx m:+3060 m:+ti"},
        {"EVGA RTX-3070 Gaming X Trio 8GB", "k:evga l:rtx m:3070 n:gamingxtrio y:8gb"},
        {"Radeon HD 2600 PRO", "b:radeon l:hd m:2600 m:pro"},
        {"Radeon PRO W6600", "b:radeon l:pro m:w m:+6600"},
        {"R9 380 4 GiB GDDR6X", "l:r9 m:380 y:4gb y:gddr6x"},
        {"RX 570 8G", "l:rx m:570 y:8gb"},
        {"5600G 512MB", "m:5600 m:+g y:512mb"},
        {"RTX 3060 Max-Q", "l:rtx m:3060 o:maxq"},
        {"RX 570 256-bit HDMI 2.1", "l:rx m:570 n:256bit n:hdmi21"},
        {"HDMI 3060 12", "m:hdmi m:3060 m:12"}, /* a version has two digits at most */
        {"H20B T4-1B", "m:h m:+20 m:+b m:t m:+4 n:1b"},
        {"OC-12GD 4GD6-P 2GD3H", "m:oc y:12gb y:4gb m:p y:2gb"},
        {"100 GD 5", "m:100 m:gd m:5"},
        {"RTX 3070 8 Go 12go 440 Go", "l:rtx m:3070 y:8gb y:12gb m:440 m:go"},
        {"Ryzen Z2 Go", "m:ryzen m:z m:+2 m:go"},
        {"Intel(R) Iris(R) Xe (R", "m:intel m:iris m:xe m:r"},
        {"Panther Lake RTX 4060 Panther", "m:panther m:lake l:rtx m:4060 n:panther"},
        {"", ""},
        {" \xff\xfe -- \xd0\x9a", ""},
    };
    known_words_sort(&known);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        static const char kinds[] = "mvblknyoc";
        struct gpu_name name;
        char text[200] = "";
        gpu_name_parse(cases[i].name, &known, &name);
        for (int k = 0; k < name.count; k++)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%c:%s%s", k ? " " : "",
                     kinds[name.words[k].kind], name.words[k].is_glued ? "+" : "", name.words[k].text);
        assert_string_equal(text, cases[i].words);
        assert_false(name.is_cut);
    }
}

DEFINE_TEST(test_repeats)
{
    static const struct {
        const char *name, *words;
    } cases[] = {
        {"RTX 3060 Gaming DUAL-RTX3060-O", "rtx 3060 gaming dual o"},
        {"RTX 3060 Ti RTX 3060 Ti", "rtx 3060 ti"},
        {"RTX 3060 3060Ti", "rtx 3060 ti"},
        {"Quadro M4000M", "quadro m 4000 m"},
        {"MX 10 10", "mx 10 10"},
        {"Instinct MI250X / MI250", "instinct mi 250 x mi 250"},
        {"", ""},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct gpu_name name;
        struct buffer text CLEANUP(buffer_free) = BUFFER(1000);
        gpu_name_parse(cases[i].name, &known, &name);
        gpu_name_drop_repeats(cases[i].name, &name);
        gpu_name_append(&text, &name);
        assert_string_equal(buffer_text(&text), cases[i].words);
    }
}

DEFINE_TEST(test_long_names)
{
    char text[5001];
    struct gpu_name name;
    memset(text, 'a', 5000);
    text[5000] = '\0';
    gpu_name_parse(text, &known, &name);
    assert_true(name.is_cut);
    assert_int_equal(name.count, 0);
    for (int i = 0; i < 5000; i += 2)
        text[i] = ' ';
    gpu_name_parse(text, &known, &name);
    assert_true(name.is_cut);
    assert_int_equal(name.count, NAME_MAX_WORDS);
    /* What is left out is no word that others hang on: the first one hangs on none. */
    gpu_name_parse("777777777777777777777777777777777b8 555555555555555555555555555555555c", &known, &name);
    assert_true(name.is_cut);
    assert_int_equal(name.count, 3);
    assert_string_equal(name.words[0].text, "b");
    assert_false(name.words[0].is_glued);
    assert_true(name.words[1].is_glued);
    assert_string_equal(name.words[2].text, "c");
    assert_false(name.words[2].is_glued);
}

static enum error_code append(void *context, const char *product, struct error *error)
{
    char *text = context;
    snprintf(text + strlen(text), 600 - strlen(text), "%s%s", *text ? ", " : "", product);
    return error->code;
}

DEFINE_TEST(test_products)
{
    static const struct {
        const char *name, *products;
    } cases[] = {
        {"GeForce MX330", "GeForce MX330"},
        {"Radeon RX 470/480/570X", "Radeon RX 470, Radeon RX 480, Radeon RX 570X"},
        {"Radeon RX 6700/6700 XT / 6800M/6850M XT",
         "Radeon RX 6700, Radeon RX 6700 XT, Radeon RX 6800M, Radeon RX 6850M XT"},
        {"Radeon HD 7770/8760 / R7 250X", "Radeon HD 7770, Radeon HD 8760, Radeon R7 250X"},
        {"Radeon RX 460/560D / Pro 450/455", "Radeon RX 460, Radeon RX 560D, Radeon Pro 450, Radeon Pro 455"},
        {"Radeon R9 M270X/M280X", "Radeon R9 M270X, Radeon R9 M280X"},
        {"GeForce RTX 3060 Mobile / Max-Q", "GeForce RTX 3060 Mobile, GeForce RTX 3060 Max-Q"},
        {"RTX 2070 SUPER Mobile / Max-Q", "RTX 2070 SUPER Mobile, RTX 2070 SUPER Max-Q"},
        {"GeForce RTX 3080 Mobile / Max-Q 8GB/16GB",
         "GeForce RTX 3080 Mobile, GeForce RTX 3080 Max-Q 8GB/16GB"},
        {"GeForce RTX 3080 11GB / 12GB Engineering Sample",
         "GeForce RTX 3080 11GB / 12GB Engineering Sample"},
        {"Radeon HD 2600 PRO/XT", "Radeon HD 2600 PRO, Radeon HD 2600 XT"},
        {"Radeon R9 FURY / NANO Series", "Radeon R9 FURY, Radeon R9 NANO Series"},
        {"Radeon RX Vega 56/64", "Radeon RX Vega 56, Radeon RX Vega 64"},
        {"Mobility Radeon HD 5730 / 6570M", "Mobility Radeon HD 5730, Mobility Radeon HD 6570M"},
        {"Radeon Pro V340/Instinct MI25x2", "Radeon Pro V340, Instinct MI25x2"},
        {"Instinct MI25/MI25x2/V340", "Instinct MI25, Instinct MI25x2, Instinct V340"},
        {"/", ""},
        {"// /", ""},
        {"", ""},
    };
    known_words_sort(&known);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char text[600] = "";
        ASSERT_DONE(product_names_each(&known, cases[i].name, append, text, &failure));
        assert_string_equal(text, cases[i].products);
    }
}

DEFINE_TEST(test_device_names)
{
    static const struct {
        const char *name, *chip, *product;
    } cases[] = {
        {"GP108M [GeForce MX330]", "GP108M ", "GeForce MX330"},
        {"HD Graphics 510", "", "HD Graphics 510"},
        {"G80 [GeForce 8800 GTS] (rev)", "", "G80 [GeForce 8800 GTS] (rev)"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct device_name split;
        device_name_split(cases[i].name, &split);
        assert_string_equal(split.chip, cases[i].chip);
        assert_string_equal(split.product, cases[i].product);
    }
}

DEFINE_TEST(test_board_names)
{
    static const struct {
        const char *name;
        bool is_plain;
    } cases[] = {{"Radeon RX 480", true},     {"Mobility Radeon HD 5450", true},
                 {"Latitude C600", false},    {"Radeon", false},
                 {"EVGA GeForce 970", false}, {"Radeon RX 580 Gaming X Trio", false}};
    known_words_sort(&known);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(product_name_is_plain(&known, cases[i].name), cases[i].is_plain);
}

TESTSUITE_MAIN(NULL, NULL)
