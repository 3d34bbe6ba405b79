targetScope = 'subscription'

metadata description = 'A resource group for the topic of a watched subscription.'

param location string
param name string

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: name
  location: location
  tags: { application: 'imagescan' }
}
