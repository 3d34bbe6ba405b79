using 'watch.bicep'

// From deploy.sh, as for main.bicepparam. WATCHED is a list of `Watched`, see types.bicep.
param location = readEnvironmentVariable('LOCATION')
param resourceGroupName = readEnvironmentVariable('RESOURCE_GROUP')
param scanResourceGroupName = readEnvironmentVariable('SCAN_RESOURCE_GROUP')
param watched = json(readEnvironmentVariable('WATCHED'))
param functionAppName = readEnvironmentVariable('FUNCTION_APP')
param storageAccountName = readEnvironmentVariable('STORAGE_ACCOUNT')
param appPrincipalId = readEnvironmentVariable('APP_PRINCIPAL_ID')
param actionGroupId = readEnvironmentVariable('ACTION_GROUP_ID', '')
