# shellcheck shell=bash disable=SC2034,SC2154
# What deploy.sh looks at and chooses before it deploys anything. It works on deploy.sh's variables.

# Settings of the app that are yours to choose; what you have set on the app stays.
OPTIONAL_SETTINGS='QUALYS_POD QSCANNER_PROFILE QSCANNER_IMAGE COURIER_IMAGE SCAN_TIMEOUT EXPECTED_SCAN_SECONDS SCAN_CACHE_HOURS MAX_CONCURRENT_SCANS QSCANNER_CPU QSCANNER_MEMORY_GB ALLOWED_REGISTRIES REGISTRY_MIRROR RESCAN_SCHEDULE ACCESS_TOKEN_WARNING_DAYS VCPU_SECOND_USD GB_SECOND_USD'
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

check_settings() { # by the app's own rules; what was not given is not looked at
    local problems token=$token user=$user password=$password # as far as they will be used
    if ! is_recent_python; then
        [ "$dry_run" = no ] || echo "The settings were not checked: there is no python3 of 3.11 or later here."
        return 0
    fi
    [ "$wants_token" = no ] || user='' password=''
    [ -n "$token_at_hand" ] || [ "$dry_run" = no ] || token=''
    problems=$(cd "$here/.." && SETTINGS=$settings QUALYS_ACCESS_TOKEN=$token QUALYS_USERNAME=$user QUALYS_PASSWORD=$password \
        NOTIFY_WEBHOOK_URL=$webhook REGISTRY_CREDENTIALS=$registry_credentials python3 -B -m infrastructure.check_settings)
    [ -z "$problems" ] || refuse "$problems"
}

is_recent_python() {
    command -v python3 >/dev/null && python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'
}

check_prerequisites() {
    local version
    step "Look for az, its Bicep and your sign-in" \
        "Install the Azure CLI 2.60 or later and sign in with 'az login'; 'az account list' names the subscriptions that you may use."
    need_az
    if [ "$dry_run" = no ]; then
        need curl "https://curl.se"
        need python3 "https://www.python.org"
        is_recent_python || stop "python3 is older than 3.11."
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
    found "$cores cores: at most $most_scans scans at a time."
}

check_region() {
    local found
    step "See that $location has Flex Consumption" "Take another region: az functionapp list-flexconsumption-locations"
    found=$(ask "$location" functionapp list-flexconsumption-locations --subscription "$subscription" \
        --query "[?name=='$location'].name | [0]")
    [ -n "$found" ] || stop "Azure Functions has no Flex Consumption in $location."
}

find_what_is_there() {
    local is_there names='' one
    app='' kept='[]' kept_secrets='' kept_watched='' kept_most='' kept_scan_subnet='' kept_app_subnet=''
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
    kept_scan_subnet=$(settings_of_app "[?name=='SUBNET_ID'].value | [0]")
    kept_app_subnet=$(ask '' functionapp show --subscription "$subscription" --resource-group "$group" --name "$app" \
        --query virtualNetworkSubnetId)
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
        [ "$password_was_typed" = no ] || echo "A password in a command shows in lists of processes; QUALYS_PASSWORD in the environment does not."
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

find_subnets() { # What was chosen before stays; `none` ends it.
    app_subnet=${app_subnet:-$kept_app_subnet} scan_subnet=${scan_subnet:-$kept_scan_subnet}
    [ "$app_subnet" != none ] || app_subnet=''
    [ "$scan_subnet" != none ] || scan_subnet=''
    [ -z "$app_subnet" ] || {
        register_providers "$subscription" Microsoft.App
        find_subnet "$app_subnet" Microsoft.App/environments
    }
    [ -z "$scan_subnet" ] || find_subnet "$scan_subnet" Microsoft.ContainerInstance/containerGroups
}

find_subnet() { # ID, WHAT IT HAS TO BE DELEGATED TO
    local found delegated way_out
    step "Look at the subnet $1" "Delegate it: az network vnet subnet update --ids $1 --delegations $2"
    found=$(ask "$2 NAT-GATEWAY" network vnet subnet show --ids "$1" \
        --query "join(' ', [delegations[0].serviceName || '-', natGateway.id || '-'])")
    read -r delegated way_out <<<"$found"
    same "$delegated" "$2" || stop "It is delegated to $delegated, and has to be to $2."
    [ "$way_out" != - ] || echo "It has no NAT gateway: what is in it reaches Azure, Qualys and registries only if something else leads out."
}
