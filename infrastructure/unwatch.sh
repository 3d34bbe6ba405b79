# shellcheck shell=bash disable=SC2034,SC2154
# What the app has in a subscription that it watches no more. It works on $subscription and $group.

# Event subscriptions of others on a topic that was made for the app.
others=''

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

remove_roles() { # SUBSCRIPTION, PRINCIPAL, START OF ROLES' NAMES: what it may do there, and the roles made for that
    local of=$1 given id name role scope
    step "Remove what the app and its scans may do in $of" "Somebody with Owner or User Access Administrator on $of can do this."
    given=$(ask "ASSIGNMENT|Image scan ...|ROLE|SCOPE" role assignment list --subscription "$of" --all --assignee-object-id "$2" \
        --fill-principal-name false --query "[?starts_with(roleDefinitionName, '$3')].join('|', [id, roleDefinitionName, roleDefinitionId, scope])")
    while IFS='|' read -r id name role scope; do
        [ -n "$id" ] || continue
        tell role assignment delete --subscription "$of" --ids "$id"
        [[ $name != 'Image scan '* ]] || tell role definition delete --subscription "$of" --name "${role##*/}" --scope "${scope%%/providers/*}" --custom-role-only true
    done <<<"$given"
}
