"""The local host with an app that gives secrets away, in three places: a broken variant.

Called as any HOST=PROGRAM is; its state goes to the folder that LEAKING_HOST_STATE names. The raw
report is kept, the scanner's token is logged, and a registry's password goes into the input of
orchestrations.
"""

import os
import runpy
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from activities import container_groups
from imagescan import bootstrap
from imagescan.report import documents
from imagescan.scan.request import Attempt, ScanRequest
from imagescan.telemetry import scan_log

create = container_groups.create


def keep_the_raw_report(document: bytes, _known_secrets: Sequence[str]) -> Iterator[str]:
    yield document.decode()


def log_the_token(app: bootstrap.App, attempt: Attempt) -> dict[str, Any]:
    scan_log(attempt.scan_id).info("Scanning with %s", app.settings.qualys.access_token)
    return create(app, attempt)


def put_a_password_into_the_input(request: ScanRequest) -> dict[str, Any]:
    known = bootstrap.app().settings.registry_credentials
    return asdict(request) | {"passwords": [one.password for one in known.values()]}


setattr(documents, "redact", keep_the_raw_report)  # noqa: B010  # broken on purpose
setattr(ScanRequest, "to_dict", put_a_password_into_the_input)  # noqa: B010  # and so here
container_groups.create = log_the_token
sys.argv += ["--state", os.environ["LEAKING_HOST_STATE"]]
runpy.run_module("local.functions_host", run_name="__main__", alter_sys=True)
