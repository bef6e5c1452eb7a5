"""Group channels: one line to one of them, through Apprise. What becomes of it says nothing of who read it."""

import logging
from enum import StrEnum

import structlog
from apprise import Apprise, AppriseAsset, PersistentStoreMode
from apprise.result import AppriseResultStatus

log = structlog.get_logger(__name__)
# its lines may hold addresses, which are secrets
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)

ANSWER_S = 8
"""How long a channel may take in all; whoever is slower counts as not reached."""
_ASSET = AppriseAsset(
    app_id="Huiyin", app_desc="Huiyin", storage_mode=PersistentStoreMode.MEMORY, secure_logging=True, async_mode=False
)


class Unreached(StrEnum):
    """Why a line is not in the channel, as far as we know."""

    REFUSED = "refused"
    SLOW = "slow"
    NO_ADDRESS = "no_address"


def is_understood(url: str) -> bool:
    """Whether Apprise can make something of an address; nothing is sent."""
    return Apprise.instantiate(url, asset=_ASSET) is not None


def tell_channel(url: str, line: str) -> Unreached | None:
    """Send `line` to `url`, a secret that is not logged; None when it was taken. Never raises."""
    try:
        channel = Apprise(asset=_ASSET)
        if not channel.add(url):
            return Unreached.NO_ADDRESS
        result = channel.notify(line, timeout=ANSWER_S)
    except Exception as error:  # whatever a plugin of that library does: a mirror changes nothing
        log.warning("channel_failed", error=type(error).__name__)
        return Unreached.REFUSED
    if result.status is AppriseResultStatus.TIMEOUT:
        return Unreached.SLOW
    return None if result.status is AppriseResultStatus.SUCCESS else Unreached.REFUSED
