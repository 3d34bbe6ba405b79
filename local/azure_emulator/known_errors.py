"""Errors that ACI and Azure Resource Manager are known to answer with, by the name a fault gives.

`source` says where code, status and sentence were seen; a status that nobody has published is
marked so. `QuotaLimitZero` is a name of the emulator's: its code on the wire is another's.
"""

from dataclasses import dataclass

from local.azure_emulator.messages import Response, arm_error


@dataclass(frozen=True)
class KnownError:
    """An error as it stands on the wire."""

    status: int
    message: str
    source: str
    code: str | None = None
    retry_after_seconds: int | None = None


SUPPORT = "support article"
QUOTA = (
    "Resource type 'Microsoft.ContainerInstance/containerGroups' container group quota '{quota}' "
    "exceeded in region 'westeurope'. Limit: '{limit}', Usage: '{limit}' Requested: '{asked}'."
)
KNOWN_ERRORS = {
    "TooManyRequests": KnownError(
        429, "The request is being throttled. Please try again after '10' seconds.",
        "learn, request-limits-and-throttling: 429 with Retry-After, of resource providers too",
        retry_after_seconds=10),
    "SubscriptionRequestsThrottled": KnownError(
        429, "Number of 'write' requests for subscription '00000000-0000-0000-0000-000000000000' "
        "actor '00000000-0000-0000-0000-000000000001' exceeded. Please try again after '10' "
        "seconds.", "published replies of Azure Resource Manager", retry_after_seconds=10),
    "ContainerGroupQuotaReached": KnownError(
        400, QUOTA.format(quota="StandardCores", limit=100, asked=2),
        "sentence: azure-docs #51738; code and status: a published Terraform log"),
    "QuotaLimitZero": KnownError(
        409, QUOTA.format(quota="ContainerGroups", limit=0, asked=1),
        f"{SUPPORT} 'container group quota exceeded in region'; status as for capacity",
        code="ServiceUnavailable"),
    "ServiceUnavailable": KnownError(
        409, "The requested resource is not available in the location 'westeurope' at this moment. "
        "Please retry with a different resource request or in another location. Resource "
        "requested: '2' CPU '4' GB memory 'Linux' OS",
        f"{SUPPORT} 'requested resource isn't available in the location'"),
    "RegistryErrorResponse": KnownError(
        409, "An error response is received from the docker registry 'index.docker.io'. Please "
        "retry later.", f"{SUPPORT} 'docker-hub-rate-limit-registryerrorresponse'; status: "
        "Azure-Landing-Zones #2259"),
    "InaccessibleImage": KnownError(
        400, "The image 'qualys/qscanner:latest' in container group 'one' is not accessible. "
        "Please check the image and registry credential.",
        f"{SUPPORT} 'InaccessibleImage'; status unpublished"),
    "ContainerGroupTransitioning": KnownError(
        409, "The container group 'one' is still transitioning, please retry later.",
        f"{SUPPORT} 'container-group-transitioning-state'"),
    "OsVersionNotSupported": KnownError(
        400, "The os version of image 'one' is not supported.",
        "azure-docs, container-instances-troubleshooting"),
    "ContainerGroupDeploymentNotReady": KnownError(
        404, "The deployment of 'one' is not ready yet, retry later.",
        "met by many clients while a group was created; status unpublished"),
    "ContainerLogNotAvailable": KnownError(
        404, "The log of the container is not available yet, check InstanceView or retry later.",
        "virtual-kubelet #237"),
    "ContainerGroupStopped": KnownError(
        404, "The container group 'one' is stopped.", "azure-docs #71458; status unpublished"),
    "ResourceNotFound": KnownError(
        404, "The Resource was not found.",
        "aci-logicapps-integration #10: soon after a create, where a delete just ran"),
    "ResourceGroupNotFound": KnownError(
        404, "Resource group 'one' could not be found.",
        "learn, azure-resource-manager error codes"),
    "AuthorizationFailed": KnownError(
        403, "The client does not have authorization to perform the action over the scope.",
        "learn, azure-resource-manager error codes"),
    "InvalidAuthenticationToken": KnownError(
        401, "The access token is invalid.", "learn, azure-resource-manager error codes"),
    "MissingSubscriptionRegistration": KnownError(
        409, "The subscription is not registered to use namespace 'Microsoft.ContainerInstance'.",
        "learn, azure-resource-manager error codes"),
    "InternalServerError": KnownError(
        500, "Encountered an internal server error. The tracking activity id is "
        "'00000000-0000-0000-0000-000000000002'.", "azure-cli #30915"),
    "BadGateway": KnownError(
        502, "The network connectivity issue encountered for 'Microsoft.ContainerInstance'; cannot "
        "fulfill the request.", "Azure Resource Manager, from memory"),
    "GatewayTimeout": KnownError(
        504, "The gateway did not receive a response from 'Microsoft.ContainerInstance' within the "
        "specified time period.", "Azure Resource Manager, from memory"),
}  # fmt: skip


def known_error(name: str) -> Response:
    """The reply that this name stands for."""
    error = KNOWN_ERRORS[name]
    return arm_error(error.status, error.code or name, error.message, error.retry_after_seconds)
