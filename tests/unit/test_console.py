"""What is kept of the scanner's console where it brought no result."""

from hypothesis import given
from hypothesis import strategies as st

from imagescan.report.console import LONGEST_LINE, MOST_LINES, read_log_tail, read_partial_counts

CONSOLE = """INFO  Image source: registry
INFO  OS detected: Red Hat Enterprise Linux 9.4
INFO  OS package(s) detected: 206
INFO  Language package(s) detected: 110
INFO  All scans completed in 412.730582ms
ERROR: failed to get the vulnerability report
"""
TOKEN = "eyJhbGciOiJI.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4"


def test_the_last_lines_are_kept_in_order() -> None:
    """They end with what went wrong."""
    tail = read_log_tail("\n".join(f"line {n}" for n in range(100)) + "\n" + CONSOLE, [])

    assert len(tail) == MOST_LINES
    assert tail[-1] == "ERROR: failed to get the vulnerability report"
    assert tail[0] == "line 76"


def test_the_numbers_of_packages_are_taken_from_the_lines_that_tell_them() -> None:
    """As a released version prints them."""
    assert read_partial_counts(CONSOLE) == {"osPackages": 206, "languagePackages": 110}
    assert read_partial_counts("nothing of the kind") == {}


def test_a_token_that_would_be_cut_is_redacted_before_it_is() -> None:
    """Half of it would not be recognised any more."""
    line = "x" * (LONGEST_LINE - 10) + " " + TOKEN

    [kept] = read_log_tail(line, [TOKEN])

    assert TOKEN[:9] not in kept


@given(st.text(max_size=2000), st.text(min_size=1, max_size=20))
def test_whatever_a_log_holds_its_tail_is_bounded_printable_and_without_secrets(
    noise: str, secret: str
) -> None:
    """The console is hostile: images choose part of what is printed there."""
    secret = f"s3cr3t-{secret.encode().hex()}"

    tail = read_log_tail(f"{noise}{secret}{noise}\n{noise}", [secret])

    assert len(tail) <= MOST_LINES
    assert all(0 < len(line) <= LONGEST_LINE and line.isprintable() for line in tail)
    assert secret not in "\n".join(tail)
    read_partial_counts(noise)
