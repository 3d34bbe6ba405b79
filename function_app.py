"""The Functions app: registers every function and does nothing else."""

import azure.durable_functions as df
import azure.functions as func

from activities import (
    admission,
    claims,
    container_groups,
    deployments,
    left_behind,
    rescans,
    resolving,
    results,
)
from orchestrators import reaping, rescan, scan_deployment, scan_image, take_inventory, waiting
from triggers import (
    events,
    http_findings,
    http_images,
    http_rescans,
    http_scans,
    http_service,
    timers,
)

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
for module in (
    *(admission, claims, container_groups, deployments, left_behind, rescans, resolving, results),
    *(reaping, rescan, scan_deployment, scan_image, take_inventory, waiting),
    *(events, http_findings, http_images, http_rescans, http_scans, http_service, timers),
):
    app.register_functions(module.bp)
