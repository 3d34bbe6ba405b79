metadata description = 'Lets the app put the container groups of scans into a subnet, and nothing else with it.'

param networkName string
param subnetName string
param appPrincipalId string
param appResourceGroupId string

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' existing = {
  name: networkName

  resource subnet 'subnets' existing = {
    name: subnetName
  }
}

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(network::subnet.id, appResourceGroupId, 'imagescan subnet')
  properties: {
    // Unique in the tenant, as Azure asks of the names of roles.
    roleName: 'Image scan subnet (${uniqueString(network::subnet.id, appResourceGroupId)})'
    description: 'Joins the container groups of image scans to their subnet.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: ['Microsoft.Network/virtualNetworks/subnets/join/action']
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(network::subnet.id, 'app', role.id)
  scope: network::subnet
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: role.id
  }
}
