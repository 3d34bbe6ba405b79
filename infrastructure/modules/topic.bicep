metadata description = 'What happens to the resources of this subscription.'

param name string

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: name
  #disable-next-line no-hardcoded-location // Events of a subscription belong to no region.
  location: 'global'
  identity: { type: 'SystemAssigned' }
  properties: {
    source: subscription().id
    topicType: 'Microsoft.Resources.Subscriptions'
  }
  tags: { application: 'imagescan' }
}
