# SPDX-License-Identifier: GPL-2.0-or-later
# Turns an SQL file of schema/ into C: its lines without comments; of each table what its comment says last; and each CHECK
# with its table. One of words is left out of the lines; the table of the vocabulary is filled with those of each {group}.
#   awk -f schema/sql.awk -v name=database schema/vocabulary.tsv schema/database.sql
# {group} becomes the words of that group of the vocabulary, quoted.
FNR == NR {
    if ($0 ~ /^(#|group\t)/) next
    split($0, field, "\t")
    words[field[1]] = words[field[1]] (words[field[1]] != "" ? ", " : "") "'" field[2] "'"
    gsub(/'/, "''", field[3])
    group_of[++word_count] = field[1]
    row[word_count] = "'" field[1] "', '" field[2] "', '" field[3] "'"
    next
}
FNR == 1 { printf "extern const char *const %s_sql[];\nconst char *const %s_sql[] = {\n", name, name }
/^-- / { comment = substr($0, 4) }
/^CREATE (VIRTUAL )?TABLE / { tables[++count] = $($2 == "VIRTUAL" ? 4 : 3); says[count] = comment }
{
    sub(/ *--.*/, "")
    while (match($0, /\{[a-z_]+\}/)) {
        group = substr($0, RSTART + 1, RLENGTH - 2)
        if (!(group in words)) {
            printf "%s:%d: no group %s in the vocabulary\n", FILENAME, FNR, group > "/dev/stderr"
            exit 1
        }
        used[group] = 1
        $0 = substr($0, 1, RSTART - 1) words[group] substr($0, RSTART + RLENGTH)
    }
    if (name == "database" && match($0, /CHECK \(.*\)/)) {
        checked[++check_count] = tables[count]
        check[check_count] = substr($0, RSTART + 7, RLENGTH - 8)
        sub(/ *CHECK \([a-z_]+ IN \('.*\)/, "")
    }
    gsub(/[\\"]/, "\\\\&")
    if ($0 != "") printf "    \"%s\\n\",\n", $0
}
END {
    for (i = 1; name == "database" && i <= word_count; i++)
        if (group_of[i] in used) printf "    \"INSERT INTO vocabulary VALUES (%s);\\n\",\n", row[i]
    print "    (const char *)0,\n};"
    if (name != "database") exit
    print "extern const char *const database_tables[][2];\nconst char *const database_tables[][2] = {"
    for (i = 1; i <= count; i++) printf "    {\"%s\", \"%s\"},\n", tables[i], says[i]
    print "    {(const char *)0, (const char *)0},\n};"
    print "extern const char *const database_checks[][2];\nconst char *const database_checks[][2] = {"
    for (i = 1; i <= check_count; i++) printf "    {\"%s\", \"%s\"},\n", checked[i], check[i]
    print "    {(const char *)0, (const char *)0},\n};"
}
