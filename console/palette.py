"""What the palette finds before anything is looked for: pages, by title and spelling; and the list of keys."""

from dataclasses import dataclass
from functools import cache

from flask import current_app

from base.access import Role, guard_of
from console.nav import WAYS
from console.words import say
from directory.names import spelt


@dataclass(frozen=True, slots=True)
class Place:
    """A page one can go to: its title is `word`, `view` leads there, `icon` from the sprite.

    `key` is the place of the key that leads there at once (`KeyboardEvent.code`), if there is one.
    """

    view: str
    word: str
    icon: str
    key: str = ""

    @property
    def typed(self) -> str:
        """What somebody may type for it, in either language, each word after a space."""
        return _typed(self.word)


@dataclass(frozen=True, slots=True)
class Key:
    """A line in the list of keys: what stands on them, and the word for what they do; letters can be switched off."""

    caps: str
    word: str
    is_letter: bool = False


FURTHER = (
    Place("console.new_ticket", "new.title", "plus", "KeyN"),
    Place("console.new_incident", "incident.new.title", "alert-hexagon"),
    Place("console.following", "following.title", "eye"),
    Place("console.contacts", "contacts.title", "users"),
    Place("console.templates", "template.list", "note"),
    Place("console.year_plan", "plan.open", "send"),
    Place("console.plan_month", "plan.days", "calendar-user"),
    Place("console.hand_over", "handover.title", "arrows-exchange"),
    Place("console.rota_ahead", "ahead.title", "calendar-user"),
    Place("console.swaps", "swap.title", "arrows-exchange"),
    Place("console.leave", "leave.title", "calendar-user"),
    Place("console.rotation", "rotation.title", "calendar-user"),
    Place("console.skills", "skills.title", "headset"),
    Place("console.vendor_list", "vendors.title", "building-community"),
    Place("console.report_night", "report.night", "chart-bar"),
    Place("console.menu_prompts", "prompts.title", "microphone"),
    Place("console.account", "account.title", "user-check"),
    Place("console.second_step", "second.title", "lock"),
)
"""Pages that do not stand in the navigation."""

PLACES = (*(Place(way.view, f"nav.{way.name}", way.icon) for way in WAYS), *FURTHER)

KEYS = (
    Key("Ctrl K", "keys.palette"),
    Key("F2", "keys.answer"),
    Key("J K", "keys.rows", is_letter=True),
    Key("Enter", "keys.open"),
    Key("R", "keys.fresh", is_letter=True),
    Key("N", "keys.new", is_letter=True),
    Key("?", "keys.list", is_letter=True),
)


def places_for(role: Role) -> list[Place]:
    """The pages that somebody of this role may enter, as the pages themselves say."""
    return [place for place in PLACES if role in guard_of(current_app.view_functions[place.view])]


@cache
def _typed(word: str) -> str:
    chinese, english = say(word, "zh"), say(word, "en")
    return f" {spelt(chinese)} {spelt(english)}"
