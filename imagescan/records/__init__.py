"""What the app remembers, one module per table; keys are hashed wherever they come from outside."""

import hashlib


def hashed(text: str) -> str:
    """A key for any text: table keys may not hold / \\ # ? or control characters."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]
