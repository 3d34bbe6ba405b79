# The courier: prints the scanner's files into its log, framed, and seals them while they stay as
# they are. It runs beside the scanner in one container group (busybox, or dash with coreutils) and
# shares OUTPUT_DIR with it. Environment: OUTPUT_DIR, WAIT_SECONDS (for the files to come),
# LINGER_SECONDS (after the last frame). The format is described in frames.py.
#
# No file name is ever printed or evaluated: names in frames are the constants below.
set -u
LC_ALL=C
BUDGET=3000000 # gzipped bytes in all: ACI keeps 4 MB of a running container's log
WORK=$(mktemp -d) || exit 3

for applet in sha256sum gzip base64 fold find wc cp date sort tail cut tr; do
    command -v "$applet" >/dev/null 2>&1 || { echo "COURIER-ERROR missing applet $applet"; exit 3; }
done
echo "COURIER 1"

spent=0
report_printed='' inventory_printed=''  # hashes of what was printed last
report_seen='' inventory_seen=''        # hashes at the look before
sealed_at=0

# The file for a name: SARIF before JSON, the last by path where there are several.
find_file() {
    case $1 in
    report)
        file=$(find "$OUTPUT_DIR" -type f -name '*-Report.sarif.json' 2>/dev/null | sort | tail -n 1)
        [ -n "$file" ] || file=$(find "$OUTPUT_DIR" -type f -name '*-Report.json' 2>/dev/null | sort | tail -n 1)
        ;;
    inventory) file=$(find "$OUTPUT_DIR" -type f -name '*-ScanResult.json' 2>/dev/null | sort | tail -n 1) ;;
    esac
}

hash_of() { sha256sum <"$1" 2>/dev/null | cut -c1-64; }
size_of() { wc -c <"$1" | tr -d ' '; }

# Print one frame, from a copy, so that what is hashed is what is printed.
print_frame() { # name, file
    cp "$2" "$WORK/copy" 2>/dev/null || return 1
    hash=$(hash_of "$WORK/copy")
    bytes=$(size_of "$WORK/copy")
    gzip -c "$WORK/copy" >"$WORK/copy.gz"
    zipped=$(size_of "$WORK/copy.gz")
    if [ $((spent + zipped)) -gt "$BUDGET" ]; then
        echo "TOO_LARGE $1 $zipped"
    else
        spent=$((spent + zipped))
        echo "BEGIN $1 $bytes $hash"
        base64 <"$WORK/copy.gz" | tr -d '\n' | fold -w 1000
        echo
        echo "END $1 $bytes $hash"
    fi
}

# One look at a name: a frame once the file was the same on two looks, a seal while it still is.
# The time is read before the file: a seal never says more than was seen.
look() { # name, hash printed last, hash seen at the look before
    name=$1 printed=$2 seen=$3
    find_file "$name"
    [ -n "$file" ] || return 0
    now=$(date +%s)
    current=$(hash_of "$file")
    if [ "$current" = "$seen" ] && [ "$current" != "$printed" ]; then
        if print_frame "$name" "$file"; then
            printed=$hash
            last_frame_at=$now
            sealing=1
        fi
    fi
    if [ "$current" = "$printed" ] && [ "$sealing" = 1 ]; then
        echo "SEAL $name $current $now"
    fi
    seen=$current
}

started_at=$(date +%s)
last_frame_at=''
while :; do
    now=$(date +%s)
    sealing=0
    if [ $((now - sealed_at)) -ge 5 ]; then
        sealing=1
        sealed_at=$now
    fi
    look report "$report_printed" "$report_seen"
    report_printed=$printed report_seen=$seen
    # The report is first in line for the budget: the inventory waits for it, but not for ever.
    if [ -n "$report_printed" ] || [ $((now - started_at)) -ge "$WAIT_SECONDS" ]; then
        look inventory "$inventory_printed" "$inventory_seen"
        inventory_printed=$printed inventory_seen=$seen
    fi
    if [ -n "$last_frame_at" ]; then
        [ $((now - last_frame_at)) -lt "$LINGER_SECONDS" ] || exit 0
    else
        [ $((now - started_at)) -lt $((WAIT_SECONDS + 5)) ] || exit 0
    fi
    sleep 1
done
