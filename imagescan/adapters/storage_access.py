"""How the app reaches its storage account: by its identity, or by a connection string."""

from typing import Any

from imagescan.adapters.arm_access import credential

OPTIONS: dict[str, Any] = {"retry_total": 1, "connection_timeout": 10, "read_timeout": 20}


def open_service(
    service: Any, kind: str, account_name: str | None, connection_string: str | None
) -> Any:
    """A table or blob service client; `kind` is `table` or `blob`, as in the account's address."""
    if connection_string:
        return service.from_connection_string(connection_string, **OPTIONS)
    address = f"https://{account_name}.{kind}.core.windows.net"
    return service(address, credential=credential(), **OPTIONS)
