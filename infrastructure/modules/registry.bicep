metadata description = 'A registry for the images of scanner and courier, read by identity only.'

import { Tags } from '../types.bicep'

param location string
param name string
param tags Tags

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' = {
  name: name
  location: location
  sku: { name: 'Basic' }
  tags: tags
  properties: { adminUserEnabled: false, anonymousPullEnabled: false }
}
