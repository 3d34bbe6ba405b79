"""deploy.sh and teardown.sh, run on stand-ins of az, curl and sleep that write down every call."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.infrastructure.compiler import INFRASTRUCTURE, OTHER_SUBSCRIPTION, SUBSCRIPTION
from tests.infrastructure.fake_az import COMMANDS, Call, FakeAz, Server

APP, URL = "imagescan-app", "https://imagescan-app.azurewebsites.net"
FUNCTION = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/Scanner-RG/providers/Microsoft.Web/sites/{APP}"
    "/functions/on_container_deployed"
)
SITE = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/scanner-rg/providers/Microsoft.Web/sites/{APP}"
)
KEY = "the-function-key=="
RESCAN = "99999999-2222-4333-8444-555555555555"
SCAN = "11111111-2222-4333-8444-555555555555"
BASE = ["-s", SUBSCRIPTION, "-r", "scanner-rg", "-l", "westeurope"]
BY_TOKEN = ["--pod", "US1", "--access-token"]
WHOLE = [*BASE, *BY_TOKEN, "--deploy-function"]
TOKEN = {"QUALYS_ACCESS_TOKEN": "made-up.token-0123456789"}

CURL = f"""#!/bin/sh
printf '%s\\n' "$*" >>"$FAKE_CURL/curl-words"
case $* in *--config*) cat >>"$FAKE_CURL/curl-input" ;; esac
case $* in
*/api/health) ;;
*/api/rescans*) echo '{{"rescanId": "{RESCAN}", "status": "running"}}' ;;
*/api/scans) echo '{{"joined": false, "scanId": "{SCAN}", "status": "accepted"}}' ;;
*) printf '{{"scanId": "{SCAN}", "joinedStatus": null, "status": "%s", "cleanup": "%s"}}' \\
    "$SCAN_STATUS" "$SCAN_CLEANUP" ;;
esac
"""


def _outputs(**values: str) -> dict[str, Any]:
    told = {name: {"type": "String", "value": value} for name, value in values.items()}
    return {"properties": {"outputs": told}}


def before() -> dict[str, Any]:
    """A subscription in which nothing was deployed yet."""
    usages = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ContainerInstance/locations"
    return {
        "version": {"azure-cli": "2.60.0"},
        "account show": {"id": SUBSCRIPTION},
        "groups": [],
        "functionapp list-flexconsumption-locations": [{"name": "westeurope"}],
        "provider list": [
            {"namespace": "Microsoft.Storage", "registrationState": "Registered"},
            {"namespace": "microsoft.insights", "registrationState": "Registered"},
            {"namespace": "Microsoft.Web", "registrationState": "NotRegistered"},
        ],
        "rest": {
            f"https://management.azure.com{usages}/westeurope/usages": {
                "value": [
                    {"name": {"value": "ContainerGroups"}, "limit": 100, "currentValue": 0},
                    {"name": {"value": "StandardCores"}, "limit": 100, "currentValue": 4},
                ]
            }
        },
        "keyvault list-deleted": [],
        "deployment sub create": _outputs(
            functionAppName=APP,
            functionAppUrl=URL,
            storageAccountName="imagescanstorage",
            appPrincipalId="a-principal",
            registryName="imagescanregistry",
            actionGroupId="/subscriptions/x/actionGroups/imagescan",
        ),
    }


def after() -> dict[str, Any]:
    """The same, once the app is there."""
    groups = {"groups": ["scanner-rg", "scanner-rg-scans", "scanner-rg-events"]}
    here = before()
    here["rest"] |= _what_the_app_has()
    return here | groups | _the_app() | _what_it_watches() | _its_rights()


def _what_the_app_has() -> dict[str, Any]:
    """Secrets from the vault, and lines of the last scan in its log."""
    secret = {"name": "QUALYS_ACCESS_TOKEN", "properties": {"status": "Resolved"}}
    return {
        f"https://management.azure.com{SITE}/config/configreferences/appsettings": {
            "value": [secret]
        },
        "https://api.applicationinsights.io/v1/apps/its-insights/query": {
            "tables": [{"rows": [[3]]}]
        },
    }


def _the_app() -> dict[str, Any]:
    """The app, its settings, functions and keys."""
    return {
        "functionapp list": [
            {"name": "somebody-elses", "tags": None},
            {"name": APP, "tags": {"application": "imagescan"}},
        ],
        "functionapp config appsettings list": [
            {"name": "AzureWebJobsStorage__accountName", "value": "imagescanstorage"},
            {"name": "SCAN_TIMEOUT", "value": 'it\'s "60"'},
            {"name": "MAX_CONCURRENT_SCANS", "value": "7"},
            {"name": "WATCHED_SUBSCRIPTIONS", "value": f"{SUBSCRIPTION},{OTHER_SUBSCRIPTION}"},
            {
                "name": "QUALYS_ACCESS_TOKEN",
                "value": "@Microsoft.KeyVault(VaultName=v;SecretName=s)",
            },
            {"name": "AZURE_REGION", "value": None},
        ],
        "monitor action-group list": [
            {"name": "imagescan", "emailReceivers": [{"emailAddress": "ops@example.com"}]}
        ],
        "functionapp scale config show": {"alwaysReady": [{"name": "durable", "instanceCount": 2}]},
        "functionapp function list": [{"name": f"{APP}/on_container_deployed"}],
        "functionapp show": {"virtualNetworkSubnetId": None, "defaultHostName": URL[8:]},
        "resource list": [{"name": "imagescan-failed-scans"}],
        "resource show": {"properties": {"AppId": "its-insights"}},
        "functionapp keys list": {"functionKeys": {"default": KEY}, "masterKey": "other"},
    }


def _what_it_watches() -> dict[str, Any]:
    """A topic of Azure's own, and one subscription of ours among others."""
    return {
        "eventgrid system-topic list": [
            {
                "name": "imagescan",
                "resourceGroup": "Scanner-RG-events",
                "topicType": "microsoft.resources.subscriptions",
                "identity": {"type": "SystemAssigned"},
            }
        ],
        "eventgrid system-topic event-subscription list": [
            {
                "name": "imagescan-1",
                "destination": {"resourceId": FUNCTION},
                "provisioningState": "Succeeded",
                "filter": {
                    "advancedFilters": [{"values": ["/x/resourceGroups/scanner-rg-scans/"]}]
                },
            },
        ],
        "monitor metrics alert list": [
            {"name": "imagescan-dead-letters-1", "criteria": {"allOf": ["imagescan-1"]}},
            {"name": "somebody-elses", "criteria": {"allOf": ["theirs"]}},
        ],
    }


def _its_rights() -> dict[str, Any]:
    """The app's identity with its roles, and groups of its scans."""
    return {
        "identity list": [
            {"name": "imagescan-app-x", "principalId": "a-principal"},
            {"name": "imagescan-scan-x", "principalId": "the-scans"},
        ],
        "role assignment list": [
            {
                "id": "/assignment/1",
                "roleDefinitionName": "Image scan reader (x)",
                "roleDefinitionId": f"/subscriptions/{SUBSCRIPTION}/providers/x/roleDefinitions/r1",
                "scope": f"/subscriptions/{SUBSCRIPTION}",
                "principalId": "a-principal",
            },
            {
                "id": "/assignment/2",
                "roleDefinitionName": "AcrPull",
                "roleDefinitionId": "/x/r2",
                "scope": "/their/registry",
                "principalId": "the-scans",
            },
        ],
        "container list": [{"name": "qscanner-one"}, {"name": "qscanner-two"}],
    }


@dataclass
class Ran:
    """How a script ended, and what it called."""

    status: int
    out: str
    err: str
    calls: list[Call]

    @property
    def commands(self) -> list[str]:
        """The commands of az, in their order."""
        return [call.command for call in self.calls]

    def call(self, command: str, having: str = "") -> Call:
        """The one call of a command, with this among its words."""
        [found] = [one for one in self.calls if one.command == command and having in one.line]
        return found


class Machine:
    """A folder with the stand-ins on its PATH, and a made-up Azure behind them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bin = folder, folder / "bin"
        self.bin.mkdir()
        self.az = FakeAz(before(), after())
        self.scan_status, self.scan_cleanup = "provisioning", "confirmed"
        self._server = Server(self.az)
        self.program("az", self._server.program)
        self.program("curl", CURL)
        self.program("sleep", "#!/bin/sh\n")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def run(self, script: str, *words: str, text: str = "", **environment: str) -> Ran:
        """Run a script of infrastructure/ to its end."""
        kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        path = f"{self.bin}:{Path(sys.executable).parent}:/usr/bin:/bin"
        done = subprocess.run(
            [INFRASTRUCTURE / script, *words],
            cwd=self.folder, input=text, capture_output=True, text=True, check=False,
            env=kept | {"PATH": path} | self._told_to_curl() | environment,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr, self.az.calls)

    def _told_to_curl(self) -> dict[str, str]:
        scan = {"SCAN_STATUS": self.scan_status, "SCAN_CLEANUP": self.scan_cleanup}
        return scan | {"FAKE_CURL": str(self.folder)}

    def curl_words(self) -> str:
        return self._said("curl-words")

    def curl_input(self) -> str:
        return self._said("curl-input")

    def _said(self, name: str) -> str:
        file = self.folder / name
        return file.read_text() if file.exists() else ""

    def program(self, name: str, text: str) -> None:
        """Put a program on PATH, before all others."""
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)


def shown_commands(out: str) -> list[str]:
    """The commands that a dry run printed, without their options."""
    lines = re.findall(r"^  az (.*)$", out, re.MULTILINE)
    return [max((name for name in COMMANDS if line.startswith(name)), key=len) for line in lines]
