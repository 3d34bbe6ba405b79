#!/usr/bin/env bash
# Deploys the app to Azure; README.md tells what that needs and what it makes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=azure.sh
. "$here/azure.sh"
# shellcheck source-path=SCRIPTDIR source=app-calls.sh
. "$here/app-calls.sh"
# shellcheck source-path=SCRIPTDIR source=deploy-finds.sh
. "$here/deploy-finds.sh"
# shellcheck source-path=SCRIPTDIR source=deploy-steps.sh
. "$here/deploy-steps.sh"
# shellcheck source-path=SCRIPTDIR source=unwatch.sh
. "$here/unwatch.sh"
# shellcheck source-path=SCRIPTDIR source=deploy-verify.sh
. "$here/deploy-verify.sh"

usage() {
    cat <<'END'
Usage: deploy.sh -s SUBSCRIPTION-ID -r RESOURCE_GROUP -l REGION [--deploy-function] ...

Deploys the app into RESOURCE_GROUP, and a second group RESOURCE_GROUP-scans in which scans run.
Safe to repeat: all is brought up to date; settings and secrets that are not given stay as they are.

  -s, --subscription ID        where the app and its scans live: its id, a GUID ('az account list' shows it)
  -r, --resource-group NAME    the app's resource group; made where it does not exist
  -l, --location REGION        such as westeurope
      --deploy-function        the code too, then the event subscriptions, then a first scan and a rescan of what runs

Qualys:
      --pod POD                the Qualys platform, such as US1, or the address of its gateway
      --access-token           take the access token from QUALYS_ACCESS_TOKEN, or ask for it
  -n, --qualys-user NAME       user name and password, for scanners of the older contract; better
  -w, --qualys-pass PASSWORD   as QUALYS_USERNAME and QUALYS_PASSWORD, which no list of processes shows

More:
      --watch-subscription ID  scan what is deployed there; may be repeated; else -s alone
      --registry NAME          an Azure registry that scans may pull from; may be repeated
      --app-subnet ID          send what the app sends by this subnet; 'none' for none any more
      --scan-subnet ID         run scans in this one; README.md tells what a subnet needs
      --mirror-images          a registry for the scanner's image, which Docker Hub then does not limit
      --setting NAME=VALUE     a setting of the app, such as SCAN_TIMEOUT=3600; may be repeated
  -e, --email ADDRESS          where alerts go to; else they are in the portal alone
      --always-ready N         instances kept warm, each billed all the time; else 0
      --what-if                show what would change, and change nothing
      --dry-run                print every az command and run none; needs no Azure

NOTIFY_WEBHOOK_URL and REGISTRY_CREDENTIALS are taken from the environment where they are set.
END
}

subscription='' group='' location='' pod='' watched='' registries='' settings='' email=''
always_ready='' app_subnet='' scan_subnet='' mirrors_images=false deploys_code=no wants_token=no token='' password_was_typed=no
# Secrets leave the environment here: only the deployment gets them back.
token_at_hand=${QUALYS_ACCESS_TOKEN:-} user=${QUALYS_USERNAME:-} password=${QUALYS_PASSWORD:-}
webhook=${NOTIFY_WEBHOOK_URL:-} registry_credentials=${REGISTRY_CREDENTIALS:-}
unset QUALYS_ACCESS_TOKEN QUALYS_USERNAME QUALYS_PASSWORD NOTIFY_WEBHOOK_URL REGISTRY_CREDENTIALS

take_flag() { # NAME
    case $1 in
    --deploy-function) deploys_code=yes ;;
    --access-token) wants_token=yes ;;
    --mirror-images) mirrors_images=true ;;
    --what-if) what_if=yes ;;
    --dry-run) dry_run=yes ;;
    *) return 1 ;;
    esac
}

take_option() { # NAME, VALUE
    case $1 in
    -s | --subscription) subscription=$2 ;;
    -r | --resource-group) group=$2 ;;
    -l | --location) location=$2 ;;
    -n | --qualys-user) user=$2 ;;
    -w | --qualys-pass) password=$2 password_was_typed=yes ;;
    --pod) pod=$2 ;;
    --watch-subscription) watched="$watched $2" ;;
    --registry) registries="$registries $2" ;;
    --app-subnet) app_subnet=$2 ;;
    --scan-subnet) scan_subnet=$2 ;;
    --setting) add_setting "$2" ;;
    -e | --email) email=$2 ;;
    --always-ready) always_ready=$2 ;;
    *) return 1 ;;
    esac
}

is_subnet() { # ID, none or nothing
    local group='/resourceGroups/[^/]+' network='/providers/Microsoft\.Network/virtualNetworks/[^/]+/subnets/[^/]+'
    [[ $1 =~ ^(none|/subscriptions/[0-9a-fA-F-]{36}$group$network)?$ ]]
}

add_setting() { # NAME=VALUE
    local name=${1%%=*}
    [[ $1 == *=* ]] || refuse "--setting wants NAME=VALUE, not '$1'."
    is_in "$name" "$OPTIONAL_SETTINGS" || refuse "$name is none of the settings to choose: $OPTIONAL_SETTINGS"
    [[ $1 != *$'\n'* ]] || refuse "$name has a line break in its value."
    settings="$settings$1"$'\n'
}

check_options() {
    local one
    [ -n "$subscription" ] && [ -n "$group" ] && [ -n "$location" ] || refuse "-s, -r and -l are needed; see --help."
    is_guid "$subscription" || refuse "-s wants the id of a subscription, not '$subscription'."
    is_group_name "$group" || refuse "-r wants the name of a resource group, at most 80 characters, not '$group'."
    [[ $location =~ ^[a-z0-9]{2,40}$ ]] || refuse "-l wants a region such as westeurope, not '$location'."
    [[ $always_ready =~ ^[0-9]{0,3}$ ]] || refuse "--always-ready wants a number, not '$always_ready'."
    [[ -z $email || $email =~ ^[^@[:space:]]+@[^@[:space:]]+$ ]] || refuse "--email wants an address, not '$email'."
    [ -n "$user" ] || [ -z "$password" ] || refuse "A password wants the user name too: -n, or QUALYS_USERNAME."
    [ -z "$user" ] || [ -n "$password" ] || refuse "A user name wants the password too: -w, or QUALYS_PASSWORD."
    [ -z "$pod" ] || add_setting "QUALYS_POD=$pod"
    is_subnet "$app_subnet" || refuse "--app-subnet wants the id of a subnet, or none, not '$app_subnet'."
    is_subnet "$scan_subnet" || refuse "--scan-subnet wants the id of a subnet, or none, not '$scan_subnet'."
    [[ $scan_subnet != /* ]] || same "${scan_subnet:15:36}" "$subscription" || refuse "Scans run in $subscription, and so must their subnet be there."
    for one in $watched; do
        is_guid "$one" || refuse "--watch-subscription wants the id of a subscription, not '$one'."
    done
    for one in $registries; do
        [[ $one =~ ^[A-Za-z0-9]{5,50}$ ]] || refuse "--registry wants the name of an Azure registry, not '$one'."
    done
}

read_token() {
    [ "$wants_token" = yes ] || return 0
    token=$token_at_hand
    [ -z "$token" ] || return 0
    if [ "$dry_run" = yes ]; then
        echo "QUALYS_ACCESS_TOKEN is not set: a run asks for the access token, at a terminal."
        token=asked-for
        return
    fi
    [ -t 0 ] || refuse "--access-token: set QUALYS_ACCESS_TOKEN, or run this where it can be asked for."
    read -r -s -p "Qualys access token (it is not shown): " token
    echo
    [ -n "$token" ] || refuse "No access token was given."
}

main() {
    read_options "$@"
    check_options
    read_token
    check_settings
    check_prerequisites
    register_needed_providers
    check_region
    check_quota
    find_what_is_there
    choose_credentials
    choose_scope_and_speed
    find_registries
    find_subnets
    if [ "$what_if" = yes ]; then
        show_what_would_change
        finish "Nothing was changed."
        return
    fi
    deploy_infrastructure
    read_secrets_anew
    mirror_images
    if [ "$deploys_code" = no ]; then
        check_no_keys
        finish "Done, without the code: give the same command with --deploy-function for it."
        return
    fi
    deploy_code
    check_no_keys
    watch_subscriptions
    unwatch_subscriptions
    verify
    say_what_next
}

main "$@"
