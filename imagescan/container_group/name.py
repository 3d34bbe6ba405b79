"""The name of a scan's container group."""

import hashlib
import re

PREFIX = "qscanner-"
LONGEST_SLUG = 30


def group_name(scan_id: str, attempt: int, image: str) -> str:
    """A name that is the same for the same scan and attempt, and legal in ACI.

    ACI: 1-63 lower-case letters, digits and hyphens, no hyphen first or last; two hyphens in a row
    are avoided. Names differ between scans even for one image: ACI takes the same name in several
    regions at once for fraud, and deleting and creating one name may be applied out of order.
    """
    last_part = image.rpartition("/")[2].partition("@")[0].partition(":")[0]
    slug = re.sub(r"[^a-z0-9]+", "-", last_part.lower())[:LONGEST_SLUG].strip("-") or "image"
    digest = hashlib.sha256(f"{scan_id}/{attempt}".encode()).hexdigest()[:16]
    return f"{PREFIX}{slug}-{digest}"
