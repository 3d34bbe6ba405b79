"""What is known from outside the templates: roles, the platform's settings, the app's own."""

import re
from functools import cache

from tests.infrastructure.compiler import ROOT

# azure-docs, role-based-access-control/built-in-roles; by the type of the resource they are for.
ROLES = {
    "Microsoft.Storage/storageAccounts": {
        "Storage Blob Data Owner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        "Storage Queue Data Contributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
        "Storage Table Data Contributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
    },
    "Microsoft.KeyVault/vaults": {
        "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
    },
    "Microsoft.ManagedIdentity/userAssignedIdentities": {
        "Managed Identity Operator": "f1a07417-d97a-45cb-824c-7a7467783830",
    },
    "Microsoft.Insights/components": {
        "Monitoring Metrics Publisher": "3913510d-42f4-4e42-8a64-420c390055eb",
    },
}
# azure-docs, azure-functions/functions-app-settings; AZURE_CLIENT_ID is azure-identity's, what
# disables something azure-monitor-opentelemetry-exporter's.
OF_THE_PLATFORM = {
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED",
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "AZURE_CLIENT_ID",
    "AzureWebJobsStorage__accountName",
    "AzureWebJobsStorage__clientId",
    "AzureWebJobsStorage__credential",
}
INSIGHTS = (
    "InstrumentationKey=00000000-1111-2222-3333-444444444444;"
    "IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/"
)
# Settings that are secrets, with values such as the vault would give.
SECRETS = {
    "QUALYS_ACCESS_TOKEN": "made-up.token_for-tests.0123456789",
    "QUALYS_USERNAME": "a user",
    "QUALYS_PASSWORD": 'it\'s a "password" with $ and spaces',
    "REGISTRY_CREDENTIALS": '{"registry.example.com": {"username": "u", "password": "p"}}',
    "NOTIFY_WEBHOOK_URL": "https://hooks.example.com/secret",
}


@cache
def settings_read_by_the_app() -> frozenset[str]:
    """The names under which the app's settings are read, as the code has them."""
    source = (ROOT / "imagescan/settings.py").read_text()
    timers = (ROOT / "triggers/timers.py").read_text()
    scheduled = re.findall(r'schedule="%([A-Z_]+)%"', timers)
    return frozenset([*re.findall(r'(?:reader|self)\.\w+\(\s*"([A-Z_]+)"', source), *scheduled])
