"""Access tokens as Qualys issues them: JWTs, here with a signature that nobody checks."""

import base64
import json
from datetime import datetime


def encoded(document: object) -> str:
    """Base64url without padding."""
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def token_with(claims: object) -> str:
    """A token with these claims."""
    return f"{encoded({'alg': 'RS256', 'typ': 'JWT'})}.{encoded(claims)}.{encoded(b'a signature')}"


def token_until(moment: datetime) -> str:
    """A token that expires then."""
    return token_with({"sub": "acme_user1", "exp": int(moment.timestamp())})
