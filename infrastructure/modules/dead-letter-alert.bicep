metadata description = 'Wakes a person when an event could not be delivered: a deployment was not scanned.'

param topicName string
param eventSubscriptionName string

@description('Whom to wake; empty for nobody but the portal.')
param actionGroupId string

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topicName
}

resource alert 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: 'imagescan-dead-letters-${uniqueString(topic.id, eventSubscriptionName)}'
  #disable-next-line no-hardcoded-location // Azure has metric alerts nowhere else.
  location: 'global'
  tags: { application: 'imagescan' }
  properties: {
    description: 'Events could not be delivered; they stand in the container event-dead-letters.'
    severity: 1
    enabled: true
    scopes: [topic.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        for metric in ['DeadLetteredCount', 'DroppedEventCount']: {
          name: metric
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.EventGrid/systemTopics'
          metricName: metric
          operator: 'GreaterThan'
          threshold: 0
          timeAggregation: 'Total'
          dimensions: [{ name: 'EventSubscriptionName', operator: 'Include', values: [eventSubscriptionName] }]
        }
      ]
    }
    autoMitigate: true
    actions: empty(actionGroupId) ? [] : [{ actionGroupId: actionGroupId }]
  }
}
