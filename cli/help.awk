# SPDX-License-Identifier: GPL-2.0-or-later
# Turns cli/help.txt into C: the table of what --help says.
#   awk -f cli/help.awk cli/help.txt
BEGIN { print "#include \"cli/command.h\"\n#include \"core/report_field.h\"\nconst struct help_text help_texts[] = {" }
/^#/ { next }
/^== / { printf "%s    {\"%s\",\n", count++ ? "    },\n" : "", substr($0, 4); next }
/^@/ { print "     REPORT_HELP_" toupper(substr($0, 2)); next }
{
    gsub(/[\\"]/, "\\\\&")
    print "     \"" $0 "\\n\""
}
END { print "    },\n    {(const char *)0, (const char *)0},\n};" }
