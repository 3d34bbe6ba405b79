metadata description = 'Lets the app ask a registry for digests, and scans pull from it.'

import { Puller } from '../types.bicep'

param registryName string
param pullers Puller[]

var acrPull = '7f951dda-4ed3-4680-a7ca-43fe172d538d'

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = {
  name: registryName
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for one in pullers: {
    name: guid(registry.id, one.identityId, acrPull)
    scope: registry
    properties: {
      principalId: one.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', acrPull)
      description: 'AcrPull'
    }
  }
]
