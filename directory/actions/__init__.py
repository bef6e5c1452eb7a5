"""What can be asked of people and places, and what is written down about their wishes."""

from directory.actions.callers import Caller, Whose, kind_of, staff_by_number, transferable, who_calls, whose_number
from directory.actions.consents import last_word, record_choice, record_consent, refused, undo_opt_out, why_not
from directory.actions.demo import holds_demo, reaches_demo
from directory.actions.places import find_home, place_of, project_by_number, projects, unit_keys_in

__all__ = [
    "Caller", "Whose", "find_home", "holds_demo", "kind_of", "last_word", "place_of",
    "project_by_number", "projects", "reaches_demo", "record_choice", "record_consent", "refused", "staff_by_number",
    "transferable", "undo_opt_out", "unit_keys_in", "who_calls", "whose_number", "why_not",
]  # fmt: skip
