# shellcheck shell=bash disable=SC2034,SC2154
# What deploy.sh deploys, in this order. It works on deploy.sh's variables.

with_parameters() { # COMMAND...: with all that main.bicepparam and watch.bicepparam read
    LOCATION=$location RESOURCE_GROUP=$group SCAN_RESOURCE_GROUP=$group-scans \
        SETTINGS=$settings KEPT_SETTINGS=$kept SECRET_SETTINGS=$secret_settings \
        QUALYS_ACCESS_TOKEN=$token QUALYS_USERNAME=$user QUALYS_PASSWORD=$password \
        NOTIFY_WEBHOOK_URL=$webhook REGISTRY_CREDENTIALS=$registry_credentials \
        APP_SUBNET_ID=$app_subnet SCAN_SUBNET_ID=$scan_subnet \
        REGISTRY_IDS=$registry_ids MIRRORS_IMAGES=$mirrors_images ALWAYS_READY_INSTANCES=${always_ready:-0} ALERT_EMAIL=$email \
        WATCHED=${watched_json:-} FUNCTION_APP=${function_app:-} STORAGE_ACCOUNT=${storage_account:-} \
        APP_PRINCIPAL_ID=${principal:-} ACTION_GROUP_ID=${action_group:-} \
        "$@"
}

show_parameters() { # NAME=VALUE...: what a command finds in its environment; never a secret
    [ "$dry_run" = no ] || printf '  # with %s\n' "LOCATION=$location RESOURCE_GROUP=$group SCAN_RESOURCE_GROUP=$group-scans" "$@" >&3
}

show_parameters_of_main() {
    show_parameters "SETTINGS, a line each: ${settings//$'\n'/ }" "secrets, not shown: $secret_settings" \
        "APP_SUBNET_ID=$app_subnet SCAN_SUBNET_ID=$scan_subnet" \
        "REGISTRY_IDS=${registry_ids# } MIRRORS_IMAGES=$mirrors_images ALWAYS_READY_INSTANCES=${always_ready:-0} ALERT_EMAIL=$email"
}

show_what_would_change() {
    step "Show what would change" "Read Azure's message above."
    show_parameters_of_main
    with_parameters ask '' deployment sub what-if --subscription "$subscription" --location "$location" \
        --name "imagescan-main-$location-${group:0:40}" --parameters "$here/main.bicepparam"
}

deploy_infrastructure() {
    local told out=properties.outputs
    step "Deploy the app and what it needs into $group (some minutes)" \
        "Read Azure's message above. AuthorizationFailed: have Owner on the subscription, or Contributor and User Access Administrator."
    show_parameters_of_main
    told=$(with_parameters ask "FUNCTION-APP https://FUNCTION-APP.azurewebsites.net STORAGE-ACCOUNT PRINCIPAL-ID REGISTRY ACTION-GROUP" \
        deployment sub create --subscription "$subscription" --location "$location" \
        --name "imagescan-main-$location-${group:0:40}" --parameters "$here/main.bicepparam" \
        --query "join(' ', [$out.functionAppName.value, $out.functionAppUrl.value, $out.storageAccountName.value, $out.appPrincipalId.value, $out.registryName.value || '-', $out.actionGroupId.value])")
    read -r function_app url storage_account principal registry action_group <<<"$told"
    [ -n "$principal" ] || stop "The deployment did not tell its outputs."
    gave_secrets=$token$user$webhook$registry_credentials
    gave_secrets=${gave_secrets:+yes}
    token='' token_at_hand='' user='' password='' webhook='' registry_credentials=''
}

read_secrets_anew() { # By itself Azure looks into the vault once a day.
    [ -n "$app" ] && [ "$gave_secrets" = yes ] || return 0
    step "Have $app read its secrets from the vault" "The same later: Azure does it within 24 hours, and at every change of the app's settings."
    tell rest --method post \
        --url "$ARM/subscriptions/$subscription/resourceGroups/$group/providers/Microsoft.Web/sites/$app/config/configreferences/appsettings/refresh?api-version=2022-03-01"
}

mirror_images() {
    local source
    [ "$mirrors_images" = true ] || return 0
    for source in $SCANNER_SOURCE $COURIER_SOURCE; do
        step "Copy $source to the registry $registry" \
            "Docker Hub refuses for a while where too much was pulled: go on later, or without --mirror-images."
        tell acr import --subscription "$subscription" --name "$registry" --source "$source" --image "${source#*/}" --force
    done
}

deploy_code() {
    step "Build the package" "See the message above; nothing on Azure has changed by it."
    if [ "$dry_run" = yes ]; then
        echo "  (cd$(shown "${here%/*}") && python3 -m local.system.package .local/package/imagescan.zip)"
    else
        (cd "$here/.." && python3 -m local.system.package .local/package/imagescan.zip)
    fi
    step "Deploy the code to $function_app (some minutes: Azure installs the packages)" \
        "Roles that were given just now may need some minutes. The log: az functionapp log deployment show --subscription $subscription -g $group -n $function_app"
    tell functionapp deployment source config-zip --subscription "$subscription" --resource-group "$group" --name "$function_app" \
        --src "${here%/*}/.local/package/imagescan.zip" --build-remote true --timeout 900
    step "Wait until Azure has found the functions" \
        "$url/api/health names what is wrong with the settings; what a function raised stands in Application Insights."
    wait_until 40 15 ask on_container_deployed functionapp function list --subscription "$subscription" \
        --resource-group "$group" --name "$function_app" --query "[?ends_with(name, '/on_container_deployed')].name" >/dev/null
}

check_no_keys() {
    local found
    step "See that no storage key stands among the app's settings" \
        "Delete them: az functionapp config appsettings delete --subscription $subscription -g $group -n $function_app --setting-names NAME..."
    found=$(ask '' functionapp config appsettings list --subscription "$subscription" --resource-group "$group" \
        --name "$function_app" --query "[?name=='AzureWebJobsStorage' || contains(to_string(value), 'AccountKey=')].name")
    [ -z "$found" ] || stop "These settings hold a key: $found"
}

watch_subscriptions() {
    local one
    watched_json=''
    for one in $watched; do
        [ "$one" = "$subscription" ] || register_providers "$one" Microsoft.EventGrid Microsoft.Insights
        add_watched "$one"
    done
    watched_json="[${watched_json#,}]"
    step "Connect Event Grid with the app" \
        "Read Azure's message above. Roles that were given just now may need some minutes."
    show_parameters "WATCHED=$watched_json" "FUNCTION_APP=$function_app STORAGE_ACCOUNT=$storage_account APP_PRINCIPAL_ID=$principal ACTION_GROUP_ID=$action_group"
    with_parameters tell deployment sub create --subscription "$subscription" --location "$location" \
        --name "imagescan-watch-$location-${group:0:40}" --parameters "$here/watch.bicepparam"
}

unwatch_subscriptions() { # Those of before that are not meant any more.
    local one
    for one in ${kept_watched//,/ }; do
        ! is_in "$one" "$watched" || continue
        remove_event_subscriptions "$one"
        remove_roles "$one" "$principal" 'Image scan reader'
    done
}

add_watched() { # SUBSCRIPTION: Azure allows it one system topic; somebody may have made it already
    local of=$1 topic name place identity exists=false
    step "Look for a system topic of subscription $of" "See that you may read Event Grid in $of."
    topic=$(ask '' eventgrid system-topic list --subscription "$of" \
        --query "[?ends_with(topicType, 'ubscriptions')].[join(' ', [name, resourceGroup, to_string(identity.type)])] | [0]")
    read -r name place identity <<<"$topic"
    if [ -n "$name" ] && ! same "$place" "$group-events"; then
        exists=true
        [[ $identity == *SystemAssigned* ]] || stop "The topic $name has no identity to write dead letters with. Give it one: az eventgrid system-topic update --subscription $of -g $place -n $name --identity systemassigned"
    else
        name=imagescan place=$group-events
    fi
    watched_json="$watched_json,{\"subscriptionId\":\"$of\",\"topicResourceGroupName\":\"$place\",\"topicName\":\"$name\",\"topicExists\":$exists}"
}
