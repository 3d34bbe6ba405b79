metadata description = 'The shapes that modules hand on.'

@export()
type Tags = {
  application: string
}

@export()
@description('Settings of the app by name.')
type AppSettings = {
  *: string
}

@export()
@description('Secrets by the name of the setting that they are for; an empty one is not written.')
@secure()
type Secrets = {
  *: string
}

@export()
@description('A subscription to watch, and its system topic. Azure allows one topic for a subscription; where there is one already it is used.')
type Watched = {
  subscriptionId: string
  topicResourceGroupName: string
  topicName: string
  topicExists: bool
}

@export()
@description('An identity that may pull from a registry.')
type Puller = {
  identityId: string
  principalId: string
}
