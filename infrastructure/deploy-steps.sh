# shellcheck shell=bash disable=SC2034,SC2154
# The steps of deploy.sh, in their order. They work on its variables, which ShellCheck sees only with -x.

# Settings of the app that are yours to choose; what you have set on the app stays.
OPTIONAL_SETTINGS='QUALYS_POD QSCANNER_PROFILE QSCANNER_IMAGE COURIER_IMAGE SCAN_TIMEOUT EXPECTED_SCAN_SECONDS SCAN_CACHE_HOURS MAX_CONCURRENT_SCANS QSCANNER_CPU QSCANNER_MEMORY_GB ALLOWED_REGISTRIES REGISTRY_MIRROR RESCAN_SCHEDULE'
# Set from other options; they stay as well.
DERIVED_SETTINGS='WATCHED_SUBSCRIPTIONS'
PROVIDERS='Microsoft.ContainerInstance Microsoft.EventGrid Microsoft.Insights Microsoft.KeyVault Microsoft.ManagedIdentity Microsoft.OperationalInsights Microsoft.Storage Microsoft.Web'
ARM=https://management.azure.com
SCANNER_SOURCE=docker.io/qualys/qscanner:latest
COURIER_SOURCE=mcr.microsoft.com/azurelinux/busybox:1.36
VERIFICATION_IMAGE=$COURIER_SOURCE
# MAX_CONCURRENT_SCANS where the quota allows it, and what ACI may count for a group of two cores in
# two containers: fractions may be rounded up.
MOST_SCANS=20
CORES_PER_SCAN=3

check_prerequisites() {
    local version
    step "Look for az, its Bicep and your sign-in" \
        "Install the Azure CLI 2.60 or later and sign in with 'az login'; 'az account list' names the subscriptions that you may use."
    if [ "$dry_run" = no ]; then
        need az "https://learn.microsoft.com/cli/azure/install-azure-cli"
        need curl "https://curl.se"
        need python3 "https://www.python.org"
        python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || stop "python3 is older than 3.11."
    fi
    version=$(ask 2.60.0 version --query '"azure-cli"')
    is_recent "$version" || stop "The Azure CLI $version is older than 2.60: run 'az upgrade'."
    prepare account show --subscription "$subscription"
    prepare bicep install
}

is_recent() { # VERSION OF az: 2.60 knows Flex Consumption
    local major minor
    IFS=. read -r major minor _ <<<"$1"
    [[ $major =~ ^[0-9]+$ && $minor =~ ^[0-9]+$ ]] || return 1
    [ "$major" -gt 2 ] || { [ "$major" = 2 ] && [ "$minor" -ge 60 ]; }
}

register_needed_providers() {
    local more=''
    [ "$mirrors_images" = false ] || more=Microsoft.ContainerRegistry
    # shellcheck disable=SC2086 # lists of names
    register_providers "$subscription" $PROVIDERS $more
}

register_providers() { # SUBSCRIPTION, PROVIDER...
    local of=$1 known one
    shift
    step "Register resource providers in $of" \
        "Somebody with Contributor on $of runs 'az provider register --subscription $of --namespace NAME' for what is missing."
    known=$(ask '' provider list --subscription "$of" --query "[?registrationState=='Registered'].namespace")
    for one in "$@"; do
        is_in "$one" "$known" || tell provider register --subscription "$of" --namespace "$one" --wait
    done
}

check_quota() {
    local cores place="subscriptions/$subscription/providers/Microsoft.ContainerInstance/locations/$location"
    step "Look at the quota of container groups in $location" \
        "Ask for StandardCores of Azure Container Instances in $location (portal, Quotas), or take another region."
    cores=$(ask 100 rest --method get --url "$ARM/$place/usages?api-version=2023-05-01" \
        --query "value[?name.value=='StandardCores'].limit | [0]")
    cores=${cores%.0}
    [[ $cores =~ ^[0-9]+$ ]] || stop "Azure does not tell how many cores container groups may have in $location."
    most_scans=$((cores / CORES_PER_SCAN))
    [ "$most_scans" -gt 0 ] || stop "$cores cores are too few for one scan."
    [ "$most_scans" -lt "$MOST_SCANS" ] || most_scans=$MOST_SCANS
    echo "$cores cores: at most $most_scans scans at a time."
}

find_what_is_there() {
    local is_there names='' one
    app='' kept='[]' kept_secrets='' kept_watched='' kept_most=''
    step "Look for an earlier deployment in $group" "See that you may read the resource group $group and Key Vault."
    is_there=$(ask false group exists --subscription "$subscription" --name "$group")
    [ "$is_there" != true ] || app=$(ask '' functionapp list --subscription "$subscription" --resource-group "$group" \
        --query "[?tags.application=='imagescan'].name | [0]")
    if [ -z "$app" ]; then
        recover_vault
        return
    fi
    for one in $OPTIONAL_SETTINGS $DERIVED_SETTINGS; do names="$names,'$one'"; done
    kept=$(az functionapp config appsettings list --subscription "$subscription" --resource-group "$group" --name "$app" \
        --query "[?contains([${names#,}], name)].{name: name, value: value}" --only-show-errors --output json </dev/null)
    kept_secrets=$(settings_of_app "[?starts_with(to_string(value), '@Microsoft.KeyVault')].name")
    kept_watched=$(settings_of_app "[?name=='WATCHED_SUBSCRIPTIONS'].value | [0]")
    kept_most=$(settings_of_app "[?name=='MAX_CONCURRENT_SCANS'].value | [0]")
    [ -n "$email" ] || email=$(ask '' monitor action-group list --subscription "$subscription" --resource-group "$group" \
        --query "[?name=='imagescan'].emailReceivers[0].emailAddress | [0]")
    [ -n "$always_ready" ] || always_ready=$(ask '' functionapp scale config show --subscription "$subscription" \
        --resource-group "$group" --name "$app" --query "alwaysReady[?name=='durable'].instanceCount | [0]")
    echo "$app is there: what is not given now stays as it is set."
}

settings_of_app() { # QUERY
    ask '' functionapp config appsettings list --subscription "$subscription" --resource-group "$group" --name "$app" --query "$1"
}

recover_vault() { # Purge protection keeps a deleted vault, and its name, for 90 days.
    local vault was_here="properties.tags.application=='imagescan' && contains(properties.vaultId, '/resourceGroups/$group/')"
    vault=$(ask '' keyvault list-deleted --subscription "$subscription" --resource-type vault --query "[?$was_here].name | [0]")
    [ -n "$vault" ] || return 0
    echo "The vault $vault of an earlier deployment comes back."
    tell group create --subscription "$subscription" --name "$group" --location "$location"
    tell keyvault recover --subscription "$subscription" --resource-group "$group" --name "$vault" --location "$location"
}

choose_credentials() {
    local by_token=QUALYS_ACCESS_TOKEN by_password='QUALYS_USERNAME QUALYS_PASSWORD' replaced='' one
    secret_settings=''
    if [ -n "$token" ]; then
        secret_settings=$by_token replaced=$by_password user='' password=''
        [ -n "$pod" ] || [ -n "$app" ] || refuse "An access token wants --pod, the Qualys platform that issued it, such as US1."
    elif [ -n "$user" ] && [ -n "$password" ]; then
        secret_settings=$by_password replaced=$by_token
        echo "User name and password: scanners are called by the older contract (profile legacy)."
        echo "The published qualys/qscanner wants --pod and --access-token instead."
    elif ! is_in "$by_token" "$kept_secrets" && ! is_in QUALYS_PASSWORD "$kept_secrets"; then
        [ -z "$token_at_hand" ] || refuse "QUALYS_ACCESS_TOKEN is set: give --pod and --access-token to have it used."
        refuse "Give --pod and --access-token, or for scanners of the older contract -n and -w."
    fi
    [ -z "$webhook" ] || secret_settings="$secret_settings NOTIFY_WEBHOOK_URL"
    [ -z "$registry_credentials" ] || secret_settings="$secret_settings REGISTRY_CREDENTIALS"
    for one in $kept_secrets; do
        is_in "$one" "$secret_settings $replaced" || secret_settings="$secret_settings $one"
    done
}

choose_scope_and_speed() {
    local one each=''
    watched=${watched:-${kept_watched//,/ }}
    for one in ${watched:-$subscription}; do
        is_in "$one" "$each" || each="$each $one"
    done
    watched=${each# }
    settings="${settings}WATCHED_SUBSCRIPTIONS=${watched// /,}"$'\n'
    [[ $'\n'$settings != *$'\n'MAX_CONCURRENT_SCANS=* ]] || return 0
    if [[ $kept_most =~ ^[0-9]+$ ]] && [ "$kept_most" -le "$most_scans" ]; then
        echo "MAX_CONCURRENT_SCANS stays $kept_most; the quota allows $most_scans."
    else
        settings="${settings}MAX_CONCURRENT_SCANS=$most_scans"$'\n'
    fi
}

find_registries() {
    local one id
    registry_ids=''
    for one in $registries; do
        step "Find the registry $one" "Check its name, and that you may read it in $subscription."
        id=$(ask "/subscriptions/$subscription/resourceGroups/GROUP/providers/Microsoft.ContainerRegistry/registries/$one" \
            acr show --subscription "$subscription" --name "$one" --query id)
        registry_ids="$registry_ids $id"
    done
}

with_parameters() { # COMMAND...: with all that main.bicepparam and watch.bicepparam read
    LOCATION=$location RESOURCE_GROUP=$group SCAN_RESOURCE_GROUP=$group-scans \
        SETTINGS=$settings KEPT_SETTINGS=$kept SECRET_SETTINGS=$secret_settings \
        QUALYS_ACCESS_TOKEN=$token QUALYS_USERNAME=$user QUALYS_PASSWORD=$password \
        NOTIFY_WEBHOOK_URL=$webhook REGISTRY_CREDENTIALS=$registry_credentials \
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
        echo "  python3 -m local.system.package .local/package/imagescan.zip"
    else
        (cd "$here/.." && python3 -m local.system.package .local/package/imagescan.zip)
    fi
    step "Deploy the code to $function_app (some minutes: Azure installs the packages)" \
        "Roles that were given just now may need some minutes. The log: az functionapp log deployment show -g $group -n $function_app"
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
        "Delete them: az functionapp config appsettings delete -g $group -n $function_app --setting-names NAME..."
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

verify() {
    local key scan state rescan
    step "Wait until the app is healthy" "$url/api/health names every problem."
    wait_until 40 15 healthy >/dev/null
    step "Scan $VERIFICATION_IMAGE" "What the app raised stands in Application Insights."
    key=$(ask KEY functionapp keys list --subscription "$subscription" --resource-group "$group" --name "$function_app" \
        --query functionKeys.default)
    scan=$(wait_until 4 15 start_scan "$key")
    step "Wait until scan $scan has begun" \
        "Orchestrations do not start: az functionapp restart -g $group -n $function_app, and look for the scan in Application Insights."
    state=$(wait_until 40 15 state_of "$key" "$scan")
    echo "It is $state: $url/api/scans/$scan"
    case $state in
    failed | timed_out | cancelled) stop "The scan was $state; its reason and remedy stand there." ;;
    esac
    step "Scan what runs already" "Ask for it again: curl -X POST $url/api/rescans -d '{}' -H \"x-functions-key: KEY\""
    rescan=$(wait_until 4 15 start_rescan "$key")
    echo "Rescan $rescan: $url/api/rescans/$rescan"
}

healthy() { # something once it is
    if [ "$dry_run" = yes ]; then
        echo "  curl $url/api/health" >&3
        echo yes
    elif curl --silent --fail --max-time 60 --output /dev/null "$url/api/health"; then
        echo yes
    fi
}

start_scan() { # KEY: the scan's id
    if [ "$dry_run" = yes ]; then
        echo "  curl $url/api/scans --data '{\"image\": \"$VERIFICATION_IMAGE\"}'  # with the function key" >&3
        echo SCAN
    else
        called "$1" "$url/api/scans" --data "{\"image\": \"$VERIFICATION_IMAGE\"}" | told scanId '[0-9a-f-]{36}'
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

state_of() { # KEY, SCAN: its status, once it is past waiting
    if [ "$dry_run" = yes ]; then
        echo "  curl $url/api/scans/$2  # with the function key" >&3
        echo scanning
    else
        called "$1" "$url/api/scans/$2" | told status '(provisioning|scanning|collecting|completed|failed|timed_out|cancelled|skipped)'
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

say_what_next() {
    finish "Done. The app: $url (function app $function_app in $group)"
    cat <<END

See that it works:
  deploy something   az container create -g SOME-GROUP -n try-me --image $VERIFICATION_IMAGE --os-type Linux --cpu 1 --memory 1
  its scan           az container list -g $group-scans --query "[?starts_with(name, 'qscanner-')].{name: name, scan: tags.\"scan-id\"}" -o table
  the key            KEY=\$(az functionapp keys list -g $group -n $function_app --query functionKeys.default -o tsv)
  the newest scans   curl "$url/api/scans?limit=10" -H "x-functions-key: \$KEY"
How to go on: docs/operations.md.
END
}
