# SPDX-License-Identifier: GPL-2.0-or-later
# Turns schema/vocabulary.tsv and schema/findings.tsv into C, so that each value is written once.
#   awk -f vocabulary.awk -v output=header vocabulary.tsv findings.tsv   enums, declarations, and a macro for each finding
#   awk -f vocabulary.awk -v output=source vocabulary.tsv findings.tsv   tables of values and what they mean
function upper(text) { text = toupper(text); gsub(/[^A-Z0-9]/, "_", text); return text }
function quoted(text) { gsub(/["\\]/, "\\\\&", text); return "\"" text "\"" }
function fail(text) { print FILENAME ":" FNR ": " text > "/dev/stderr"; failed = 1; exit 1 }
function add(group, name, meaning) {
    if (!(group in count)) groups[++group_count] = group
    values[group, ++count[group]] = name
    text[group, count[group]] = meaning
}
# What stands in a column of a finding, or in the row that it names.
function column(row, number, value) {
    value = cell[row, number]
    if (value !~ /^@/) return value
    if (!((substr(value, 2), number) in cell)) fail("no row " value)
    return cell[substr(value, 2), number]
}

BEGIN { FS = "\t"; ID = 1; SEVERITY = 2; OF = 3; SHORT = 4; TEXT = 5; NEXT = 6 }
/^#/ || /^$/ || $1 == "group" || $1 == "id" { next }
NF == 3 {
    if (($1, $2) in seen || $2 !~ /^[a-z0-9_-]+$/ || $3 !~ /^[ -~]+$/ || $3 ~ /["\\]/)
        fail("expected a new value of a-z, 0-9, - and _, and a plain text")
    seen[$1, $2] = 1
    add($1, $2, $3)
    next
}
{
    if (NF != 6 || ($1, ID) in cell || $3 !~ /^(blocker|gpu|setup)$/ || !(("severity", $2) in seen) || ($3 == "setup") != ($4 == "") || ($2 != "info" && $6 == ""))
        fail("expected three columns and a new value, or six of a finding, which has a next step unless it is info")
    for (i = 1; i <= NF; i++) cell[$1, i] = $i
    rows[++row_count] = $1
}
END {
    if (failed) exit 1
    for (r = 1; r <= row_count; r++) {
        row = rows[r]
        id = row
        sub(/\/.*/, "", id)
        if (id in ids) continue
        ids[id] = 1
        meaning = column(row, TEXT)
        gsub(/%[-#0-9.*]*[lz]*[a-z]/, "...", meaning)
        sub(/^\.\.\.: /, "", meaning)
        add("finding_id", id, meaning)
        if (cell[row, OF] == "blocker") add("blocker", id, meaning)
        fault[count["finding_id"]] = cell[row, SHORT] == "" ? "(const char *)0" : quoted(cell[row, SHORT])
    }
    if (output == "header") {
        for (g = 1; g <= group_count; g++) {
            group = groups[g]
            printf "enum %s {\n", group
            for (i = 1; i <= count[group]; i++) printf "    %s_%s,\n", upper(group), upper(values[group, i])
            printf "};\nenum { %s_COUNT = %d };\n", upper(group), count[group]
            printf "extern const struct vocabulary vocabulary_%s;\n", group
            printf "static inline const char *%s_value(int value)\n{\n    return vocabulary_value(&vocabulary_%s, value);\n}\n\n", group, group
        }
        print "/* All groups in the order of the file, then NULL. */"
        print "extern const struct vocabulary *const vocabulary_groups[];\n"
        print "/* What a fault of the GPU itself is called within a sentence; NULL of a finding about the set-up. */"
        print "extern const char *const finding_faults[FINDING_ID_COUNT];\n"
        print "/* The rows of findings.tsv, for findings_add: id, severity, and the format of text and next step. */"
        for (r = 1; r <= row_count; r++) {
            id = row = rows[r]
            sub(/\/.*/, "", id)
            format = quoted(column(row, TEXT))
            if (column(row, NEXT) != "") format = format " \"\\n\" " quoted(column(row, NEXT))
            printf "#define FINDING_%s FINDING_ID_%s, SEVERITY_%s, %s\n", upper(row), upper(id), upper(cell[row, SEVERITY]), format
        }
    } else if (output == "source") {
        print "#include \"core/vocabulary.h\"\n"
        for (g = 1; g <= group_count; g++) {
            group = groups[g]
            printf "static const struct vocabulary_entry %s_entries[] = {\n", group
            for (i = 1; i <= count[group]; i++) printf "    {\"%s\", %s},\n", values[group, i], quoted(text[group, i])
            printf "};\nconst struct vocabulary vocabulary_%s = {\"%s\", %s_entries, %d};\n\n", group, group, group, count[group]
        }
        print "const struct vocabulary *const vocabulary_groups[] = {"
        for (g = 1; g <= group_count; g++) printf "    &vocabulary_%s,\n", groups[g]
        print "    (const struct vocabulary *)0,\n};\n"
        print "const char *const finding_faults[FINDING_ID_COUNT] = {"
        for (i = 1; i <= count["finding_id"]; i++) printf "    %s,\n", fault[i]
        print "};"
    }
}
