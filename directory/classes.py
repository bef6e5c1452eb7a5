"""What holds for each class of message: consent, refusal, footer, quiet hours, how many a day and a year. Pure."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Final


class Vendor(StrEnum):
    """As what a carrier in the mainland has its texts filed: as notices, or as promotion, which greetings are."""

    NOTICE = "notice"
    PROMOTION = "promotion"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours (of the recipient's day) in which nothing of a class goes; over midnight where it starts later."""

    starts: time
    ends: time


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRules:
    """The rules of one class. `is_asked_first`: it takes a yes before the first one; `is_refusable`: a no is heeded.

    `most_a_day` and `most_a_year`: messages a number gets on one day or in one year of its own calendar; of services
    and surveys only what goes to many is held to it: an answer to somebody always goes.
    """

    vendor: Vendor
    is_asked_first: bool = False
    is_refusable: bool = False
    has_footer: bool = False
    quiet: tuple[Quiet, ...] = ()
    most_a_day: int | None = None
    most_a_year: int | None = None


NIGHT_OF_GREETINGS: Final = Quiet(time(20), time(9))

RULES: Final[dict[str, ClassRules]] = {
    "staff": ClassRules(vendor=Vendor.NOTICE),
    "emergency": ClassRules(vendor=Vendor.NOTICE),
    "service": ClassRules(vendor=Vendor.NOTICE, quiet=(Quiet(time(21), time(8)),), most_a_day=5),
    "survey": ClassRules(
        vendor=Vendor.NOTICE, is_refusable=True, quiet=(Quiet(time(20), time(9)), Quiet(time(12), time(14))),
        most_a_year=2,
    ),
    "care": ClassRules(
        vendor=Vendor.PROMOTION, is_asked_first=True, is_refusable=True, has_footer=True, quiet=(NIGHT_OF_GREETINGS,),
        most_a_day=1, most_a_year=8,
    ),
    "marketing": ClassRules(
        vendor=Vendor.PROMOTION, is_asked_first=True, is_refusable=True, has_footer=True, quiet=(NIGHT_OF_GREETINGS,),
        most_a_day=1,
    ),
}  # fmt: skip
"""By the class's own word. Employment, danger and contract cannot be refused (PIPL art. 13); greetings count as
promotion with the mainland's carriers. No marketing is sent by this service: the class is there to be refused.
"""

QUIET_IN_ZONE: Final[dict[tuple[str, str], tuple[Quiet, ...]]] = {
    (name, "Asia/Taipei"): (Quiet(time(12, 30), time(13, 30)),)
    for name, rules in RULES.items() if rules.vendor is Vendor.PROMOTION
}  # fmt: skip
"""Further quiet hours of a class in the zone of one country's numbers. Taiwan: no promotion over lunch, nor from 21 to
9, which the night of greetings covers (the carrier's guide to Taiwan).
"""

ASKED_FIRST_IN: Final[dict[str, frozenset[str]]] = {"+63": frozenset({"survey"})}
"""Classes that take a yes before the first one in some countries, by how their numbers begin. The Philippines: surveys
too (the carrier's guide to them).
"""
TO_MANY_ASKED_FIRST_IN: Final[dict[str, frozenset[str]]] = {"+63": frozenset({"service"})}
"""Further classes that take one there where the same goes to many: the Philippines' guide asks it of broadcasts. What
answers one person needs none, nor does danger.
"""
