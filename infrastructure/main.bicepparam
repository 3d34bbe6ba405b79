using 'main.bicep'

// deploy.sh hands everything over in the environment: secrets so stand in no file and no argument list.
param location = readEnvironmentVariable('LOCATION')
param resourceGroupName = readEnvironmentVariable('RESOURCE_GROUP')
param scanResourceGroupName = readEnvironmentVariable('SCAN_RESOURCE_GROUP')
param secrets = {
  QUALYS_ACCESS_TOKEN: readEnvironmentVariable('QUALYS_ACCESS_TOKEN', '')
  QUALYS_USERNAME: readEnvironmentVariable('QUALYS_USERNAME', '')
  QUALYS_PASSWORD: readEnvironmentVariable('QUALYS_PASSWORD', '')
  REGISTRY_CREDENTIALS: readEnvironmentVariable('REGISTRY_CREDENTIALS', '')
  NOTIFY_WEBHOOK_URL: readEnvironmentVariable('NOTIFY_WEBHOOK_URL', '')
}

// Names, separated by spaces: of the secrets above, and of those that the vault has from before.
param secretSettings = filter(split(readEnvironmentVariable('SECRET_SETTINGS'), ' '), name => !empty(name))
param registryIds = filter(split(readEnvironmentVariable('REGISTRY_IDS', ''), ' '), id => !empty(id))
param mirrorsImages = bool(readEnvironmentVariable('MIRRORS_IMAGES', 'false'))
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
param appSubnetId = readEnvironmentVariable('APP_SUBNET_ID', '')
param scanSubnetId = readEnvironmentVariable('SCAN_SUBNET_ID', '')
param alwaysReadyInstances = int(readEnvironmentVariable('ALWAYS_READY_INSTANCES', '0'))

// What was set on the app before stays set: [{name, value}]. What is given now, NAME=VALUE a line, wins.
var kept = toObject(json(readEnvironmentVariable('KEPT_SETTINGS', '[]')), one => one.name, one => one.value)
var lines = filter(split(readEnvironmentVariable('SETTINGS', ''), '\n'), line => contains(line, '='))
var given = toObject(lines, line => first(split(line, '='))!, line => substring(line, indexOf(line, '=') + 1))
param optionalSettings = union(kept, given)
