# Turns schema/vocabulary.tsv into C, so that each word is written once.
#   awk -f vocabulary.awk -v output=header vocabulary.tsv   enums and declarations
#   awk -f vocabulary.awk -v output=source vocabulary.tsv   tables of words and their texts
function upper(text) { text = toupper(text); gsub(/[^A-Z0-9]/, "_", text); return text }

BEGIN { FS = "\t" }
/^#/ || /^$/ || $1 == "group" { next }
{
    if (NF != 3 || ($1, $2) in seen) {
        printf "%s:%d: expected three columns and a new word\n", FILENAME, FNR > "/dev/stderr"
        failed = 1
        exit 1
    }
    seen[$1, $2] = 1
    if (!($1 in count)) groups[++group_count] = $1
    count[$1]++
    word[$1, count[$1]] = $2
    text[$1, count[$1]] = $3
}
END {
    if (failed) exit 1
    if (output == "header") {
        for (g = 1; g <= group_count; g++) {
            group = groups[g]
            printf "enum %s {\n", group
            for (i = 1; i <= count[group]; i++) printf "    %s_%s,\n", upper(group), upper(word[group, i])
            printf "};\nenum { %s_COUNT = %d };\n", upper(group), count[group]
            printf "extern const struct vocabulary vocabulary_%s;\n\n", group
        }
        print "/* All groups in the order of the file, then NULL. */"
        print "extern const struct vocabulary *const vocabulary_groups[];"
    } else if (output == "source") {
        print "#include \"core/vocabulary.h\"\n"
        for (g = 1; g <= group_count; g++) {
            group = groups[g]
            printf "static const struct vocabulary_word %s_words[] = {\n", group
            for (i = 1; i <= count[group]; i++) printf "    {\"%s\", \"%s\"},\n", word[group, i], text[group, i]
            printf "};\nconst struct vocabulary vocabulary_%s = {\"%s\", %s_words, %d};\n\n", group, group, group, count[group]
        }
        print "const struct vocabulary *const vocabulary_groups[] = {"
        for (g = 1; g <= group_count; g++) printf "    &vocabulary_%s,\n", groups[g]
        print "    (const struct vocabulary *)0,\n};"
    }
}
