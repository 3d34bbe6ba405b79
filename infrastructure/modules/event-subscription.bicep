metadata description = 'Tells the app of deployments and deletions: of these operations only, and never of its own scans.'

param topicName string
param name string
param functionId string

@description('Start of the ids of resources whose events are left out.')
param excludedPrefix string
param deadLetterAccountId string

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topicName
}

resource eventSubscription 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: name
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    destination: {
      endpointType: 'AzureFunction'
      properties: { resourceId: functionId, maxEventsPerBatch: 1, preferredBatchSizeInKilobytes: 64 }
    }
    filter: {
      includedEventTypes: [
        'Microsoft.Resources.ResourceWriteSuccess'
        'Microsoft.Resources.ResourceDeleteSuccess'
      ]
      enableAdvancedFilteringOnArrays: false
      // Event Grid compares without regard to case, as Azure spells ids with any.
      advancedFilters: [
        {
          operatorType: 'StringIn'
          key: 'data.operationName'
          values: [
            'Microsoft.ContainerInstance/containerGroups/write'
            'Microsoft.App/containerApps/write'
            'Microsoft.App/jobs/write'
            'Microsoft.ContainerInstance/containerGroups/delete'
            'Microsoft.App/containerApps/delete'
            'Microsoft.App/jobs/delete'
          ]
        }
        {
          operatorType: 'StringNotBeginsWith'
          key: 'subject'
          values: [excludedPrefix]
        }
      ]
    }
    // A day of trying, after which the event stands in the dead letters.
    retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }
    deadLetterWithResourceIdentity: {
      identity: { type: 'SystemAssigned' }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: { resourceId: deadLetterAccountId, blobContainerName: 'event-dead-letters' }
      }
    }
  }
}
