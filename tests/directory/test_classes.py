"""The rules of the classes: each class has them, they agree with the rest, and the page of them is right."""

import re

from base.settings import ROOT
from directory.classes import RULES, Quiet, Vendor
from directory.consent import ALWAYS, ASKED_FIRST, REFUSABLE
from messages import pacing
from messages.lifecycle import MessageClass
from outreach.templates import footer

DOCUMENT = ROOT / "docs" / "classes.md"


def test_every_class_of_message_has_rules() -> None:
    assert set(MessageClass) | {"marketing"} == set(RULES)


def test_danger_contract_and_employment_cannot_be_refused_and_greetings_take_a_yes() -> None:
    assert {"emergency", "service", "staff"} == ALWAYS
    assert REFUSABLE == ("survey", "care", "marketing")
    assert {"care", "marketing"} == ASKED_FIRST


def test_a_footer_goes_with_promotion_and_with_nothing_else() -> None:
    for name, rules in RULES.items():
        assert rules.has_footer is (rules.vendor is Vendor.PROMOTION), name
    for message_class in MessageClass:
        words = footer(message_class, "zh", is_two_way=True, hotline="+864008001234")
        assert bool(words) is RULES[message_class].has_footer


def test_quiet_hours_are_those_of_the_class() -> None:
    assert {name for name in pacing.QUIET if name != pacing.LANDLINE} == {n for n, r in RULES.items() if r.quiet}
    assert RULES["emergency"].quiet == RULES["staff"].quiet == ()


def test_the_page_of_classes_says_what_the_rules_say() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in DOCUMENT.read_text("utf-8").splitlines()
        if re.match(r"\| `\w+`", line)
    ]
    assert {row[0].strip("`"): row[2:] for row in rows} == {
        name: [
            "first" if rules.is_asked_first else "no",
            "yes" if rules.is_refusable else "no",
            "yes" if rules.has_footer else "none",
            "; ".join(map(_hours, rules.quiet)) or "none",
            str(rules.most_a_day or "–"),
            str(rules.most_a_year or "–"),
            rules.vendor.value,
        ]
        for name, rules in RULES.items()
    }


def _hours(quiet: Quiet) -> str:
    return f"{quiet.starts:%H:%M}–{quiet.ends:%H:%M}"
