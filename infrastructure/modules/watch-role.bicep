targetScope = 'subscription'

metadata description = 'Lets the app read what runs images in a watched subscription.'

param appPrincipalId string
param appResourceGroupName string

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, appResourceGroupName, 'imagescan reader')
  properties: {
    // Unique in the tenant, as Azure asks of the names of roles.
    roleName: 'Image scan reader (${uniqueString(subscription().id, appResourceGroupName)})'
    description: 'Reads the container groups, container apps and jobs whose images are scanned.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [
      {
        actions: [
          'Microsoft.ContainerInstance/containerGroups/read'
          'Microsoft.App/containerApps/read'
          'Microsoft.App/containerApps/revisions/read'
          'Microsoft.App/jobs/read'
        ]
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, appResourceGroupName, role.id)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: role.id
  }
}
