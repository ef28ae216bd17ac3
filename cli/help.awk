# SPDX-License-Identifier: GPL-2.0-or-later
# Turns cli/help.txt into C: the table of what --help says.
#   awk -f cli/help.awk cli/help.txt
function quoted(text) { gsub(/[\\"]/, "\\\\&", text); return "\"" text "\"" }
BEGIN { print "#include \"cli/command.h\"\n#include \"core/report_field.h\"\nconst struct help_text help_texts[] = {" }
/^#/ { next }
/^== / {
    colon = index($0, ": ")
    count = split(substr($0, 4, colon - 4), name, " ")
    summary = substr($0, colon + 2)
    if (count == 1) list = list sprintf("  %-11s%s\\n", name[1], summary)
    printf "%s    {%s, %s, %s,\n", rows++ ? "    },\n" : "", quoted(name[1]), (count > 1 ? quoted(name[2]) : "(const char *)0"), quoted(summary)
    next
}
/^@commands/ { sub(/  passthru [^\\]*\\n$/, "", list); print "     \"" list "\""; next }
/^@/ { print "     REPORT_HELP_" toupper(substr($0, 2)); next }
{ print "     " quoted($0) " \"\\n\"" }
END { print "    },\n    {(const char *)0, (const char *)0, (const char *)0, (const char *)0},\n};" }
