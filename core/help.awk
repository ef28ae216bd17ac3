# SPDX-License-Identifier: GPL-2.0-or-later
# Turns ROOM/help.txt into C: NAME_help[] has what stands after the line "== NAME".
#   awk -f core/help.awk importer/help.txt
/^#/ { next }
/^== / { printf "%sextern const char %s_help[];\nconst char %s_help[] =\n", count++ ? "    ;\n" : "", $2, $2; next }
{ gsub(/[\\"]/, "\\\\&"); print "    \"" $0 "\\n\"" }
END { print "    ;" }
