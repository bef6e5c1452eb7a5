"""The ways through the desk: one line a page, for those who may enter it."""

from dataclasses import dataclass

from base.access import EVERYBODY_ON_STAFF, Role
from console.scope import AUDITORS, EXPORTS, MAY_ENROL, READERS, TOLD_OF_TROUBLE
from outreach.lifecycle import MAY_WRITE


@dataclass(frozen=True, slots=True)
class Way:
    """One entry: its word is `nav.NAME`, `view` the page it leads to, `icon` from the sprite."""

    name: str
    view: str
    icon: str
    roles: frozenset[Role] = EVERYBODY_ON_STAFF


WAYS = (
    Way("desk", "console.desk", "ticket"),
    Way("messages", "console.messages", "message-2", READERS),
    Way("people", "console.people", "users", READERS),
    Way("oncall", "console.oncall", "calendar-user"),
    Way("ring_backs", "console.ring_backs", "phone-outgoing", READERS),
    Way("incidents", "console.incidents", "alert-hexagon"),
    Way("campaigns", "console.campaigns", "send", MAY_WRITE),
    Way("unanswered", "console.unanswered", "bell-exclamation", TOLD_OF_TROUBLE),
    Way("waves", "console.waves", "note", TOLD_OF_TROUBLE),
    Way("results", "console.results", "circle-check", TOLD_OF_TROUBLE),
    Way("reports", "console.reports", "chart-bar", TOLD_OF_TROUBLE),
    Way("menus", "console.menus", "keyboard", TOLD_OF_TROUBLE),
    Way("audit", "console.audit_log", "eye", AUDITORS),
    Way("operations", "console.operations", "activity", AUDITORS),
    Way("roster", "console.roster", "building-community", MAY_ENROL),
    Way("exports", "console.exports", "external-link", EXPORTS),
    Way("tokens", "console.tokens", "lock", frozenset({Role.ADMIN})),
    Way("staff", "console.staff_accounts", "users", frozenset({Role.ADMIN})),
    Way("hooks", "console.hooks", "cloud-check", frozenset({Role.ADMIN})),
)
"""In the order of the day's work. On a telephone the first four stand in the bar, the rest behind “more”."""


def ways_for(role: Role) -> list[Way]:
    """The entries that somebody of this role sees."""
    return [way for way in WAYS if role in way.roles]
