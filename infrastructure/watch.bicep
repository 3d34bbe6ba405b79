targetScope = 'subscription'

import { Watched } from 'types.bicep'

metadata name = 'imagescan, what it watches'
metadata description = 'Connects subscriptions to the app. It comes after the code: Event Grid wants the function to exist.'

@description('Region of the resource groups that hold the topics; the topics themselves are global.')
param location string

@description('Every subscription whose deployments are scanned.')
param watched Watched[]

@description('Resource group of the app, in the subscription that this is deployed to.')
param resourceGroupName string

@description('Resource group of the scans, in the same subscription: its events are left out.')
param scanResourceGroupName string

@description('Outputs of main.bicep.')
param functionAppName string
param storageAccountName string
param appPrincipalId string
param actionGroupId string = ''

var functionId = resourceId(
  subscription().subscriptionId,
  resourceGroupName,
  'Microsoft.Web/sites/functions',
  functionAppName,
  'on_container_deployed'
)
var eventSubscriptionName = 'imagescan-${uniqueString(functionId)}'
var scansPrefix = '/subscriptions/${subscription().subscriptionId}/resourceGroups/${scanResourceGroupName}/'

module reader 'modules/watch-role.bicep' = [
  for one in watched: {
    scope: subscription(one.subscriptionId)
    params: { appPrincipalId: appPrincipalId, appResourceGroupName: resourceGroupName }
  }
]

module topicGroup 'modules/topic-group.bicep' = [
  for one in watched: if (!one.topicExists) {
    scope: subscription(one.subscriptionId)
    params: { location: location, name: one.topicResourceGroupName }
  }
]

module topic 'modules/topic.bicep' = [
  for (one, index) in watched: if (!one.topicExists) {
    scope: resourceGroup(one.subscriptionId, one.topicResourceGroupName)
    params: { name: one.topicName }
    dependsOn: [topicGroup[index]]
  }
]

module deadLetterAccess 'modules/dead-letter-access.bicep' = [
  for (one, index) in watched: {
    scope: resourceGroup(resourceGroupName)
    params: {
      storageAccountName: storageAccountName
      topicId: resourceId(
        one.subscriptionId,
        one.topicResourceGroupName,
        'Microsoft.EventGrid/systemTopics',
        one.topicName
      )
    }
    dependsOn: [topic[index]]
  }
]

module deployments 'modules/event-subscription.bicep' = [
  for (one, index) in watched: {
    scope: resourceGroup(one.subscriptionId, one.topicResourceGroupName)
    params: {
      topicName: one.topicName
      name: eventSubscriptionName
      functionId: functionId
      excludedPrefix: scansPrefix
      deadLetterAccountId: resourceId(
        subscription().subscriptionId,
        resourceGroupName,
        'Microsoft.Storage/storageAccounts',
        storageAccountName
      )
    }
    dependsOn: [deadLetterAccess[index]]
  }
]

module deadLetterAlert 'modules/dead-letter-alert.bicep' = [
  for (one, index) in watched: {
    scope: resourceGroup(one.subscriptionId, one.topicResourceGroupName)
    params: {
      topicName: one.topicName
      eventSubscriptionName: eventSubscriptionName
      actionGroupId: actionGroupId
    }
    dependsOn: [deployments[index]]
  }
]
