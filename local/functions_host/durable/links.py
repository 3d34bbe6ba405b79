"""The addresses of the Durable HTTP API as callers outside reach them."""

import json
from dataclasses import dataclass
from urllib.parse import quote

CONNECTION = "Storage"


@dataclass(frozen=True)
class Links:
    """`base` is the webhook's address, `hub` the task hub's name, `key` the system key."""

    base: str
    hub: str
    key: str

    @property
    def _query(self) -> str:
        return f"taskHub={quote(self.hub)}&connection={CONNECTION}&code={quote(self.key)}"

    def status(self, instance_id: str) -> str:
        """Where an instance can be read."""
        return f"{self._place(instance_id)}?{self._query}"

    def created(self, instance_id: str) -> dict[str, str]:
        """What a caller who started an instance is told: all but how to rewind it."""
        links = self.management(instance_id)
        del links["rewindPostUri"]
        return links

    def management(self, instance_id: str) -> dict[str, str]:
        """What can be done with an instance."""
        place = self._place(instance_id)
        verbs = {
            "sendEventPostUri": "/raiseEvent/{eventName}?",
            "terminatePostUri": "/terminate?reason={text}&",
            "rewindPostUri": "/rewind?reason={text}&",
            "restartPostUri": "/restart?",
            "suspendPostUri": "/suspend?reason={text}&",
            "resumePostUri": "/resume?reason={text}&",
        }
        status = self.status(instance_id)
        own = {"id": instance_id, "statusQueryGetUri": status, "purgeHistoryDeleteUri": status}
        return own | {name: f"{place}{verb}{self._query}" for name, verb in verbs.items()}

    def binding(self, rpc_url: str) -> str:
        """The JSON of the durableClient binding (BindingHelper.cs); `rpc_url` ends in a slash."""
        start = f"{self.base}/orchestrators/{{functionName}}[/{{instanceId}}]"
        wait = "timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}"
        code = f"code={quote(self.key)}"
        return json.dumps(
            {
                "taskHubName": self.hub,
                "connectionName": CONNECTION,
                "creationUrls": {
                    "createNewInstancePostUri": f"{start}?{code}",
                    "createAndWaitOnNewInstancePostUri": f"{start}?{wait}&{code}",
                },
                "managementUrls": self.management("INSTANCEID"),
                "baseUrl": self.base,
                "requiredQueryStringParameters": code,
                "rpcBaseUrl": rpc_url,
                "httpBaseUrl": self.base,
            }
        )

    def _place(self, instance_id: str) -> str:
        return f"{self.base}/instances/{quote(instance_id, safe='')}"
