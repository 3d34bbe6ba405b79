# shellcheck shell=bash disable=SC2034,SC2154
# The app asked by HTTP, at $url. In a dry run only shown.

TERMINAL='completed|failed|timed_out|cancelled|skipped'
BEGUN="provisioning|scanning|collecting|$TERMINAL"

healthy() { # something once it is
    if [ "$dry_run" = yes ]; then
        echo "  curl $url/api/health" >&3
        echo yes
    elif curl --silent --fail --max-time 60 --output /dev/null "$url/api/health"; then
        echo yes
    fi
}

start_scan() { # KEY, IMAGE, true TO SCAN WHAT WAS SCANNED: the scan's id
    local body="{\"image\": \"$2\", \"force\": $3}"
    if [ "$dry_run" = yes ]; then
        echo "  curl $url/api/scans --data '$body'  # with the function key" >&3
        echo SCAN
    else
        called "$1" "$url/api/scans" --data "$body" | told scanId '[0-9a-f-]{36}'
    fi
}

start_rescan() { # KEY: the rescan's id
    if [ "$dry_run" = yes ]; then
        echo "  curl $url/api/rescans --data '{}'  # with the function key" >&3
        echo RESCAN
    else
        called "$1" "$url/api/rescans" --data '{}' | told rescanId '[0-9a-f-]{36}'
    fi
}

state_of() { # KEY, SCAN, STATES, FIELD: its status, or another field's value, once it is one of these
    if [ "$dry_run" = yes ]; then
        echo "  curl $url/api/scans/$2  # with the function key" >&3
        echo "${3##*|}"
    else
        called "$1" "$url/api/scans/$2" | told "${4:-status}" "($3)"
    fi
}

called() { # KEY, curl WORD...: the reply; the key goes in on standard input
    local key=$1
    shift
    printf 'header = "%s"\n' "x-functions-key: $key" "Content-Type: application/json" |
        curl --silent --max-time 60 --config - "$@" || true
}

told() { # NAME, PATTERN: the first value of that name in JSON
    grep -oE "\"$1\": *\"$2\"" | head -n 1 | sed -E 's/.*: *"(.*)"/\1/' || true
}
