"""The finer parts of an audience: as a form asks for them, as a list brings them, and in words for whoever reads it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict

from console.scope import projects_of
from console.staff import Me
from console.words import say
from directory.models import Building, ContactRole, Home, Language, Occupancy
from directory.places import in_order
from directory.sheet import sheets_of
from outreach.actions.listed import Listed, people_listed
from outreach.actions.planning import filter_of
from outreach.audience import EVERYBODY, Filter
from outreach.listing import MOST_LISTED, words_of
from outreach.models import Campaign

MOST_CHOICES = 24
"""More units or risers than that are no choice but a list."""
LONGEST_LIST = 200_000
WITHOUT = "without_"
_CELL = "\t"
"""Between the cells of a line that was read from a sheet."""


@dataclass(frozen=True, slots=True)
class Finer:
    """What the page asks beyond project, building, occupancy and role; `without` is asked the same way."""

    units: tuple[str, ...] = ()
    lowest_floor: int | None = None
    highest_floor: int | None = None
    risers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    is_on_care_list: bool = False
    is_abroad: bool = False
    owes_answer: bool = False
    listed: str = ""
    without_occupancy: tuple[str, ...] = ()
    without_roles: tuple[str, ...] = ()
    without_is_on_care_list: bool = False
    without_is_abroad: bool = False
    without_listed: str = ""

    @property
    def says_something(self) -> bool:
        """Whether any of it is asked: then it stands open."""
        return self != Finer()

    def narrowing(self, base: Filter, listed: Listed | None, unlisted: Listed | None) -> Filter:
        """`base`, narrowed by all of it; the lists as they were found in the directory."""
        without = (
            Filter(occupancy=self.without_occupancy), Filter(roles=self.without_roles),
            Filter(is_on_care_list=self.without_is_on_care_list), Filter(is_abroad=self.without_is_abroad),
            Filter(person_ids=unlisted.person_ids if unlisted else None),
        )  # fmt: skip
        return replace(
            base, units=self.units, lowest_floor=self.lowest_floor, highest_floor=self.highest_floor,
            risers=self.risers, languages=self.languages, is_on_care_list=self.is_on_care_list,
            is_abroad=self.is_abroad, owes_answer=self.owes_answer, person_ids=listed.person_ids if listed else None,
            without=tuple(one for one in without if one != EVERYBODY),
        )  # fmt: skip


NOTHING_FINER = Finer()


def read_finer(values: "MultiDict[str, str]") -> Finer:
    """The fields of a request; what is no word of ours is left out."""
    return Finer(
        units=_short(values.getlist("unit")),
        lowest_floor=values.get("lowest_floor", type=int),
        highest_floor=values.get("highest_floor", type=int),
        risers=_short(values.getlist("riser")),
        languages=_known(values.getlist("language"), Language),
        is_on_care_list="care" in values,
        is_abroad="abroad" in values,
        owes_answer="owes" in values,
        listed=values.get("listed", "")[:LONGEST_LIST],
        without_occupancy=_known(values.getlist(WITHOUT + "occupancy"), Occupancy),
        without_roles=_known(values.getlist(WITHOUT + "role"), ContactRole),
        without_is_on_care_list=WITHOUT + "care" in values,
        without_is_abroad=WITHOUT + "abroad" in values,
        without_listed=values.get(WITHOUT + "listed", "")[:LONGEST_LIST],
    )


def finer_of(chosen: Filter, instead: str) -> Finer:
    """What the page asks where it stands for this audience; `instead` of a list, which nobody has kept as it was typed.

    It means nobody, so that the list has to be brought again: without it the audience would be another.
    """
    without = chosen.without
    return Finer(
        units=chosen.units, lowest_floor=chosen.lowest_floor, highest_floor=chosen.highest_floor, risers=chosen.risers,
        languages=chosen.languages, is_on_care_list=chosen.is_on_care_list, is_abroad=chosen.is_abroad,
        owes_answer=chosen.owes_answer, listed=instead if chosen.person_ids is not None else "",
        without_occupancy=tuple(word for one in without for word in one.occupancy),
        without_roles=tuple(word for one in without for word in one.roles),
        without_is_on_care_list=any(one.is_on_care_list for one in without),
        without_is_abroad=any(one.is_abroad for one in without),
        without_listed=instead if any(one.person_ids is not None for one in without) else "",
    )  # fmt: skip


def find_listed(session: Session, text: str, project_id: int | None, who: Me) -> Listed | None:
    """Whom a typed list means, in one project or in all that `who` serves; None where nothing is typed."""
    if not text.strip():
        return None
    theirs = {project.id for project in projects_of(session, who)} if project_id is None else {project_id}
    return people_listed(session, enumerate((line.split(_CELL) for line in text.splitlines()), 1), theirs)


def lines_of(upload: FileStorage | None) -> str:
    """The rows of an uploaded sheet as lines to be typed on. Raises `BadInput` for what is no sheet."""
    if upload is None or not upload.filename:
        return ""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        upload.save(path)
        with sheets_of(path) as sheets:
            rows = islice((cells for sheet in islice(sheets, 1) for _, cells in sheet.rows), MOST_LISTED + 1)
            return "\n".join(_CELL.join(said) for cells in rows if (said := words_of(cells)))


def units_and_risers(session: Session, chosen: Filter) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The units and the risers there are to choose from in these buildings; none where there are too many."""
    if chosen.project_id is None:
        return (), ()
    here = select(Building.id).where(Building.project_id == chosen.project_id)
    if chosen.building_ids:
        here = here.where(Building.id.in_(chosen.building_ids))
    return _choices(session, Home.unit, here), _choices(session, Home.riser, here)


def audience_words(session: Session, campaign: Campaign, language: str) -> list[str]:
    """Whom a campaign was asked for, part by part: `3号楼、5号楼`, `15 层以上`, `不发：租户`."""
    chosen = filter_of(campaign)
    said = list(_parts(session, chosen, language))
    join = say("campaign.listing", language).join
    if out := [" ".join(_parts(session, one, language)) for one in chosen.without]:
        said.append(say("campaign.without.are", language, who=join(out)))
    return said


def _parts(session: Session, chosen: Filter, language: str) -> Iterator[str]:
    join = say("campaign.listing", language).join
    if chosen.building_ids:
        named = select(Building.name).where(Building.id.in_(chosen.building_ids))
        yield join(sorted(session.scalars(named), key=in_order))
    if chosen.units:
        yield join(chosen.units)
    if chosen.lowest_floor is not None or chosen.highest_floor is not None:
        yield _floors(chosen, language)
    if chosen.risers:
        yield say("campaign.risers.are", language, which=join(chosen.risers))
    for words, prefix in (
        (chosen.occupancy, "campaign.occupancy."), (chosen.roles, "campaign.role."),
        (chosen.languages, "campaign.language."),
    ):  # fmt: skip
        if words:
            yield join(say(prefix + word, language) for word in words)
    for is_asked, key in (
        (chosen.is_on_care_list, "care"), (chosen.is_abroad, "abroad"), (chosen.owes_answer, "owes")
    ):  # fmt: skip
        if is_asked:
            yield say(f"campaign.only.{key}", language)
    if chosen.person_ids is not None:
        yield say("campaign.listed.are", language, n=len(chosen.person_ids))


def _floors(chosen: Filter, language: str) -> str:
    low, high = chosen.lowest_floor, chosen.highest_floor
    if high is None:
        return say("campaign.floors.from", language, low=low)
    return say("campaign.floors.to", language, high=high) if low is None else say(
        "campaign.floors.between", language, low=low, high=high
    )  # fmt: skip


def _choices(session: Session, column: object, of_building: object) -> tuple[str, ...]:
    query = select(column).where(Home.building_id.in_(of_building), column != "").distinct()  # type: ignore[call-overload,arg-type]
    found = sorted(session.scalars(query.limit(MOST_CHOICES + 1)), key=in_order)
    return tuple(found) if 1 < len(found) <= MOST_CHOICES else ()


def _short(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word[:30] for word in words[:MOST_CHOICES] if word)


def _known(words: Sequence[str], of: type[Occupancy] | type[ContactRole] | type[Language]) -> tuple[str, ...]:
    return tuple(word for word in words if word in set(of))
