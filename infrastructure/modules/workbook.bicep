metadata description = 'How scans went, at a glance.'

import { Tags } from '../types.bicep'

param location string
param insightsId string
param tags Tags

var charts = [
  { title: 'How scans ended', query: loadTextContent('../queries/scans-by-result.kql') }
  { title: 'How long scans took', query: loadTextContent('../queries/scan-durations.kql') }
  { title: 'Scans without a result', query: loadTextContent('../queries/failed-scans.kql') }
  { title: 'Steps that failed', query: loadTextContent('../queries/failing-steps.kql') }
]

var items = map(charts, (chart, index) => {
  type: 3
  name: 'query-${index}'
  content: {
    version: 'KqlItem/1.0'
    query: chart.query
    title: chart.title
    timeContext: { durationMs: 604800000 }
    queryType: 0
    resourceType: 'microsoft.insights/components'
  }
})

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'imagescan')
  location: location
  kind: 'shared'
  tags: tags
  properties: {
    displayName: 'Image scans'
    category: 'workbook'
    sourceId: insightsId
    serializedData: string({ version: 'Notebook/1.0', items: items })
  }
}
