"""Any environment gives settings, or one error that shows no secret."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from imagescan.errors import ConfigurationError
from imagescan.settings import read_settings
from tests.unit.environment import COMPLETE, LOGIN

SOURCE = (Path(__file__).parents[2] / "imagescan/settings.py").read_text()
NAMES = sorted(set(re.findall(r'"([A-Z][A-Z_]{5,})"', SOURCE)))
SECRETS = [
    "QUALYS_ACCESS_TOKEN", "QUALYS_PASSWORD", "QUALYS_USERNAME", "REGISTRY_CREDENTIALS",
    "STORAGE_CONNECTION_STRING", "NOTIFY_WEBHOOK_URL",
]  # fmt: skip
VALUES = st.text(max_size=30) | st.sampled_from(
    ["", "0", "-1", "nan", "inf", "1e400", "60.5", "٣", "9" * 5000, "legacy", "qscanner", "null",
     "[]", "{}", '{"a.io": 1}', '{"a.io": {"username": 1}}', "{" * 100_000, "https://x", "\ud800",
     "nginx", "a,b,,", "* * * * *", *COMPLETE.values(), *LOGIN.values()]
)  # fmt: skip
ENVIRONMENTS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8)


def test_every_setting_is_tried() -> None:
    """They are found in the source by the form of their names."""
    assert set(COMPLETE) | set(LOGIN) | set(SECRETS) | {"SCAN_TIMEOUT"} <= set(NAMES)


@given(ENVIRONMENTS, st.booleans())
def test_any_environment_gives_settings_or_names_its_problems(
    changed: dict[str, str], begins_complete: bool
) -> None:
    """Nothing else is raised, however wrong a value is."""
    problems = problems_of((COMPLETE if begins_complete else {}) | changed)

    assert all(problem.endswith((".", ")")) for problem in problems)


def problems_of(environment: dict[str, str]) -> list[str]:
    try:
        read_settings(environment)
    except ConfigurationError as error:
        return error.problems
    return []


@given(st.sampled_from(SECRETS), st.sampled_from(["", '{"', "\x07", "http://", "😀"]))
def test_no_problem_shows_what_a_secret_holds(name: str, before: str) -> None:
    """Whatever is wrong with it."""
    secret = f"{before}planted-7f3a\x07"

    problems = problems_of(COMPLETE | LOGIN | {name: secret, "SCAN_TIMEOUT": "x"})

    assert problems
    assert "planted-7f3a" not in " ".join(problems)
