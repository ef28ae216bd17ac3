# SPDX-License-Identifier: GPL-2.0-or-later
# Turns three tables of data/ into C that core/gpu.c includes, checked against the vocabulary.
#   awk -f gpu-tables.awk vocabulary.tsv findings.tsv deliveries.tsv workarounds.tsv fixes.tsv
function fault(why) { printf "%s:%d: %s\n", FILENAME, FNR, why > "/dev/stderr"; failed = 1; exit 1 }
function name(group, value) {
    if (!((group, value) in known)) fault("\"" value "\" is not a value of " group)
    value = toupper(group "_" value)
    gsub(/[^A-Z0-9]/, "_", value)
    return value
}

BEGIN { FS = "\t" }
FNR == 1 { table++; header = 0; wanted = table == 3 ? "form_factor,vendor,vbios,confidence,source" : table == 4 ? "blocker,fix,source" : "fix,vendor,needed_until,text,source" }
FNR == 1 && table > 2 && !/^# version: [1-9][0-9]*$/ { fault("the first line must be \"# version: N\"") }
/^#/ || /^$/ { next }
table == 1 { known[$1, $2] = 1; next }
table == 2 { if ($3 == "blocker") known["blocker", $1] = 1; next }
!header {
    header = 1
    names = $0
    gsub(FS, ",", names)
    if (names != wanted) fault("the columns must be " wanted)
    next
}
{
    for (i = 1; i <= NF; i++) if ($i == "") fault("column " i " is empty")
    if (NF != split(wanted, columns, ",")) fault("expected the columns " wanted)
    if ((table, $1, $2) in line) fault("\"" $1 " " $2 "\" stands in line " line[table, $1, $2] " already")
    line[table, $1, $2] = FNR
}
table != 4 && $2 !~ /^(-|[0-9a-f][0-9a-f][0-9a-f][0-9a-f])$/ { fault("vendor must be four hexadecimal digits or -") }
table == 3 {
    if ($4 !~ /^(0(\.[0-9]+)?|1(\.0+)?)$/) fault("confidence must be a number from 0 to 1")
    deliveries = deliveries "    {" name("form_factor", $1) ", " ($2 == "-" ? "0" : "0x" $2) ", " name("vbios", $3) ", " $4 "},\n"
}
table == 4 {
    blocker = name("blocker", $1)
    name("fix", $2)
    if (!(blocker in count)) order[++blockers] = blocker
    if (++count[blocker] > 7) fault("a blocker has at most 7 workarounds")
    fixes[blocker] = fixes[blocker] "\"" $2 "\", "
}
table == 5 {
    name("fix", $1)
    if ($0 ~ /["\\]/) fault("a text may not have a quotation mark or a backslash")
    needless = needless "    {\"" $1 "\", " ($2 == "-" ? "0" : "0x" $2) ", " ($3 == "-" ? "NULL" : "\"" $3 "\"") ", \"" $4 "\"},\n"
}
END {
    if (failed) exit 1
    if (table != 5 || !deliveries || !blockers || !needless) fault("expected five tables, none of them empty")
    print "static const struct {\n    enum form_factor form_factor;\n    uint16_t vendor; /* 0: any */"
    print "    enum vbios vbios;\n    double confidence;\n} deliveries[] = {\n" deliveries "};\n"
    print "static const char *const workarounds[BLOCKER_COUNT][8] = {"
    for (i = 1; i <= blockers; i++) printf "    [%s] = {%s},\n", order[i], fixes[order[i]]
    print "};\n\nstatic const struct needless_fix needless_fixes[] = {\n" needless "};"
}
