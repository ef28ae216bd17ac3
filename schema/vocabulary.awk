# Turns schema/vocabulary.tsv into C or SQL, so that each word is written once.
#   awk -f vocabulary.awk -v output=header vocabulary.tsv            enums and declarations
#   awk -f vocabulary.awk -v output=source vocabulary.tsv            tables of words and their texts
#   awk -f vocabulary.awk -v output=sql vocabulary.tsv database.sql  the schema with IN (@group@) spelled out
function upper(text) { text = toupper(text); gsub(/[^A-Z0-9]/, "_", text); return text }

BEGIN { FS = "\t" }
FNR == 1 { file++ }
file == 1 && (/^#/ || /^$/ || $1 == "group") { next }
file == 1 {
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
    next
}
{
    line = $0
    while (match(line, /[a-z_]+ IN \(@[a-z_]+@\)/)) {
        split(substr(line, RSTART, RLENGTH), part, / IN \(@|@\)/)
        if (!(part[2] in count)) {
            printf "%s:%d: no group %s in the vocabulary\n", FILENAME, FNR, part[2] > "/dev/stderr"
            failed = 1
            exit 1
        }
        # IN (...) would have SQLite build a table anew for each row that it checks, and a chain of comparisons
        # would be parsed at each start of each reader.
        list = "instr('"
        for (i = 1; i <= count[part[2]]; i++) list = list " " word[part[2], i]
        list = list " ', ' ' || " part[1] " || ' ')"
        line = substr(line, 1, RSTART - 1) list substr(line, RSTART + RLENGTH)
    }
    print line
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
    } else if (output == "source") {
        print "#include \"core/vocabulary.h\"\n"
        for (g = 1; g <= group_count; g++) {
            group = groups[g]
            printf "static const struct vocabulary_word %s_words[] = {\n", group
            for (i = 1; i <= count[group]; i++) printf "    {\"%s\", \"%s\"},\n", word[group, i], text[group, i]
            printf "};\nconst struct vocabulary vocabulary_%s = {\"%s\", %s_words, %d};\n\n", group, group, group, count[group]
        }
    }
}
