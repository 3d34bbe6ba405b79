"""Blobs on Azure Blob Storage."""

from functools import cached_property
from typing import TYPE_CHECKING

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError

from imagescan.adapters.azure_errors import transient_errors
from imagescan.adapters.storage_access import open_service

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient


class AzureBlobs:
    """One private container; it is created when it is first used."""

    def __init__(
        self, container: str, account_name: str | None, connection_string: str | None
    ) -> None:
        """Nothing is contacted yet."""
        self._name = container
        self._account = (account_name, connection_string)

    @cached_property
    def _container(self) -> "ContainerClient":
        # 0.2 s and 45 MB: what starts without touching a report does not pay for it.
        from azure.storage.blob import BlobServiceClient  # noqa: PLC0415

        service = open_service(BlobServiceClient, "blob", *self._account)
        container: ContainerClient = service.get_container_client(self._name)
        with transient_errors(f"creating container {self._name}"):
            try:
                container.create_container()
            except ResourceExistsError:
                pass
        return container

    def put(self, name: str, content: bytes) -> None:
        """See `Blobs.put`."""
        with transient_errors("writing a report"):
            self._container.upload_blob(name, content, overwrite=True)

    def get(self, name: str) -> bytes | None:
        """See `Blobs.get`."""
        with transient_errors("reading a report"):
            try:
                return self._container.download_blob(name).readall()
            except ResourceNotFoundError:
                return None
