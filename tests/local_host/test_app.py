"""Which functions of an app are served, and by which names."""

from collections.abc import Callable
from typing import Any

import azure.durable_functions as df
import azure.functions as func
import pytest

from local.functions_host.app import index
from local.functions_host.configuration import LoadError


def queue_trigger(app: df.DFApp) -> None:
    app.queue_trigger(arg_name="message", queue_name="q", connection="c")(_takes("message"))


def entity_trigger(app: df.DFApp) -> None:
    app.entity_trigger(context_name="context")(_takes("context"))


def blob_output(app: df.DFApp) -> None:
    route = app.route(route="x")(_takes("req"))
    app.blob_output(arg_name="blob", path="a/b", connection="c")(route)


def cosmos_input(app: df.DFApp) -> None:
    route = app.route(route="x")(_takes("req"))
    names = {"arg_name": "rows", "container_name": "c", "database_name": "d", "connection": "c"}
    app.cosmos_db_input(**names)(route)


def _takes(parameter: str) -> Callable[..., Any]:
    scope: dict[str, Any] = {}
    exec(f"def served({parameter}, blob=None, rows=None): ...", scope)
    function: Callable[..., Any] = scope["served"]
    return function


@pytest.mark.parametrize(
    ("register", "binding"),
    [
        (queue_trigger, "queueTrigger"),
        (entity_trigger, "entityTrigger"),
        (blob_output, "blob"),
        (cosmos_input, "cosmosDB"),
    ],
)
def test_a_binding_that_is_not_served_is_refused_by_name(
    register: Callable[[df.DFApp], None], binding: str
) -> None:
    app = df.DFApp()
    register(app)

    with pytest.raises(LoadError) as refused:
        index(app, {})

    assert str(refused.value) == (
        f"served has bindings that the local host does not serve: ['{binding}']."
    )


def routed(*names: str) -> func.FunctionApp:
    app = func.FunctionApp()
    for name in names:
        app.function_name(name)(app.route(route=name)(_takes("req")))
    return app


@pytest.mark.parametrize("setting", ["AzureWebJobs.two.Disabled", "AzureWebJobs__two__Disabled"])
def test_a_disabled_function_is_not_served(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(setting, "true")

    assert set(index(routed("one", "two"), {}).functions) == {"one"}


def test_where_host_json_lists_functions_the_others_are_not_served() -> None:
    assert set(index(routed("one", "two"), {"functions": ["Two"]}).functions) == {"two"}


def test_two_functions_of_one_name_are_refused() -> None:
    with pytest.raises(LoadError, match="Two functions are named ONE, apart from case"):
        index(routed("one", "ONE"), {})
