"""Templates are rewritten version by version, and what they said before can be said again."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from base import clock
from base.database import reading, transaction
from base.errors import BadInput, Conflict, HuiyinError, NotAllowed
from messages.lifecycle import MessageClass
from messages.lint import Unfit
from messages.models import Message
from outreach import templates
from outreach.actions import notices, wordings
from outreach.actions.campaigns import By
from outreach.jobs import planning as jobs
from outreach.models import Campaign, TemplateVersion
from tests.messages.fake import AT
from tests.outreach.stage import Stage, a_water_cut

KEY = "water_restored"
ZH, EN = "来水了：{places}已于{end}恢复。咨询{hotline}", "Water is back in {places} since {end}. Info {hotline}"


def of_all(by: By) -> By:
    """The same colleague, serving every project."""
    return replace(by, project_id=None)


def write(stage: Stage, by: By | None = None, *, zh: str = ZH, en: str = EN, read: int = 1, key: str = KEY) -> int:
    with transaction() as session:
        by = by or of_all(stage.supervisor)
        return wordings.write_version(session, key, by, zh=zh, en=en, read=read, at=clock.now()).version


def says(key: str = KEY) -> tuple[int, str]:
    with reading() as session:
        current = wordings.wording(session, key)
        return current.version, current.template.zh


def test_a_template_says_what_came_with_the_house_until_somebody_rewrites_it(stage: Stage) -> None:
    house = templates.template(KEY)
    assert says() == (1, house.zh)
    assert write(stage) == 2
    assert says() == (2, ZH)
    with reading() as session:
        second, first = wordings.history(session, KEY)
        assert (first.version, first.zh, first.author) == (1, house.zh, None)
        assert (second.version, second.zh, second.author.name, second.written_at) == (2, ZH, "赵主管", AT)  # type: ignore[union-attr]
        shown = {one.template.key: one for one in wordings.wordings(session)}
        assert list(shown) == [each.key for each in templates.all_templates()]
        assert (shown[KEY].version, shown[KEY].author) == (2, "赵主管")
        assert (shown["gas_opening"].version, shown["gas_opening"].written_at) == (1, None)


def test_an_older_version_is_said_again_as_a_new_one(stage: Stage) -> None:
    write(stage)
    clock.stop_at(AT + timedelta(days=1))
    with transaction() as session:
        wordings.restore(session, KEY, of_all(stage.manager), version=1, read=2, at=clock.now())
    assert says() == (3, templates.template(KEY).zh)
    with reading() as session:
        third = wordings.history(session, KEY)[0]
        assert (third.restored_from, third.author_id) == (1, stage.manager.staff_id)
    with pytest.raises(BadInput, match="no version 9"), transaction() as session:
        wordings.restore(session, KEY, of_all(stage.manager), version=9, read=3, at=clock.now())


@pytest.mark.parametrize(
    ("zh", "rule"),
    [
        ("您已欠费，{places}停水", "arrears"),
        ("{places}来水了，{homes}", "placeholder"),
        ("{places}来水了，{start}", "placeholder"),
        ("", "empty"),
        ("详见www.example.com", "link"),
    ],
)
def test_words_that_cannot_be_sent_are_no_version(stage: Stage, zh: str, rule: str) -> None:
    with pytest.raises(Unfit) as refusal:
        write(stage, zh=zh)
    assert [one.rule for one in refusal.value.findings if one.is_error] == [rule]
    with reading() as session:
        assert list(session.scalars(select(TemplateVersion))) == []


def test_for_a_day_of_mourning_no_joy_is_written(stage: Stage) -> None:
    with pytest.raises(Unfit):
        write(stage, key="remembrance_safety", zh="祝您平安，请勿烧纸。物业{hotline}")


def test_who_may_not_and_who_was_slower_is_told_so(stage: Stage) -> None:
    with pytest.raises(NotAllowed, match="supervisor or above"):
        write(stage, of_all(stage.author))
    with pytest.raises(NotAllowed, match="whole company"):
        write(stage, stage.manager)
    write(stage)
    with pytest.raises(Conflict, match="version 2 now"):
        write(stage, of_all(stage.manager), zh=ZH + "！")
    with pytest.raises(Conflict, match="says already"):
        write(stage, read=2)
    with pytest.raises(BadInput, match="no template"):
        write(stage, key="no_such")


def test_of_two_who_rewrite_it_at_once_one_is_told_so(stage: Stage, app: Flask) -> None:
    met, ends = threading.Barrier(2), []

    def rewrites(by: By) -> None:
        with app.app_context():
            met.wait(timeout=10)
            try:
                ends.append(write(stage, of_all(by), zh=f"{ZH}。{by.role}"))
            except HuiyinError as error:
                ends.append(type(error).__name__)

    both = [threading.Thread(target=rewrites, args=[by]) for by in (stage.supervisor, stage.manager)]
    for one in both:
        one.start()
    for one in both:
        one.join(timeout=30)
    assert sorted(map(str, ends)) == ["2", "Conflict"]


def test_the_all_clear_says_what_the_template_says_now_and_remembers_its_version(stage: Stage) -> None:
    write(stage)
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=a_water_cut(stage))
    stage.approve(opening)
    stage.work()
    with transaction() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
        written = notices.restore(session, incident_id, stage.supervisor, at=AT)
        assert written is not None
        id = written.id
    jobs.plan(id)
    with reading() as session:
        campaign = session.get_one(Campaign, id)
        assert (campaign.template_key, campaign.template_version, campaign.title) == (KEY, 2, "恢复供水")
        bodies = set(session.scalars(select(Message.body).where(Message.batch_id == campaign.batch_id)))
        assert bodies == {"【回音物业】来水了：幸福花园已于今日12:00恢复。咨询4008001234"}
