#!/usr/bin/env bash
# Removes what deploy.sh made, the container groups of scans included.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=azure.sh
. "$here/azure.sh"
# shellcheck source-path=SCRIPTDIR source=unwatch.sh
. "$here/unwatch.sh"

usage() {
    cat <<'END'
Usage: teardown.sh -s SUBSCRIPTION-ID -r RESOURCE_GROUP ...

Removes the app, its scans, its event subscriptions and roles: all that deploy.sh made, in the
resource groups RESOURCE_GROUP, RESOURCE_GROUP-scans and RESOURCE_GROUP-events. What else lives in
these groups goes with them. The key vault can be had back for 90 days: deploy.sh does so.

  -s, --subscription ID        where the app lives: its id, a GUID ('az account list' shows it)
  -r, --resource-group NAME    the app's resource group
      --watch-subscription ID  a subscription that was watched; may be repeated; else those that the
                               app is set to watch
      --yes                    do not ask, as in a pipe, where nobody can be asked
      --dry-run                print every az command and run none; needs no Azure
END
}

subscription='' group='' watched='' is_sure=no done_with='' kept_topics=''

take_flag() { # NAME
    case $1 in
    --yes) is_sure=yes ;;
    --dry-run) dry_run=yes ;;
    *) return 1 ;;
    esac
}

take_option() { # NAME, VALUE
    case $1 in
    -s | --subscription) subscription=$2 ;;
    -r | --resource-group) group=$2 ;;
    --watch-subscription) watched="$watched $2" ;;
    *) return 1 ;;
    esac
}

check_options() {
    local one
    [ -n "$subscription" ] && [ -n "$group" ] || refuse "-s and -r are needed; see --help."
    is_group_name "$group" || refuse "-r wants the name of a resource group, not '$group'."
    for one in $subscription $watched; do
        is_guid "$one" || refuse "'$one' is not the id of a subscription."
    done
}

make_sure() {
    local typed
    [ "$is_sure" = no ] && [ "$dry_run" = no ] || return 0
    # read's own prompt shows at a terminal alone.
    echo -n "This deletes $group, $group-scans and $group-events with all that is in them. Type $group to go on: " >&2
    typed=''
    read -r typed || echo >&2
    [ "$typed" = "$group" ] || refuse "Nothing was deleted: it wants $group typed, or --yes where nobody can be asked, as in a pipe."
}

find_the_app() {
    local is_there
    app='' principals=''
    step "Look for the app in $group" "Sign in with 'az login', and see that you may read $group."
    is_there=$(exists "$subscription" "$group")
    [ "$is_there" = true ] || {
        echo "There is no resource group $group."
        return 0
    }
    app=$(ask FUNCTION-APP functionapp list --subscription "$subscription" --resource-group "$group" \
        --query "[?tags.application=='imagescan'].name | [0]")
    principals=$(ask PRINCIPAL-ID identity list --subscription "$subscription" --resource-group "$group" \
        --query "[?starts_with(name, 'imagescan-')].principalId")
    if [ -n "$app" ] && [ -z "$watched" ]; then
        watched=$(ask "$subscription" functionapp config appsettings list --subscription "$subscription" --resource-group "$group" \
            --name "$app" --query "[?name=='WATCHED_SUBSCRIPTIONS'].value | [0]")
    fi
}

exists() { # SUBSCRIPTION, RESOURCE GROUP
    ask true group exists --subscription "$1" --name "$2"
}

stop_the_app() {
    [ -n "$app" ] || return 0
    step "Stop $app, so that it starts no more scans" "Stop the function app $app in the portal."
    tell functionapp stop --subscription "$subscription" --resource-group "$group" --name "$app"
}

stop_watching() {
    local one principal
    # The app's own subscription has the role for the scans, whether it is watched or not.
    for one in $subscription ${watched//,/ }; do
        [[ " $done_with " != *" $one "* ]] || continue
        remove_event_subscriptions "$one"
        remove_topic "$one"
        for principal in $principals; do remove_roles "$one" "$principal" ''; done
        done_with="$done_with $one"
    done
}

remove_topic() { # SUBSCRIPTION: with its group, unless somebody else is told of deployments by it
    if [ -n "$others" ]; then
        kept_topics="$kept_topics $1"
        echo "Its topic in $group-events stays: it serves others, namely$others."
    else
        remove_group "$1" "$group-events"
    fi
}

delete_scans() {
    local is_there groups one
    step "Delete the container groups of scans" "Delete them in the portal: $group-scans."
    is_there=$(exists "$subscription" "$group-scans")
    [ "$is_there" = true ] || return 0
    groups=$(scans)
    for one in $groups; do
        tell container delete --subscription "$subscription" --resource-group "$group-scans" --name "$one" --yes
    done
    wait_until 40 15 no_scans >/dev/null
}

scans() {
    ask qscanner-SCAN container list --subscription "$subscription" --resource-group "$group-scans" --query "[].name"
}

no_scans() { # something once there is none: a group outlives its identity badly, so they go first
    local left
    left=$(scans) || return
    [ -n "$left" ] && [ "$dry_run" = no ] || echo none
}

remove_group() { # SUBSCRIPTION, RESOURCE GROUP
    local is_there
    step "Delete the resource group $2" "Delete it in the portal: what keeps it is told there."
    is_there=$(exists "$1" "$2")
    [ "$is_there" != true ] || tell group delete --subscription "$1" --name "$2" --yes
}

main() {
    read_options "$@"
    check_options
    need_az
    make_sure
    find_the_app
    stop_the_app
    stop_watching
    delete_scans
    remove_group "$subscription" "$group-scans"
    remove_group "$subscription" "$group"
    [ -z "$kept_topics" ] || echo "$group-events stays, with the topic that others use, in:$kept_topics"
    finish "Done. What the app found is gone with its storage; its vault is kept for 90 days by Azure."
}

main "$@"
