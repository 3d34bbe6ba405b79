# The courier: prints the scanner's files into its log, framed, and seals them while they stay as
# they are. It runs beside the scanner in one container group (busybox, or dash with coreutils).
# Environment:
#   OUTPUT_DIR       the folder that the scanner writes to, or into a folder in it
#   WAIT_SECONDS     how long to wait for the first file
#   LINGER_SECONDS   how long to go on sealing after the last frame
# The format is described in frames.py.
#
# The names of files come from the scanner: they are compared and opened, but never printed and
# never evaluated. Names in frames are the constants `report` and `inventory`.
set -u
export LC_ALL=C
: "${OUTPUT_DIR:?}" "${WAIT_SECONDS:?}" "${LINGER_SECONDS:?}"
BUDGET=3000000 # gzipped bytes of all frames; 4.0 MB as base64, what ACI keeps of a running container
SEAL_EVERY_SECONDS=5

# Say what the image lacks before anything is begun.
for applet in sha256sum gzip base64 fold wc cp rm cut tr date sleep mktemp; do
    command -v "$applet" >/dev/null 2>&1 || { echo "COURIER-ERROR missing applet $applet"; exit 3; }
done
work=$(mktemp -d 2>/dev/null) || { echo "COURIER-ERROR no temporary folder"; exit 3; }
trap 'rm -rf "$work"' EXIT
trap 'exit 143' TERM INT
: >"$work/started"
echo "COURIER 1"
# From here on a message of a tool could hold a file's name.
exec 2>/dev/null

hash_of() { sha256sum <"$1" | cut -c1-64; }
size_of() { wc -c <"$1" | tr -d ' '; }

# Set `file` to the newest regular file among the arguments, to nothing if there is none. A pattern
# that matched nothing arrives as itself and is no file. What is older than this courier is of a
# life that the platform ended: where it starts the containers over, their volume may stay. (By the
# second, which is as fine as busybox compares.)
newest() {
    file=''
    for candidate in "$@"; do
        [ -f "$candidate" ] && [ ! -L "$candidate" ] || continue
        [ ! "$work/started" -nt "$candidate" ] || continue
        if [ -z "$file" ] || [ "$candidate" -nt "$file" ]; then file=$candidate; fi
    done
}

# Set `file` to the file that goes by this name now.
find_file() { # name
    case $1 in
    report)
        newest "$OUTPUT_DIR"/*-Report.sarif.json "$OUTPUT_DIR"/*/*-Report.sarif.json
        [ -n "$file" ] || newest "$OUTPUT_DIR"/*-Report.json "$OUTPUT_DIR"/*/*-Report.json
        ;;
    inventory) newest "$OUTPUT_DIR"/*-ScanResult.json "$OUTPUT_DIR"/*/*-ScanResult.json ;;
    esac
}

# Print `file`, whose hash was `current`, as a frame, or that it is too large. Printed is a copy,
# so that length, hash and content belong together; fails if the file has changed meanwhile.
print_frame() { # name
    cp "$file" "$work/copy" || return 1
    [ "$(hash_of "$work/copy")" = "$current" ] || return 1
    gzip -c <"$work/copy" >"$work/copy.gz" || return 1
    bytes=$(size_of "$work/copy")
    zipped=$(size_of "$work/copy.gz")
    if [ "$((spent + zipped))" -gt "$BUDGET" ]; then
        echo "TOO_LARGE $1 $zipped"
        return 0
    fi
    spent=$((spent + zipped))
    echo "BEGIN $1 $bytes $current"
    base64 <"$work/copy.gz" | tr -d '\n' | fold -w 1000
    echo
    echo "END $1 $bytes $current"
    framed="$framed $1:$current "
}

# One look at a name: a frame once the file was the same on two looks, a seal while it still is.
# Results in `handled` (the hash that was printed, or told to be too large) and `seen` (the hash).
look() { # name, hash handled last, hash seen at the look before
    handled=$2 seen=$3 is_new=0
    find_file "$1"
    [ -n "$file" ] || return 0
    # Read before the file: a seal never claims a later look than was taken.
    looked_at=$(date +%s)
    current=$(hash_of "$file")
    [ "${#current}" -eq 64 ] || return 0
    if [ "$current" = "$seen" ] && [ "$current" != "$handled" ] && print_frame "$1"; then
        handled=$current is_new=1 last_frame_at=$looked_at
    fi
    seen=$current
    [ "$current" = "$handled" ] && [ "$((is_new + is_seal_due))" -gt 0 ] || return 0
    # What was too large has no frame to seal.
    case $framed in *" $1:$current "*) echo "SEAL $1 $current $looked_at" ;; esac
}

spent=0 framed='' last_frame_at='' sealed_at=0 looks=0
report_handled='' report_seen='' inventory_handled='' inventory_seen=''
started_at=$(date +%s)
while :; do
    now=$(date +%s)
    is_seal_due=0
    if [ "$((now - sealed_at))" -ge "$SEAL_EVERY_SECONDS" ]; then is_seal_due=1 sealed_at=$now; fi

    # The report is first in line for the budget; the inventory waits for it, but not for ever.
    look report "$report_handled" "$report_seen"
    report_handled=$handled report_seen=$seen
    if [ -n "$report_handled" ] || [ "$((now - started_at))" -ge "$WAIT_SECONDS" ]; then
        look inventory "$inventory_handled" "$inventory_seen"
        inventory_handled=$handled inventory_seen=$seen
    fi

    # End: nothing came in time (a few seconds for a last frame), or it has lingered long enough.
    # Never later than both times together, whatever files go on doing; looks are counted as well,
    # for a clock may be set back.
    if [ -z "$last_frame_at" ]; then
        [ "$((now - started_at))" -lt "$((WAIT_SECONDS + 5))" ] || exit 0
    else
        [ "$((now - last_frame_at))" -lt "$LINGER_SECONDS" ] || exit 0
    fi
    looks=$((looks + 1))
    limit=$((WAIT_SECONDS + LINGER_SECONDS + 5))
    [ "$((now - started_at))" -lt "$limit" ] && [ "$looks" -lt "$limit" ] || exit 0
    sleep 1
done
