"""Where the matter is: a caller with several homes chooses one, an unknown caller keys building, unit, home."""

from collections.abc import Mapping

from directory import actions as directory
from directory.models import Home
from hotline.actions.greeting import is_mobile, spoken_salutation
from hotline.actions.turn import Next, Turn

HOME_TRIES = 3
LONGEST_PLACE_KEYS = 8


def ask_home(turn: Turn) -> str:
    """The first question that finds out which home is meant; without an estate none can.

    The homes of one pocket are named by place. On a landline anybody may be listening, a visitor too: whoever calls
    from one keys the place.
    """
    if len(turn.intake.homes) > 1 and is_mobile(turn.call.from_number):
        return "identify.choose"
    if turn.call.project_id is None:
        if directory.projects(turn.session):
            return "projects.choose"
        turn.remember(has_no_home=True)
        return "@report"
    return "identify.building"


def homes_listed(turn: Turn) -> list[tuple[int, str]]:
    """The caller's own homes, named by place; the estate is said where they differ in it."""
    homes = [home for id in turn.intake.homes if (home := turn.session.get(Home, id))]
    several = len({home.building.project_id for home in homes}) > 1
    return [(home.id, place(home, turn.language, with_project=several)) for home in homes]


def home_chosen(turn: Turn) -> Next:
    """One of their own homes."""
    home = turn.session.get(Home, turn.picked)
    if home is not None:
        _set_home(turn, home)
    return turn.intake.after_home or "@report"


def building_keyed(turn: Turn) -> Next:
    """The building; a building with one entrance needs no unit."""
    project_id, keys = turn.call.project_id, turn.digits[:LONGEST_PLACE_KEYS]
    units = directory.unit_keys_in(turn.session, project_id, keys) if project_id else set()
    if not units:
        return _try_again(turn, "identify.no_building")
    turn.remember(building_keys=keys, unit_keys="")
    return "identify.home" if units == {""} else "identify.unit"


def unit_keyed(turn: Turn) -> Next:
    """The unit."""
    turn.remember(unit_keys=turn.digits[:LONGEST_PLACE_KEYS])
    return "identify.home"


def home_keyed(turn: Turn) -> Next:
    """The home itself; what was keyed is read back before it counts."""
    home = _keyed(turn, turn.digits[:LONGEST_PLACE_KEYS])
    if home is None:
        return _try_again(turn, "identify.not_found")
    turn.remember(keyed_home_id=home.id)
    return "identify.confirm"


def home_confirmed(turn: Turn) -> Next:
    """Yes, that home."""
    home = turn.session.get(Home, turn.intake.keyed_home_id)
    if home is not None:
        _set_home(turn, home)
    return turn.intake.after_home or "@report"


def home_wrong(turn: Turn) -> Next:
    """Not that home."""
    return _try_again(turn, "")


def confirm_values(turn: Turn) -> Mapping[str, object]:
    """The place that was keyed. It is theirs to hear: they said it."""
    home = turn.session.get(Home, turn.intake.keyed_home_id)
    return {"place": place(home, turn.language) if home else ""}


def place(home: Home, language: str, *, with_project: bool = False) -> str:
    """A home's place in the caller's language."""
    words = directory.place_of(home, language)
    if not with_project:
        return words
    project = home.building.project
    return f"{project.name_en or project.name}, {words}" if language == "en" else project.name + words


def _keyed(turn: Turn, home_keys: str) -> Home | None:
    if turn.call.project_id is None:
        return None
    here = turn.intake
    return directory.find_home(turn.session, turn.call.project_id, here.building_keys, here.unit_keys, home_keys)


def _set_home(turn: Turn, home: Home) -> None:
    turn.call.home_id, turn.call.home = home.id, home
    turn.call.project_id, turn.call.project = home.building.project_id, home.building.project
    turn.remember(home_place=directory.place_of(home))
    _recognise(turn, home)


def _recognise(turn: Turn, home: Home) -> None:
    """Of the people who share this telephone only one belongs to the home just confirmed: it is they who call."""
    if not turn.intake.is_shared or turn.call.person_id is not None or turn.call.staff_id is not None:
        return
    contacts = directory.who_calls(turn.session, turn.call.from_number).contacts
    theirs = {contact.person_id: contact.person for contact in contacts if contact.home_id == home.id}
    if len(theirs) == 1:
        [person] = theirs.values()
        turn.call.person_id, turn.call.person = person.id, person
        turn.remember(salutation=person.salutation)
        if salutation := spoken_salutation(turn):
            turn.say("identify.thanks", salutation=salutation)


def _try_again(turn: Turn, words: str) -> Next:
    """Three failures lead to a person, never to a hang-up."""
    tries = turn.intake.home_tries + 1
    turn.remember(home_tries=tries, keyed_home_id=0, building_keys="", unit_keys="")
    if tries >= HOME_TRIES:
        turn.remember(has_no_home=True)
        turn.say("identify.to_person")
        return "@person"
    if words:
        turn.say(words)
    return "identify.building"
