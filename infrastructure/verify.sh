#!/usr/bin/env bash
# Looks whether a deployed app does what it promises, and says what to do where it does not.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=azure.sh
. "$here/azure.sh"
# shellcheck source-path=SCRIPTDIR source=app-calls.sh
. "$here/app-calls.sh"

usage() {
    cat <<'END'
Usage: verify.sh -s SUBSCRIPTION-ID -r RESOURCE_GROUP ...

Looks at a deployed app: its settings, secrets, functions, rights, event subscriptions and alert
rules; then has it scan an image, and sees that the scan completes, that its container group is gone
and that its log arrived in Application Insights. Changes nothing else. Ends with 1 where something
is not as it should be. It takes as long as the scan, and may wait 45 minutes.

  -s, --subscription ID        where the app lives: its id, a GUID ('az account list' shows it)
  -r, --resource-group NAME    the app's resource group
      --image NAME             the image to scan; else a small one of Microsoft's
      --dry-run                print every az command and run none; needs no Azure
END
}

ARM=https://management.azure.com INSIGHTS=https://api.applicationinsights.io
subscription='' group='' image=mcr.microsoft.com/azurelinux/busybox:1.36
seen=0 wrong=0

take_flag() { # NAME
    [ "$1" = --dry-run ] || return 1
    dry_run=yes
}

take_option() { # NAME, VALUE
    case $1 in
    -s | --subscription) subscription=$2 ;;
    -r | --resource-group) group=$2 ;;
    --image) image=$2 ;;
    *) return 1 ;;
    esac
}

check_options() {
    [ -n "$subscription" ] && [ -n "$group" ] || refuse "-s and -r are needed; see --help."
    is_guid "$subscription" || refuse "-s wants the id of a subscription, not '$subscription'."
    is_group_name "$group" || refuse "-r wants the name of a resource group, not '$group'."
    [[ $image =~ ^[A-Za-z0-9._:/@-]+$ ]] || refuse "--image wants the name of an image, not '$image'."
}

holds() { # WHAT SHOULD BE, WHAT TO DO WHERE IT IS NOT, SOMETHING WHERE IT IS
    seen=$((seen + 1))
    if [ "$dry_run" = yes ]; then
        echo "  It would look whether $1."
    elif [ -n "$3" ]; then
        echo "  yes  $1"
    else
        wrong=$((wrong + 1))
        echo "  NO   $1:"
        echo "       $2"
    fi
}

unless() { # WHAT WAS FOUND THAT SHOULD NOT BE: something where it was not
    [ -n "$1" ] || echo yes
}

of_app() { # WHAT A DRY RUN TAKES FOR THE ANSWER, az WORD...: asked about the app
    local example=$1
    shift
    ask "$example" "$@" --subscription "$subscription" --resource-group "$group" --name "$function_app"
}

find_the_app() {
    step "Look for the app in $group" "Sign in with 'az login', and see that you may read $group."
    function_app=$(ask FUNCTION-APP functionapp list --subscription "$subscription" --resource-group "$group" \
        --query "[?tags.application=='imagescan'].name | [0]")
    [ -n "$function_app" ] || stop "There is no app of deploy.sh in $group."
    url=https://$(of_app FUNCTION-APP.azurewebsites.net functionapp show --query defaultHostName)
    found "  $function_app at $url"
}

check_settings() {
    local keys unread site="subscriptions/$subscription/resourceGroups/$group/providers/Microsoft.Web/sites/$function_app"
    step "Look at its settings and secrets" "See that you may read the settings of $function_app."
    keys=$(of_app '' functionapp config appsettings list \
        --query "[?name=='AzureWebJobsStorage' || contains(to_string(value), 'AccountKey=')].name")
    holds "no storage key stands among the settings" \
        "Delete it: az functionapp config appsettings delete --subscription $subscription -g $group -n $function_app --setting-names NAME" "$(unless "$keys")"
    unread=$(ask '' rest --method get --url "$ARM/$site/config/configreferences/appsettings?api-version=2022-03-01" \
        --query "value[?properties.status!='Resolved'].name")
    holds "every secret is read from the vault" "Not read: $unread. Run deploy.sh again; a role just given takes minutes." "$(unless "$unread")"
}

check_functions() {
    local found
    step "Look at its functions" "See the app's log stream in the portal."
    found=$(of_app yes functionapp function list --query "[?ends_with(name, '/on_container_deployed')].name")
    holds "Azure has found the functions" "Deploy the code: deploy.sh with --deploy-function." "$found"
    holds "it is healthy" "$url/api/health names every problem." "$(healthy)"
}

check_watching() {
    local watched principal one role
    step "Look at what is watched" "See that you may read Event Grid and roles in every watched subscription."
    watched=$(of_app "$subscription" functionapp config appsettings list --query "[?name=='WATCHED_SUBSCRIPTIONS'].value | [0]")
    principal=$(ask PRINCIPAL-ID identity list --subscription "$subscription" --resource-group "$group" \
        --query "[?starts_with(name, 'imagescan-app-')].principalId | [0]")
    holds "some subscription is watched" "deploy.sh --watch-subscription ID" "$watched"
    for one in ${watched//,/ }; do
        role=$(ask yes role assignment list --subscription "$one" --all --assignee-object-id "$principal" \
            --fill-principal-name false --query "[?starts_with(roleDefinitionName, 'Image scan reader')].id | [0]")
        holds "the app may read what runs in $one" "Run deploy.sh again." "$role"
        holds "Event Grid tells of deployments in $one, scans left out" "Run deploy.sh again, with --deploy-function." "$(find_event_subscription "$one")"
    done
}

find_event_subscription() { # SUBSCRIPTION: something where there is one that is ready and filtered
    local topics name place
    topics=$(ask "TOPIC $group-events" eventgrid system-topic list --subscription "$1" \
        --query "[?ends_with(topicType, 'ubscriptions')].join(' ', [name, resourceGroup])")
    while read -r name place; do
        [ -z "$name" ] || ask yes eventgrid system-topic event-subscription list --subscription "$1" --resource-group "$place" \
            --system-topic-name "$name" --query "[?contains(to_string(destination.resourceId), '/sites/$function_app/') && provisioningState=='Succeeded' && contains(to_string(filter.advancedFilters), '-scans/')].name | [0]"
    done <<<"$topics"
}

check_alerts() {
    local rules
    step "Look at its alert rules" "See that you may read $group."
    rules=$(ask yes resource list --subscription "$subscription" --resource-group "$group" \
        --resource-type Microsoft.Insights/scheduledQueryRules --query "[?starts_with(name, 'imagescan-')].name | [0]")
    holds "alert rules are there" "Run deploy.sh again." "$rules"
}

check_scan() {
    local key state='' left
    step "Scan $image" "What the app raised stands in Application Insights."
    key=$(of_app KEY functionapp keys list --query functionKeys.default)
    scan=$(wait_until 4 15 start_scan "$key" "$image" true) || scan=''
    holds "it takes a scan" "$url/api/health, and the key: az functionapp keys list --subscription $subscription -g $group -n $function_app" "$scan"
    [ -n "$scan" ] || return 0
    echo "  $url/api/scans/$scan"
    state=$(wait_until 160 15 state_of "$key" "$scan" "$TERMINAL") || true
    holds "the scan completes" "It is ${state:-not at its end}: its reason and remedy stand at $url/api/scans/$scan" \
        "$([ "$state" != completed ] || echo yes)"
    holds "it says that its container group is gone" "The reaper goes on trying, every five minutes." \
        "$(wait_until 20 15 state_of "$key" "$scan" confirmed cleanup || true)"
    left=$(ask '' container list --subscription "$subscription" --resource-group "$group-scans" --query "[?tags.\"scan-id\"=='$scan'].name")
    holds "Azure says so too" "There is $left still." "$(unless "$left")"
}

check_log() {
    [ -n "$scan" ] || return 0
    step "Look for the scan in Application Insights (some minutes)" "See that you may read Application Insights in $group."
    insights=$(ask INSIGHTS resource show --subscription "$subscription" --resource-group "$group" \
        --resource-type Microsoft.Insights/components --name "$function_app" --query properties.AppId)
    holds "its log arrives, with its dimensions" "The app's identity needs Monitoring Metrics Publisher there: run deploy.sh again." \
        "$(wait_until 20 15 find_lines || true)"
}

find_lines() { # something once there are some
    local query="traces | where customDimensions.Component == 'QScannerACI' and customDimensions.scanId == '$scan' | count"
    ask yes rest --method post --url "$INSIGHTS/v1/apps/$insights/query" --resource "$INSIGHTS" \
        --body "{\"query\": \"$query\"}" --query "tables[0].rows[?[0] > \`0\`] | [0][0]"
}

main() {
    read_options "$@"
    check_options
    need_az
    find_the_app
    check_settings
    check_functions
    check_watching
    check_alerts
    check_scan
    check_log
    finish "$((seen - wrong)) of $seen are as they should be."
    [ "$wrong" = 0 ]
}

main "$@"
