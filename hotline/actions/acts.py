"""What the names in the menus do: acts, lists, the facts that keys set, and the words a question is filled with."""

from collections.abc import Callable, Mapping
from typing import Any

from hotline.actions import (
    callback,
    care,
    claims,
    greeting,
    homes,
    known,
    own,
    progress,
    rating,
    reports,
    ringing,
    staffline,
)
from hotline.actions.turn import Next, Turn

ACTS: Mapping[str, Callable[[Turn], Next]] = {
    "@main": greeting.to_the_top,
    "@language": greeting.change_language,
    "@project": known.project_chosen,
    "@other_matter": known.other_matter,
    "@trouble_language": known.change_language,
    "@care_language": care.change_language,
    "@own_ticket": own.chosen,
    "@tickets_language": own.change_language,
    "@tell_when_over": known.tell_when_over,
    "@emergency": ringing.emergency,
    "@person": ringing.person,
    "@ring": ringing.ring,
    "@after_ring": ringing.after_ring,
    "@nobody": ringing.nobody,
    "@emergency_kind": ringing.kind_told,
    "@emergency_told": ringing.told,
    "@enquiry": greeting.enquiry,
    "@report": reports.report_it,
    "@received": reports.received,
    "@home_chosen": homes.home_chosen,
    "@building_keyed": homes.building_keyed,
    "@unit_keyed": homes.unit_keyed,
    "@home_keyed": homes.home_keyed,
    "@home_confirmed": homes.home_confirmed,
    "@home_wrong": homes.home_wrong,
    "@number_keyed": callback.number_keyed,
    "@number_confirmed": callback.number_confirmed,
    "@number_wrong": callback.number_wrong,
    "@number_skipped": callback.number_skipped,
    "@progress": progress.progress,
    "@own_progress": progress.own_progress,
    "@ref_keyed": progress.ref_keyed,
    "@tail_keyed": progress.tail_keyed,
    "@code_keyed": claims.code_keyed,
    "@add_unnamed": claims.add,
    "@unnamed_added": claims.added,
    "@scored": rating.scored,
    "@commented": rating.commented,
    "@interview": rating.interviewed,
    "@goodbye": progress.goodbye,
    "@staff": staffline.staff_calls,
    "@page_taken": staffline.page_taken,
    "@page_passed": staffline.page_passed,
    "@page_help": staffline.page_help,
    "@ticket_chosen": staffline.ticket_chosen,
    "@arrived": staffline.arrived,
    "@done": staffline.done,
}
LISTS: Mapping[str, Callable[[Turn], list[tuple[int, str]]]] = {
    "projects": greeting.projects_listed,
    "homes": homes.homes_listed,
    "tickets": staffline.tickets_listed,
    "own_tickets": own.listed,
}
VALUES: Mapping[str, Callable[[Turn], Mapping[str, object]]] = {
    "identify.confirm": homes.confirm_values,
    "known.trouble": known.trouble_values,
    "main.top": greeting.top_values,
    "night.top": greeting.top_values,
    "number.confirm": callback.confirm_values,
    "survey.offer": rating.offer_values,
    "staff.page": staffline.page_values,
    "staff.choose": staffline.choose_values,
    "staff.ticket": staffline.ticket_values,
}
KEPT: Mapping[str, Callable[[str], dict[str, Any]]] = {
    # a new matter: what they heard before no longer settles the call
    "purpose": lambda value: {"purpose": value, "is_answered": False},
    "category": lambda value: {"category": value},
    "anonymous": lambda _value: {"is_anonymous": True},
    "headquarters": lambda _value: {"to_headquarters": True},
    "score": lambda value: {"score_key": value},
}
"""What `set` in a menu may set."""
