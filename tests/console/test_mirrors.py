"""The group channels on the page of who is on duty and at the doctor: how they fare, and never where they are."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from pydantic import SecretStr

from base import clock
from base.database import transaction
from base.settings import Settings
from console.words import say
from oncall.mirrormodels import MirrorNote
from tests.console.conftest import LogIn
from tests.console.evening import Evening

URLS = "wecombot://s3cret-key 幸福里小区=feishu://s3cret-token 没有的=dingtalk://s3cret nonsense://s3cret"


@pytest.fixture
def channels(app: Flask, evening: Evening) -> None:
    before = app.extensions["settings"].model_dump(exclude={"mirror_urls"})
    app.extensions["settings"] = Settings(_env_file=None, **before, mirror_urls=SecretStr(URLS))


def written(channel: str, *, fault: str = "", minutes: int = 30) -> None:
    at = clock.now() - timedelta(minutes=minutes)
    with transaction() as session:
        session.add(
            MirrorNote(
                channel=channel, once_key=f"paged/{minutes}", line="19:00 呼叫值班", written_at=at, tries=1,
                tried_at=at, sent_at=None if fault else at, fault=fault,
            )
        )  # fmt: skip


def card(page: str) -> str:
    return page.split('id="mirrors"')[1].split("</section>", maxsplit=1)[0]


def test_the_page_shows_each_channel_by_its_kind_when_it_was_told_and_what_is_lost(
    logged_in: LogIn, evening: Evening, channels: None
) -> None:
    written("#1", minutes=50)
    written("#1", minutes=40, fault="refused")
    page = logged_in("admin").get("/oncall").text
    here = card(page)
    assert say("mirror.kind.wecombot", "zh") in here
    assert say("mirror.fault.refused", "zh") in here
    assert say("mirror.lost", "zh", n=1) in here
    assert say("mirror.never", "zh") in here
    assert "s3cret" not in page


def test_whoever_serves_one_project_sees_its_channels_alone(logged_in: LogIn, evening: Evening, channels: None) -> None:
    here = card(logged_in("agent").get("/oncall").text)
    assert here.count("<li>") == 1
    assert say("mirror.kind.feishu", "zh") in here


def test_without_channels_there_is_no_such_card(logged_in: LogIn, evening: Evening) -> None:
    assert 'id="mirrors"' not in logged_in("admin").get("/oncall").text


def test_the_doctor_names_what_fails_by_its_name_and_stays_well(
    runner: FlaskCliRunner, evening: Evening, channels: None
) -> None:
    written("幸福里小区#1", fault="slow")
    said = runner.invoke(args=["doctor"]).output
    [line] = [line for line in said.splitlines() if "mirrors" in line]
    assert line.startswith("--")
    assert "幸福里小区#1（feishu）最近一次没有送到" in line
    assert "没有的#1（dingtalk）没有这个项目" in line
    assert "#2（nonsense）地址读不懂" in line
    assert "s3cret" not in said
