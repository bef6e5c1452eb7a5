"""What members of staff are best spoken with about: departments, categories, English; who goes first for whom. Pure."""

from collections.abc import Collection, Mapping

from tickets.lifecycle import Kind
from tickets.triage import CARE, CATEGORIES, DESK, ENGINEERING, FINANCE, SECURITY

ENGLISH = "english"
DEPARTMENTS = (DESK, ENGINEERING, SECURITY, CARE, FINANCE)
SKILLS = frozenset({ENGLISH, *DEPARTMENTS, *CATEGORIES})
"""All that somebody may be good at."""


def unknown(skills: Collection[str]) -> list[str]:
    """Those that mean nothing here, in the order of the alphabet."""
    return sorted(set(skills) - SKILLS)


def wanted(kind: Kind, category: str) -> tuple[str, str]:
    """The skills that the branch of the menu asks for: the category itself, and the department that sees to it.

    Of a call that has not come so far, the department by its kind.
    """
    known = CATEGORIES.get(category)
    usual = ENGINEERING if kind is Kind.REPAIR else DESK
    return category, known.department if known else usual


def skilled(people: Mapping[int, Collection[str]], kind: Kind, category: str) -> list[set[int]]:
    """Who goes first about a matter, by the skills of each: who knows just that, then who knows its sort.

    Nobody is left out: who has no skill that fits comes after them.
    """
    return [{staff_id for staff_id, skills in people.items() if skill in skills} for skill in wanted(kind, category)]
