"""How the app reaches Azure Resource Manager: address, identity, patience."""

from functools import cache
from typing import Any

from azure.core.credentials import AccessToken
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.identity import DefaultAzureCredential


class _NoCredential:
    """For the emulator, which is reached over plain http: no token may go there."""

    def get_token(self, *_: str, **__: Any) -> AccessToken:
        raise AssertionError("No token is asked for over plain http.")


@cache
def credential() -> DefaultAzureCredential:
    """The app's identity: on Azure its managed identity (AZURE_CLIENT_ID names which)."""
    return DefaultAzureCredential()


def client_options(endpoint: str, transport: Any = None) -> dict[str, Any]:
    """Arguments for a management client at `endpoint`, on azure-core's transport or on this one.

    azure-core would retry ten times and sleep whole Retry-After headers inside the step; here it
    tries twice, and a durable timer waits.
    """
    options: dict[str, Any] = {
        "base_url": endpoint,
        "retry_total": 1,
        "retry_status": 0,
        "connection_timeout": 10,
        "read_timeout": 20,
    }
    if transport is not None:
        options["transport"] = transport
    if endpoint.startswith("https://"):
        return {"credential": credential(), **options}
    policy: SansIOHTTPPolicy[Any, Any] = SansIOHTTPPolicy()
    return {"credential": _NoCredential(), "authentication_policy": policy, **options}
