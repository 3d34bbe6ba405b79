"""Which part of Azure is looked at."""

from collections.abc import Sequence

from imagescan.deployment import Scope


def choose_scopes(
    watched: Sequence[str],
    subscription_id: str | None = None,
    resource_group: str | None = None,
) -> list[Scope]:
    """The scopes that are asked for: none where the subscription is not watched.

    A resource group without a subscription is looked for in all of them.
    """
    asked = subscription_id and subscription_id.lower()
    wanted = [one for one in watched if asked in (None, one)]
    return [Scope(one, resource_group) for one in wanted]
