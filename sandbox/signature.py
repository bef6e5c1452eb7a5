"""Signs what the network sends, as Twilio does. Pure."""

import base64
import hashlib
import hmac
from collections.abc import Iterable


def sign(token: str, url: str, params: Iterable[tuple[str, str]] = ()) -> str:
    """Return the X-Twilio-Signature of a request.

    Rule: base64(HMAC-SHA1(token, url + every name and value, sorted by name)); repeated
    values count once (Twilio, "Validating requests").
    """
    text = url + "".join(name + value for name, value in sorted(set(params)))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
