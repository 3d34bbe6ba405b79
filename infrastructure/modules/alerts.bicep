metadata description = 'What wakes a person, by what the app logs; the queries are tested against the app.'

import { Tags } from '../types.bicep'

param location string
param insightsId string

@description('Where alerts are sent to; without one they are in the portal alone.')
param email string
param tags Tags

type Rule = {
  name: string
  description: string
  query: string
  severity: int
  operator: ('GreaterThan' | 'LessThan')
  threshold: int
  windowSize: string
}

var rules Rule[] = [
  {
    name: 'failed-scans'
    description: 'Scans ended without a result; the exceptions tell why.'
    query: loadTextContent('../queries/failed-scans.kql')
    severity: 2
    operator: 'GreaterThan'
    threshold: 0
    windowSize: 'PT15M'
  }
  {
    name: 'groups-not-gone'
    description: 'A container group was not confirmed gone. The reaper goes on trying; it may cost money until then.'
    query: loadTextContent('../queries/groups-not-gone.kql')
    severity: 1
    operator: 'GreaterThan'
    threshold: 0
    windowSize: 'PT15M'
  }
  {
    name: 'reaper-silent'
    description: 'The reaper has not looked for an hour: what scans leave behind is not removed.'
    query: loadTextContent('../queries/reaper-looked.kql')
    severity: 1
    operator: 'LessThan'
    threshold: 1
    windowSize: 'PT1H'
  }
  {
    name: 'orchestrations-pending'
    description: 'Orchestrations wait for over ten minutes: scans do not start. Restart the app.'
    query: loadTextContent('../queries/orchestrations-pending.kql')
    severity: 1
    operator: 'GreaterThan'
    threshold: 0
    windowSize: 'PT15M'
  }
  {
    name: 'access-token-expires'
    description: 'QUALYS_ACCESS_TOKEN has expired or soon will: scans then end as scanner_auth_failed. Renew it.'
    query: loadTextContent('../queries/access-token-expires.kql')
    severity: 2
    operator: 'GreaterThan'
    threshold: 0
    windowSize: 'P1D'
  }
]

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'imagescan'
  #disable-next-line no-hardcoded-location // Azure has action groups nowhere else.
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'imagescan'
    enabled: true
    emailReceivers: [{ name: 'operators', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource rule 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for one in rules: {
    name: 'imagescan-${one.name}'
    location: location
    kind: 'LogAlert'
    tags: tags
    properties: {
      displayName: 'imagescan: ${one.name}'
      description: one.description
      severity: one.severity
      enabled: true
      scopes: [insightsId]
      evaluationFrequency: 'PT15M'
      windowSize: one.windowSize
      criteria: {
        allOf: [
          {
            query: one.query
            timeAggregation: 'Count'
            operator: one.operator
            threshold: one.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      autoMitigate: true
      actions: { actionGroups: empty(email) ? [] : [group.id] }
    }
  }
]

output actionGroupId string = empty(email) ? '' : group.id
