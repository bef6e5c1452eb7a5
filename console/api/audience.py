"""An audience as a request asks for it, with ids in place of names; and as it is told again."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from console.api import campaign_shapes as shapes
from console.api.places import building_names, buildings_called
from console.api.problems import both, in_body
from console.scope import projects_of
from console.staff import Me
from directory.models import Project
from outreach.actions.listed import people_listed
from outreach.actions.planning import filter_of
from outreach.actions.rungs import RUNG
from outreach.actions.unheard import OF
from outreach.audience import Filter
from outreach.models import Campaign

HERE = "audience"


def filter_asked(session: Session, me: Me, asked: shapes.NewAudience, project: Project | None) -> Filter:
    """What was asked, found in the directory. Raises `Faulty` at whatever means nothing there."""
    without = tuple(
        _who(session, me, one, project, f"{HERE}/without/{place}") for place, one in enumerate(asked.without)
    )
    return _who(session, me, asked, project, HERE, without)


def audience_told(session: Session, campaign: Campaign) -> shapes.AudienceTold:
    """The audience of a campaign as it was asked for."""
    chosen = filter_of(campaign)
    return shapes.AudienceTold(
        **_told(session, chosen),
        project=campaign.project.name if campaign.project else None,
        without=[shapes.WhoTold(**_told(session, one)) for one in chosen.without],
        again_of=campaign.audience.get("again_of"),
        ladder_of=campaign.audience.get(OF),
        rung=campaign.audience.get(RUNG),
    )  # fmt: skip


def _who(
    session: Session, me: Me, asked: shapes.Who, project: Project | None, pointer: str, without: tuple[Filter, ...] = ()
) -> Filter:
    floors = asked.floors or shapes.Floors()
    return Filter(
        project_id=project.id if project else None,
        building_ids=buildings_called(session, project, asked.buildings, f"{pointer}/buildings"),
        occupancy=tuple(one.value for one in asked.occupancy), roles=tuple(one.value for one in asked.roles),
        units=tuple(asked.units), lowest_floor=floors.lowest, highest_floor=floors.highest,
        risers=tuple(asked.risers), languages=tuple(one.value for one in asked.languages),
        is_on_care_list=asked.special_care, is_abroad=asked.abroad, owes_answer=asked.owes_answer,
        person_ids=_listed(session, me, asked.listed, project, f"{pointer}/listed"), without=without,
    )  # fmt: skip


def _listed(
    session: Session, me: Me, lines: Sequence[str] | None, project: Project | None, pointer: str
) -> tuple[int, ...] | None:
    if lines is None:
        return None
    theirs = {project.id} if project else {one.id for one in projects_of(session, me)}
    found = people_listed(session, enumerate([line] for line in lines), theirs, may_have_head=False)
    if found.strange:
        raise in_body(f"{pointer}/{found.strange[0].row}", both("input.nobody_listed"))
    return found.person_ids


def _told(session: Session, chosen: Filter) -> dict[str, object]:
    return {
        "buildings": building_names(session, chosen.building_ids) if chosen.building_ids else [],
        "units": list(chosen.units),
        "floors": shapes.FloorsTold(lowest=chosen.lowest_floor, highest=chosen.highest_floor),
        "risers": list(chosen.risers),
        "occupancy": list(chosen.occupancy),
        "roles": list(chosen.roles),
        "languages": list(chosen.languages),
        "special_care": chosen.is_on_care_list,
        "abroad": chosen.is_abroad,
        "owes_answer": chosen.owes_answer,
        "listed": None if chosen.person_ids is None else len(chosen.person_ids),
    }
