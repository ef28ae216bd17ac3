# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: bash complete.bash FILE LINE...: what bash offers for each command line by the completions in the file. Prints
# the candidates of each line, one a line, and a line "." after those of each. What readline has typed already, up to the
# last ':' or '=', is no part of a candidate of bash; it is put before it here.
# shellcheck shell=bash
# shellcheck source=contrib/completion/passthru.bash
. "$1"
shift
for COMP_LINE in "$@"; do
    # shellcheck disable=SC2034 # the completion reads them
    COMP_POINT=${#COMP_LINE}
    typed=${COMP_LINE##* }
    before=${typed%"${typed##*[:=]}"}
    _passthru
    for candidate in "${COMPREPLY[@]}"; do printf '%s\n' "$before$candidate"; done
    echo .
done
