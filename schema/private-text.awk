# SPDX-License-Identifier: GPL-2.0-or-later
# Turns schema/private-text.tsv into tables of C, which core/private_text.c includes.
#   awk -f private-text.awk private-text.tsv
function fault(why) { printf "%s:%d: %s\n", FILENAME, FNR, why > "/dev/stderr"; failed = 1; exit 1 }
# A pattern as a string of C, each {NAME} replaced by what it stands for.
function expanded(pattern,    name) {
    while (match(pattern, /[{][A-Z_]+[}]/)) {
        name = substr(pattern, RSTART + 1, RLENGTH - 2)
        if (!(name in parts)) fault("\"" name "\" is not defined")
        pattern = substr(pattern, 1, RSTART - 1) parts[name] substr(pattern, RSTART + RLENGTH)
    }
    gsub(/\\/, "&&", pattern)
    gsub(/"/, "\\\\&", pattern)
    return "\"" pattern "\""
}
function shape(value) { value = toupper(value); gsub(/-/, "_", value); return "PRIVATE_" value }

BEGIN {
    FS = "\t"
    except["-"] = "ANYWHERE"
    except["version"] = "NOT_IN_VERSION"
    except["path"] = "NOT_IN_PATH"
}
/^#/ || /^$/ || $1 == "shape" { next }
NF != 4 || $4 == "" || !($3 in except) { fault("expected four columns: a shape, a place, \"version\", \"path\" or \"-\", a pattern") }
$1 == "name" { names = names "    [" shape($2) "] = \"" $4 "\",\n"; next }
$1 == "common" { gsub(/[|]/, "\", \"", $4); common = $4; next }
$1 == "define" { parts[$2] = $4; next }
$1 == "place" { number[$2] = count++; places = places "    " expanded($4) ",\n"; next }
!($2 in number) { fault("\"" $2 "\" is not a place") }
{
    rules = rules "    {" shape($1) ", " number[$2] ", " except[$3] ", " expanded($4) "},\n"
}
END {
    if (failed) exit 1
    print "static const char *const shape_names[PRIVATE_SHAPES] = {\n" names "};\n"
    print "static const char *const common_names[] = {\"" common "\"};\n"
    print "static const char *const places[] = {\n" places "};\n"
    print "static const struct {\n    enum private_shape shape;\n    size_t place;\n    enum exception except;"
    print "    const char *pattern;\n} rules[] = {\n" rules "};"
}
