# shellcheck shell=bash
# Shared by deploy.sh, verify.sh and teardown.sh: options, steps, and Azure asked or told, or in a dry run only shown.
#
# Secrets go to az in its environment and to curl on its standard input, never in an argument.

dry_run=no what_if=no
doing='Read the options'
remedy='See --help.'

# Where commands are shown in a dry run, those too whose output is taken.
exec 3>&1

refuse() { # SENTENCE...: nothing was begun
    echo "error: $*" >&2
    doing=''
    exit 2
}

stop() { # SENTENCE...: the step cannot go on
    echo "error: $*" >&2
    exit 1
}

step() { # WHAT, WHAT TO DO WHERE IT FAILS
    doing=$1 remedy=$2
    echo
    echo "== $doing"
}

found() { # WORD...: what Azure told; in a dry run it was not asked
    [ "$dry_run" = no ] || set -- "Assumed, for a dry run asks nobody:" "$@"
    echo "$@"
}

finish() { # WORD...: said at the end
    doing=''
    echo
    [ "$dry_run" = no ] || set -- "Nothing was looked at and nothing was done: this was a dry run. Words in capitals stand for what Azure would tell."
    echo "$@"
}

on_exit() {
    local status=$?
    [ "$status" = 0 ] || [ -z "$doing" ] || {
        echo
        echo "Stopped at: $doing"
        echo "What to do: $remedy"
        echo "Then give the same command again: what was done stays, and it goes on from there."
    } >&2
    exit "$status"
}
trap on_exit EXIT

read_options() { # WORD...: hands them to the script's own take_flag NAME and take_option NAME VALUE
    while [ $# -gt 0 ]; do
        case $1 in
        -h | --help)
            usage
            exit 0
            ;;
        --*=*)
            take_option "${1%%=*}" "${1#*=}" || refuse "${1%%=*} is unknown, or takes no value; see --help."
            shift
            continue
            ;;
        -*) ;;
        *) refuse "What is meant by '$1'? See --help." ;;
        esac
        if take_flag "$1"; then
            shift
            continue
        fi
        [ $# -gt 1 ] || refuse "$1 is unknown, or wants a value; see --help."
        take_option "$1" "$2" || refuse "$1 is unknown; see --help."
        shift 2
    done
}

shown() { # WORD...: as it could be typed
    local word
    for word in "$@"; do
        case $word in
        '' | *[!A-Za-z0-9_./:=@,+-]*) printf " '%s'" "${word//\'/\'\\\'\'}" ;;
        *) printf ' %s' "$word" ;;
        esac
    done
}

tell() { # az WORD...: change something on Azure
    if [ "$what_if" = yes ] && [ "$dry_run" = no ]; then
        echo "  It would run: az$(shown "$@")" >&3
    else
        prepare "$@"
    fi
}

prepare() { # az WORD...: change something on this machine, or nothing
    if [ "$dry_run" = yes ]; then
        echo "  az$(shown "$@")" >&3
    else
        az "$@" --only-show-errors --output none </dev/null
    fi
}

ask() { # WHAT A DRY RUN TAKES FOR THE ANSWER, az WORD...: the answer as text
    local example=$1
    shift
    if [ "$dry_run" = yes ]; then
        echo "  az$(shown "$@")" >&3
        echo "$example"
    else
        az "$@" --only-show-errors --output tsv </dev/null
    fi
}

wait_until() { # TRIES, SECONDS BETWEEN, COMMAND...: what it answers, once that is something
    local tries=$1 seconds=$2 answer
    shift 2
    while :; do
        answer=$("$@") || return
        [ -z "$answer" ] || {
            echo "$answer"
            return
        }
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep "$seconds"
    done
}

need() { # COMMAND, WHERE IT COMES FROM
    command -v "$1" >/dev/null || stop "$1 is missing: $2"
}

need_az() {
    [ "$dry_run" = yes ] || command -v az >/dev/null ||
        refuse "az is missing: https://learn.microsoft.com/cli/azure/install-azure-cli (2.60 or later); then sign in with 'az login'."
}

same() { # ONE, OTHER: but for their case
    local is_same=1
    shopt -s nocasematch
    [[ $1 != "$2" ]] || is_same=0
    shopt -u nocasematch
    return $is_same
}

is_in() { # WORD, LIST
    local one
    for one in $2; do
        ! same "$one" "$1" || return 0
    done
    return 1
}

is_guid() {
    [[ $1 =~ ^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$ ]]
}

is_group_name() {
    [[ $1 =~ ^[A-Za-z0-9_().-]{0,79}[A-Za-z0-9_()-]$ ]]
}
