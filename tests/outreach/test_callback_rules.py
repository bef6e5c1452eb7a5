"""Of which tickets which owners are asked, when, by what and how often: rules that somebody can change."""

from datetime import timedelta

import pytest

from base.errors import SettingsError
from messages.lifecycle import Way
from outreach.callbackrules import RULES, Rule, read_rules, rule_for
from outreach.surveys import ALWAYS_ASKED, MOST_TRIES
from tickets.lifecycle import Kind, Level

REF = "261122-0034"
WRITTEN = """
- kind: complaint
  ways: [call, text]
  latest: 48
- category: [lift, burst_pipe]
  level: P1
  earliest: 2
  tries: 5
- share: 0.3
"""


def test_the_rules_of_the_house_ask_everybody_about_everything() -> None:
    for kind in Kind:
        for level in Level:
            rule = rule_for(kind, "lift", level)
            assert rule.draws(kind, REF)
            assert rule.ways[0] is Way.TEXT
            assert rule.lasts is not None
    assert read_rules(RULES.read_text(encoding="utf-8"))


def test_the_first_rule_that_fits_holds() -> None:
    rules = read_rules(WRITTEN)
    complaint = rule_for(Kind.COMPLAINT, "lift", Level.P1, rules)
    assert (complaint.ways, complaint.lasts, complaint.tries) == ((Way.CALL, Way.TEXT), timedelta(hours=48), MOST_TRIES)
    lift = rule_for(Kind.REPAIR, "lift", Level.P1, rules)
    assert (lift.delay(1800), lift.tries, lift.share) == (timedelta(hours=2), 5, 1.0)
    other = rule_for(Kind.REPAIR, "lift", Level.P2, rules)
    assert (other.share, other.delay(1800), other.lasts) == (0.3, timedelta(minutes=30), None)


def test_a_share_is_drawn_by_the_number_and_always_the_same() -> None:
    rule = Rule(share=0.3)
    refs = [f"261122-{number:04d}" for number in range(1000)]
    drawn = [ref for ref in refs if rule.draws(Kind.REPAIR, ref)]
    assert 250 < len(drawn) < 350
    assert drawn == [ref for ref in refs if rule.draws(Kind.REPAIR, ref)]
    assert not any(Rule(share=0).draws(Kind.REPAIR, ref) for ref in refs)


def test_of_complaints_nobody_is_left_out_whatever_share_is_written() -> None:
    assert {Kind.COMPLAINT} == ALWAYS_ASKED
    assert Rule(share=0).draws(Kind.COMPLAINT, REF)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("", "must be a list"), ("kind: repair", "must be a list"), ("- 3", "name: value"),
        ("- kinds: repair\n- share: 1", "there is no 'kinds'"),
        ("- kind: repairs\n- share: 1", "kind has no 'repairs'"),
        ("- level: P9\n- share: 1", "level has no 'P9'"), ("- category: moon\n- share: 1", "category has no 'moon'"),
        ("- ways: [fax]", "ways has no 'fax'"), ("- ways: []", "at least one"), ("- share: 2", "share must be 0 to 1"),
        ("- share: true", "share must be 0 to 1"), ("- tries: 0", "tries must be 1 to 9"),
        ("- remind: 12", "remind must be 24 to 48, or 0"), ("- remind: soon", "remind must be 24 to 48, or 0"),
        ("- earliest: 5\n  latest: 2", "after earliest"), ("- kind: repair", "last rule must fit every ticket"),
    ],
)  # fmt: skip
def test_what_is_wrong_says_which_rule_and_how_to_write_it(written: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as refused:
        read_rules(written)
    assert "callbackrules.yaml" in str(refused.value)
