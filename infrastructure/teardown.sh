#!/usr/bin/env bash
# Removes what deploy.sh made, the container groups of scans included.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=azure.sh
. "$here/azure.sh"

usage() {
    cat <<'END'
Usage: teardown.sh -s SUBSCRIPTION -r RESOURCE_GROUP ...

Removes the app, its scans, its event subscriptions and roles: all that deploy.sh made, in the
resource groups RESOURCE_GROUP, RESOURCE_GROUP-scans and RESOURCE_GROUP-events. What else lives in
these groups goes with them. The key vault can be had back for 90 days: deploy.sh does so.

  -s, --subscription ID        where the app lives
  -r, --resource-group NAME    the app's resource group
      --watch-subscription ID  a subscription that was watched; may be repeated; else those that the
                               app is set to watch
      --yes                    do not ask
      --dry-run                print every az command and run none; needs no Azure
END
}

subscription='' group='' watched='' is_sure=no done_with='' kept_topics='' others=''

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
    read -r -p "This deletes $group, $group-scans and $group-events with all that is in them. Type $group to go on: " typed
    [ "$typed" = "$group" ] || refuse "Nothing was deleted."
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
        for principal in $principals; do remove_roles "$one" "$principal"; done
        done_with="$done_with $one"
    done
}

remove_event_subscriptions() { # SUBSCRIPTION
    local of=$1 topics name place
    others=''
    step "Remove the app's event subscriptions in $of" "See that you may change Event Grid in $of."
    topics=$(ask "TOPIC $group-events" eventgrid system-topic list --subscription "$of" \
        --query "[?ends_with(topicType, 'ubscriptions')].join(' ', [name, resourceGroup])")
    while read -r name place; do
        [ -z "$name" ] || clear_topic "$of" "$place" "$name"
    done <<<"$topics"
}

clear_topic() { # SUBSCRIPTION, RESOURCE GROUP, TOPIC
    local of=$1 place=$2 topic=$3 all name target
    all=$(ask "EVENT-SUBSCRIPTION $(ids_begin)" eventgrid system-topic event-subscription list --subscription "$of" \
        --resource-group "$place" --system-topic-name "$topic" --query "[].join(' ', [name, to_string(destination.resourceId)])")
    while read -r name target; do
        [ -n "$name" ] || continue
        if is_ours "$target"; then
            tell eventgrid system-topic event-subscription delete --subscription "$of" --resource-group "$place" \
                --system-topic-name "$topic" --name "$name" --yes
            remove_alerts "$of" "$place" "$name"
        elif same "$place" "$group-events"; then
            others="$others $name"
        fi
    done <<<"$all"
}

ids_begin() { # ... of what lives in the app's group
    echo "/subscriptions/$subscription/resourceGroups/$group/"
}

is_ours() { # RESOURCE ID
    local prefix
    prefix=$(ids_begin)
    same "${1:0:${#prefix}}" "$prefix"
}

remove_alerts() { # SUBSCRIPTION, RESOURCE GROUP, EVENT SUBSCRIPTION: those for its dead letters
    local alerts one
    alerts=$(ask ALERT monitor metrics alert list --subscription "$1" --resource-group "$2" \
        --query "[?contains(to_string(criteria), '$3')].name")
    for one in $alerts; do
        tell monitor metrics alert delete --subscription "$1" --resource-group "$2" --name "$one"
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

remove_roles() { # SUBSCRIPTION, PRINCIPAL: what app and scans may do in it, and the roles made for that
    local of=$1 given id name role scope
    step "Remove what the app and its scans may do in $of" "Somebody with Owner or User Access Administrator on $of can do this."
    given=$(ask "ASSIGNMENT|Image scan ...|ROLE|SCOPE" role assignment list --subscription "$of" --all --assignee-object-id "$2" \
        --fill-principal-name false --query "[].join('|', [id, roleDefinitionName, roleDefinitionId, scope])")
    while IFS='|' read -r id name role scope; do
        [ -n "$id" ] || continue
        tell role assignment delete --subscription "$of" --ids "$id"
        [[ $name != 'Image scan '* ]] || tell role definition delete --subscription "$of" --name "${role##*/}" --scope "${scope%%/providers/*}" --custom-role-only true
    done <<<"$given"
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
