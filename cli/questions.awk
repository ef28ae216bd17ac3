# SPDX-License-Identifier: GPL-2.0-or-later
# Turns cli/questions.tsv into rows of C.
#   awk -f cli/questions.awk schema/report-fields.tsv cli/questions.tsv
function text(column) { return "\"" (column == "-" ? "" : column) "\"" }
BEGIN { FS = "\t"; print "#define REPORT_QUESTIONS \\" }
/^#/ || /^$/ || $1 == "field" { next }
NR == FNR { is_field[$1]; next }
NF != 3 || !($1 in is_field) || /["\\]/ {
    printf "%s:%d: expected a field of schema/report-fields.tsv, a question and its explanation\n", FILENAME, FNR > "/dev/stderr"
    exit 1
}
{ printf "%s    {FIELD_%s, %s, %s}", (rows++ ? ", \\\n" : ""), toupper($1), text($2), text($3) }
END { print "" }
