"""A company's own rules say which owners are asked, by what, until when and how often."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from messages.lifecycle import MessageClass, MessageState, Way
from outreach import callbackrules
from outreach.surveys import SurveyState
from tests.outreach.scene import LANDLINE, Scene, scene

__all__ = ["scene"]


@pytest.fixture
def own_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Puts a company's own file of rules in place of the house's."""

    def puts(written: str) -> None:
        (tmp_path / "rules.yaml").write_text(written, encoding="utf-8")
        monkeypatch.setattr(callbackrules, "RULES", tmp_path / "rules.yaml")
        callbackrules.rules_of_the_house.cache_clear()

    yield puts
    callbackrules.rules_of_the_house.cache_clear()


def test_a_rule_may_want_them_rung_first(scene: Scene, own_rules: Callable[[str], None]) -> None:
    own_rules("- ways: [call, text]")
    scene.is_asked()
    _, call = scene.sent()
    assert (call.way, call.message_class) == (Way.CALL, MessageClass.SURVEY)


def test_nobody_is_asked_later_than_the_rule_says(scene: Scene, own_rules: Callable[[str], None]) -> None:
    own_rules("- earliest: 1\n  latest: 3")
    scene.a_ticket()
    scene.is_resolved()
    scene.goes_on(4 * 3600)  # the house was dark when it fell due
    assert (scene.survey.state, scene.survey.reason) == (SurveyState.NOT_ASKED, "too_late")
    assert len(scene.sent()) == 1, "only the result was told"


def test_a_rule_says_how_often_somebody_is_rung(scene: Scene, own_rules: Callable[[str], None]) -> None:
    own_rules("- tries: 1")
    scene.is_asked(number=LANDLINE)
    scene.calls_ended(MessageState.NO_ANSWER)
    scene.goes_on(120)
    assert (scene.survey.state, scene.survey.tries) == (SurveyState.UNANSWERED, 1)


def test_a_share_leaves_the_others_in_peace(scene: Scene, own_rules: Callable[[str], None]) -> None:
    own_rules("- share: 0")
    scene.is_asked()
    assert (scene.survey.state, scene.survey.reason) == (SurveyState.NOT_ASKED, "not_drawn")
