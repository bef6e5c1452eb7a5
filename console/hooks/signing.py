"""How a delivery is signed, so that its receiver can tell that it is ours, whole and new. Pure.

By the Standard Webhooks specification, version 1: https://www.standardwebhooks.com
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

STARTS = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    """A secret as the receiver's library wants it: `whsec_` and base64."""
    return STARTS + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def new_id() -> str:
    """What names one event for ever, through all tries and replays."""
    return f"msg_{secrets.token_hex(16)}"


def signed(secret: str, event_id: str, body: bytes, *, at: datetime) -> dict[str, str]:
    """The three headers of one try at the moment `at`."""
    stamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(STARTS))
    mac = hmac.new(key, b".".join((event_id.encode(), stamp.encode(), body)), hashlib.sha256)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(mac.digest()).decode()}",
    }
