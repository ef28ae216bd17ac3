# bash completion for passthru(1) and passthru-import(1).
# shellcheck shell=bash

_passthru_words() { # WORDS: offers those that begin with what stands before the cursor
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "${COMP_WORDS[COMP_CWORD]}")
}

_passthru_files() { # [-d]: offers files, or folders alone
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen "${1:--f}" -- "${COMP_WORDS[COMP_CWORD]}")
}

_passthru() {
    local commands="query scan check diagnose rom recommend report import sync db help version"
    local query_options="--json --ndjson --chassis --subsystem --revision --reports --explain --db --no-color --help"
    local scan_options="--root --lspci --db --json --no-color --help"
    local check_options="--root --db --json --no-color --help"
    local diagnose_options="--db --json --no-color --help"
    local rom_options="--for --root --db --json --no-color --help"
    local recommend_options="--use --budget --vendor --db --json --no-color --help"
    local report_options="--yes --force --root --vm --log --output --remote --outcome --stage --use --symptom --fix --guest-os --guest-driver --hypervisor --hypervisor-version --machine-type --firmware --host-os --kernel --chassis --machine --cpu --pci-id --subsystem --revision --gpu --date --url --note --supersedes --db --json --no-color --help"
    local db_options="--conflicts --db --json --no-color --help"
    local import_options="--db --data --remote --force --json --quiet --no-color --help --version"
    local sync_options="--list --dry-run --force --db --data --json --quiet --no-color --connect-timeout --stall-timeout --max-time --retries --help"
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}

    COMPREPLY=()
    case $previous in
    --db | --lspci | --vm | --log | --output) _passthru_files && return ;;
    --data | --root) _passthru_files -d && return ;;
    --chassis) _passthru_words "desktop laptop mini-pc server egpu" && return ;;
    --outcome) _passthru_words "works works-with-workaround partial fails" && return ;;
    --use) _passthru_words "compute display transcode" && return ;;
    --vendor) _passthru_words "nvidia amd intel" && return ;;
    --budget) return ;;
    --firmware) _passthru_words "ovmf seabios" && return ;;
    --machine-type) _passthru_words "q35 i440fx" && return ;;
    --stage)
        _passthru_words "bind guest_boot driver_init display compute guest_restart second_start"
        return
        ;;
    --subsystem | --revision | --reports | --for | --symptom | --fix | --guest-os | --guest-driver) return ;;
    --hypervisor | --hypervisor-version | --host-os | --kernel | --machine | --cpu | --pci-id) return ;;
    --remote | --gpu | --date | --url | --note | --supersedes) return ;;
    --connect-timeout | --stall-timeout | --max-time | --retries) return ;;
    esac
    if [ "${COMP_WORDS[0]##*/}" = passthru-import ]; then
        if [ "$COMP_CWORD" -eq 1 ]; then
            _passthru_words "import send sync --help --version"
            return
        fi
        [ "$command" = sync ] || command=import
    elif [ "$COMP_CWORD" -eq 1 ]; then
        _passthru_words "$commands --help --version"
        return
    fi
    case $command:$word in
    query:-*) _passthru_words "$query_options" ;;
    recommend:-*) _passthru_words "$recommend_options" ;;
    diagnose:-*) _passthru_words "$diagnose_options" ;;
    diagnose:*) _passthru_files ;;
    rom:-*) _passthru_words "$rom_options" ;;
    rom:*) _passthru_files ;;
    scan:-*) _passthru_words "$scan_options" ;;
    check:-*) _passthru_words "$check_options" ;;
    check:h*)
        _passthru_files
        COMPREPLY+=(host)
        ;;
    check:*) _passthru_files ;;
    report:-*) _passthru_words "$report_options" ;;
    report:*) _passthru_words "new list show drop export send" ;;
    import:-*) _passthru_words "$import_options" ;;
    import:*) _passthru_files ;;
    sync:-*) _passthru_words "$sync_options" ;;
    sync:*) _passthru_words "$("${COMP_WORDS[0]}" sync --list --json 2>/dev/null | grep -o '"name":"[a-z0-9._-]*"' | cut -d'"' -f4)" ;;
    db:-*) _passthru_words "$db_options" ;;
    db:*) _passthru_words "info check path" ;;
    help:*) _passthru_words "$commands" ;;
    esac
}

complete -F _passthru passthru passthru-import
