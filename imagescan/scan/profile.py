"""How the scanner is called."""

from enum import StrEnum


class Profile(StrEnum):
    """Two contracts with the scanner's image; a scan keeps the one that it began with."""

    # The published command line: files, an access token, and a courier that brings the files.
    QSCANNER = "qscanner"
    # What this app's predecessor expected (qualys-aci at 333313a): user name and password, and one
    # JSON document on standard output.
    LEGACY = "legacy"
