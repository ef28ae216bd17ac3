# SPDX-License-Identifier: GPL-2.0-or-later
# Turns schema/report-fields.tsv into C, so that each field of a report is written once.
#   awk -f report-fields.awk -v output=header report-fields.tsv   enum, members of struct report, texts of the help
#   awk -f report-fields.awk -v output=source report-fields.tsv   the table
function none(column) { return column == "-" ? "" : column }
# A line of a text of C, in a macro.
function quoted(line) { return " \\\n    \"" line "\\n\"" }
# What the help says of an option, its description wrapped at column 79.
function option_help(option, text,    lines, line, indent, words, count, i) {
    line = length(option) > 13 ? "  --" option "  " : sprintf("  --%-15s", option)
    indent = length(line)
    count = split(text, words, " ")
    for (i = 1; i <= count; i++) {
        if (i > 1 && length(line) + 1 + length(words[i]) > 79) {
            lines = lines quoted(line)
            line = sprintf("%" indent "s", "") words[i]
        } else
            line = line (i > 1 ? " " : "") words[i]
    }
    return lines quoted(line)
}

BEGIN { FS = "\t" }
/^#/ || /^$/ || $1 == "field" { next }
{
    if (NF != 9 || $1 in type || $1 !~ /^[a-z_]+$/ || $3 !~ /^(-|[1-9][0-9]*)$/ || ($6 $7) ~ /["\\]/) {
        printf "%s:%d: expected nine columns: a new field, a limit, plain texts\n", FILENAME, FNR > "/dev/stderr"
        failed = 1
        exit 1
    }
    type[$1] = $2
    limit[$1] = $3 == "-" ? 200 : $3
    if ($2 ~ /s$/ && $3 != "-") items[$1] = $3
    group[$1] = $4
    option[$1] = none($6)
    part[$1] = none($5)
    place[$1] = count + 0
    # Sorted by name, byte by byte: the order of RFC 8785.
    for (i = ++count; i > 1 && fields[i - 1] > $1; i--) fields[i] = fields[i - 1]
    fields[i] = $1
    if ($6 != "-") help[$5] = help[$5] option_help($6, $7)
}
END {
    if (failed) exit 1
    is_member["text"] = is_member["version"] = is_member["open_enum"] = 1
    is_member["sha256"] = is_member["date"] = is_member["url"] = 1
    if (output == "header") {
        print "enum report_field {"
        for (i = 1; i <= count; i++) printf "    FIELD_%s,\n", toupper(fields[i])
        print "    FIELD_COUNT\n};\n\n/* The texts of struct report. */"
        for (i = 1; i <= count; i++) if (type[fields[i]] in is_member) texts = texts " \\\n    const char *" fields[i] ";"
        print "#define REPORT_TEXTS" texts
        print "\n/* How many items an array may have. */\nenum {"
        for (i = 1; i <= count; i++) if (fields[i] in items)
            printf "    REPORT_MAX_%s = %d,\n", toupper(fields[i]), items[fields[i]]
        print "};"
        print "\n/* A row of options for each field that has one. */\n#define REPORT_FIELD_OPTIONS \\"
        for (i = 1; i <= count; i++) {
            name = option[fields[i]]
            sub(/ .*/, "", name)
            if (name != "") printf "%s    {\"%s\", .take = take_field, .target = (void *)&report_fields[FIELD_%s]}", (options++ ? ", \\\n" : ""), name, toupper(fields[i])
        }
        print ""
        for (section in help) printf "\n#define REPORT_HELP_%s%s\n", toupper(section), help[section]
    } else if (output == "source") {
        print "#include <stddef.h>\n\n#include \"core/report.h\"\n#include \"core/report_field.h\"\n"
        print "const struct report_field_info report_fields[FIELD_COUNT] = {"
        for (i = 1; i <= count; i++) {
            field = fields[i]
            name = option[field]
            sub(/ .*/, "", name)
            printf "    {\"%s\", TYPE_%s, %d, %s, %s, %s, \"%s\", %d},\n", field, toupper(type[field]), limit[field],
                group[field] == "-" ? "NULL" : "&vocabulary_" group[field], name == "" ? "NULL" : "\"" name "\"",
                type[field] in is_member ? "offsetof(struct report, " field ")" : "0", part[field], place[field]
        }
        print "};"
    }
}
