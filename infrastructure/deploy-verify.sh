# shellcheck shell=bash disable=SC2034,SC2154
# How deploy.sh sees that the app works. It works on deploy.sh's variables.

verify() {
    local key scan state rescan
    step "Wait until the app is healthy" "$url/api/health names every problem."
    wait_until 40 15 healthy >/dev/null
    step "Scan $VERIFICATION_IMAGE" "What the app raised stands in Application Insights."
    key=$(ask KEY functionapp keys list --subscription "$subscription" --resource-group "$group" --name "$function_app" \
        --query functionKeys.default)
    scan=$(wait_until 4 15 start_scan "$key" "$VERIFICATION_IMAGE" false)
    step "Wait until scan $scan has begun" \
        "Orchestrations do not start: az functionapp restart --subscription $subscription -g $group -n $function_app, and look for the scan in Application Insights."
    state=$(wait_until 40 15 state_of "$key" "$scan" "$BEGUN")
    found "It is $state: $url/api/scans/$scan"
    case $state in
    failed | timed_out | cancelled) stop "The scan was $state; its reason and remedy stand there." ;;
    esac
    step "Scan what runs already" "Ask for it again: curl -X POST $url/api/rescans -d '{}' -H \"x-functions-key: KEY\""
    rescan=$(wait_until 4 15 start_rescan "$key")
    found "Rescan $rescan: $url/api/rescans/$rescan"
}

say_what_next() {
    finish "Done. The app: $url (function app $function_app in $group)"
    cat <<END

See that it works:
  all of it          $(shown "$here/verify.sh" -s "$subscription" -r "$group" | cut -c 2-)
  deploy something   az container create --subscription ${watched%% *} -g SOME-GROUP -n try-me --image $VERIFICATION_IMAGE --os-type Linux --cpu 1 --memory 1
  its scan           az container list --subscription $subscription -g $group-scans --query "[?starts_with(name, 'qscanner-')].{name: name, scan: tags.\"scan-id\"}" -o table
  the key            KEY=\$(az functionapp keys list --subscription $subscription -g $group -n $function_app --query functionKeys.default -o tsv)
  the newest scans   curl "$url/api/scans?limit=10" -H "x-functions-key: \$KEY"
How to go on: docs/operations.md.
END
}
