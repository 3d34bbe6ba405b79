metadata description = 'Who the app is, and who its scans are. The app acts on Azure; a scan may only pull images.'

import { Tags } from '../types.bicep'

param location string
param appName string
param scanName string
param tags Tags

var identityOperator = 'f1a07417-d97a-45cb-824c-7a7467783830'

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: appName
  location: location
  tags: tags
}

// Only pulls images. It outlives every scan: a group whose identity is gone cannot be deleted.
resource scan 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: scanName
  location: location
  tags: tags
}

resource appAssignsIt 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(scan.id, 'app', identityOperator)
  scope: scan
  properties: {
    principalId: app.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', identityOperator)
    description: 'Managed Identity Operator'
  }
}

output appPrincipalId string = app.properties.principalId
output appClientId string = app.properties.clientId
output scanPrincipalId string = scan.properties.principalId
