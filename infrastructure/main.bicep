targetScope = 'subscription'

import { AppSettings, Secrets } from 'types.bicep'

metadata name = 'imagescan'
metadata description = 'The app and all it needs, but for what is watched: watch.bicep connects that, once the code is deployed.'

@description('Region of the app and of its scans.')
param location string

@description('Resource group of the app.')
param resourceGroupName string

@description('Resource group in which scans run; nothing else may live there.')
param scanResourceGroupName string = '${resourceGroupName}-scans'

@description('Secrets to write into the vault now, by the name of their setting.')
param secrets Secrets

@description('Settings that the app reads from the vault: those written now, and those that were before.')
param secretSettings string[]

@description('Settings of the app that are left to you, such as QUALYS_POD or SCAN_TIMEOUT.')
param optionalSettings AppSettings = {}

@description('Ids of the Azure registries that scans may pull from.')
param registryIds string[] = []

@description('Whether the images of scanner and courier come from a registry of their own, to which deploy.sh copies them.')
param mirrorsImages bool = false

@description('Address that alerts are sent to; empty leaves them in the portal alone.')
param alertEmail string = ''

@description('Subnet that the app sends from, delegated to Microsoft.App/environments; empty for none.')
param appSubnetId string = ''

@description('Subnet of the container groups of scans, delegated to them, in this subscription and region; empty for none.')
param scanSubnetId string = ''

@description('Instances that are kept warm for orchestrations and steps; each is billed all the time.')
@minValue(0)
param alwaysReadyInstances int = 0

@description('The most instances that the app scales out to.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 40

@description('Version of Python that the app runs on.')
@allowed(['3.11', '3.12', '3.13'])
param pythonVersion string = '3.12'

// A timer of the app reads its schedule before the app runs: without one it could not be indexed.
var daily = { RESCAN_SCHEDULE: '0 0 3 * * *' }
var suffix = uniqueString(subscription().subscriptionId, toLower(resourceGroupName))
var storageAccountName = 'imagescan${suffix}'
var functionAppName = 'imagescan-${suffix}'
var registryName = 'imagescan${suffix}'
// Docker Hub's names without their host, as `az acr import --image` is told.
var mirrored = {
  QSCANNER_IMAGE: '${registryName}.azurecr.io/qualys/qscanner:latest'
  COURIER_IMAGE: '${registryName}.azurecr.io/azurelinux/busybox:1.36'
}
var identityType = 'Microsoft.ManagedIdentity/userAssignedIdentities'
var appIdentityName = 'imagescan-app-${suffix}'
var scanIdentityName = 'imagescan-scan-${suffix}'
var appIdentityId = resourceId(subscription().subscriptionId, resourceGroupName, identityType, appIdentityName)
var scanIdentityId = resourceId(subscription().subscriptionId, resourceGroupName, identityType, scanIdentityName)
var vaultName = 'imagescan-${take(suffix, 13)}'
var fromVault = toObject(
  secretSettings,
  setting => setting,
  setting => '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=${toLower(replace(setting, '_', '-'))})'
)
var inSubnet = empty(scanSubnetId)
  ? {}
  : {
      SUBNET_ID: scanSubnetId
    }
var tags = { application: 'imagescan' }

resource appGroup 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: resourceGroupName
  location: location
  tags: tags
}

resource scanGroup 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: scanResourceGroupName
  location: location
  tags: tags
}

module identities 'modules/identities.bicep' = {
  scope: appGroup
  params: { location: location, appName: appIdentityName, scanName: scanIdentityName, tags: tags }
}

module storage 'modules/storage.bicep' = {
  scope: appGroup
  params: {
    location: location
    accountName: storageAccountName
    appPrincipalId: identities.outputs.appPrincipalId
    tags: tags
  }
}

module vault 'modules/vault.bicep' = {
  scope: appGroup
  params: {
    location: location
    name: vaultName
    appPrincipalId: identities.outputs.appPrincipalId
    secrets: secrets
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: appGroup
  params: {
    location: location
    suffix: suffix
    appPrincipalId: identities.outputs.appPrincipalId
    tags: tags
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: appGroup
  params: {
    location: location
    insightsId: monitoring.outputs.insightsId
    email: alertEmail
    tags: tags
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: appGroup
  params: { location: location, insightsId: monitoring.outputs.insightsId, tags: tags }
}

module scanGroupRole 'modules/scan-group-role.bicep' = {
  scope: scanGroup
  params: { appPrincipalId: identities.outputs.appPrincipalId }
}

module subnetRole 'modules/subnet-role.bicep' = [
  for id in (empty(scanSubnetId) ? [] : [scanSubnetId]): {
    scope: resourceGroup(split(id, '/')[2], split(id, '/')[4])
    params: {
      networkName: split(id, '/')[8]
      subnetName: last(split(id, '/'))
      appResourceGroupId: appGroup.id
      appPrincipalId: identities.outputs.appPrincipalId
    }
  }
]

module registry 'modules/registry.bicep' = if (mirrorsImages) {
  scope: appGroup
  params: { location: location, name: registryName, tags: tags }
}

module mirrorPull 'modules/acr-pull.bicep' = if (mirrorsImages) {
  scope: appGroup
  params: {
    registryName: registryName
    pullers: [{ identityId: scanIdentityId, principalId: identities.outputs.scanPrincipalId }]
  }
  dependsOn: [registry]
}

module pull 'modules/acr-pull.bicep' = [
  for id in registryIds: {
    scope: resourceGroup(split(id, '/')[2], split(id, '/')[4])
    params: {
      registryName: last(split(id, '/'))
      pullers: [
        { identityId: scanIdentityId, principalId: identities.outputs.scanPrincipalId }
        { identityId: appIdentityId, principalId: identities.outputs.appPrincipalId }
      ]
    }
  }
]

module app 'modules/function-app.bicep' = {
  scope: appGroup
  params: {
    location: location
    name: functionAppName
    identityId: appIdentityId
    identityClientId: identities.outputs.appClientId
    storageAccountName: storageAccountName
    deploymentContainerUrl: storage.outputs.deploymentContainerUrl
    insightsConnectionString: monitoring.outputs.connectionString
    subnetId: appSubnetId
    alwaysReadyInstances: alwaysReadyInstances
    maximumInstances: maximumInstances
    pythonVersion: pythonVersion
    settings: union(daily, optionalSettings, mirrorsImages ? mirrored : {}, inSubnet, fromVault, {
      AZURE_SUBSCRIPTION_ID: subscription().subscriptionId
      QSCANNER_RESOURCE_GROUP: scanGroup.name
      AZURE_REGION: location
      STORAGE_ACCOUNT_NAME: storageAccountName
      SCAN_IDENTITY_ID: scanIdentityId
    })
    tags: tags
  }
  dependsOn: [vault]
}

output functionAppName string = functionAppName
output functionAppUrl string = 'https://${app.outputs.hostName}'
output storageAccountName string = storageAccountName
output appPrincipalId string = identities.outputs.appPrincipalId
output registryName string = mirrorsImages ? registryName : ''
output actionGroupId string = alerts.outputs.actionGroupId
