metadata description = 'Secrets, readable by the app alone. What is deleted can be had back for 90 days, and not be purged.'

import { Secrets, Tags } from '../types.bicep'

param location string
param name string
param appPrincipalId string
param tags Tags

param secrets Secrets

// The settings of the app that are secrets.
var settings = [
  'QUALYS_ACCESS_TOKEN'
  'QUALYS_USERNAME'
  'QUALYS_PASSWORD'
  'REGISTRY_CREDENTIALS'
  'NOTIFY_WEBHOOK_URL'
]
var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: { family: 'A', name: 'standard' }
    tenantId: tenant().tenantId
    enableRbacAuthorization: true
    enablePurgeProtection: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    publicNetworkAccess: 'Enabled'
  }

  resource secret 'secrets' = [
    for setting in settings: if (!empty(secrets[?setting])) {
      name: toLower(replace(setting, '_', '-'))
      properties: { value: secrets[setting] }
    }
  ]
}

resource appAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, 'app', secretsUser)
  scope: vault
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
    description: 'Key Vault Secrets User'
  }
}
