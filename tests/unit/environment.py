"""An environment in which the app's settings are complete."""

from imagescan.settings import Settings, read_settings

COMPLETE = {
    "AZURE_SUBSCRIPTION_ID": "11111111-2222-3333-4444-555555555555",
    "QSCANNER_RESOURCE_GROUP": "qscanner-rg",
    "AZURE_REGION": "westeurope",
    "QUALYS_ACCESS_TOKEN": "made-up.token_for-tests.0123456789",
    "QUALYS_POD": "US1",
    "STORAGE_ACCOUNT_NAME": "storage",
}

# What makes the profile legacy, beside COMPLETE without its access token.
LOGIN = {
    "QUALYS_ACCESS_TOKEN": "",
    "QUALYS_USERNAME": "acme_user1",
    "QUALYS_PASSWORD": "made-up-password",
}


def settings(**changed: str) -> Settings:
    """Complete settings, save for the ones named."""
    return read_settings(COMPLETE | changed)
