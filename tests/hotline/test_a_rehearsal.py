"""Before a web process takes calls it goes through one: nothing stays but what the first caller would wait for."""

import gc
import runpy
from types import SimpleNamespace

import pytest
from gunicorn.config import get_default_config_file
from sqlalchemy import event, func, select

from base.database import Base, reading
from base.queue import Lane, hints
from base.settings import ROOT
from hotline.rehearsal import rehearse
from tests.conftest import furnished
from tests.hotline.conftest import OWNER
from tickets.models import Ticket


@pytest.fixture
def asked(app):
    """Every statement that was said to the database, once."""
    said: dict[str, int] = {}
    event.listen(
        app.extensions["database"].engine, "before_cursor_execute", lambda _c, _k, words, *_: said.update({words: 1})
    )
    return said


def _rows() -> dict[str, int]:
    with reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables
        }


def test_it_leaves_nothing_behind(app, estate):
    before = _rows()
    rehearse(app)
    assert _rows() == before
    assert [hints().waiting(lane) for lane in Lane] == [0, 0, 0]
    assert app.extensions["database"].engine.pool.checkedout() == 0


def test_a_repair_call_asks_nothing_that_was_not_rehearsed(app, asked, dials, estate, only):
    rehearse(app)
    rehearsed = set(asked)
    asked.clear()
    call = dials(OWNER).presses("1", "3")
    call.says().hangs_up()
    new = asked.keys() - rehearsed
    assert len(asked) > 15
    assert new == set()
    assert only(Ticket)


def test_without_a_database_it_is_left_out(app, settings, tmp_path):
    away = furnished(settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/nothing-in-it.db"}))
    rehearse(away)
    assert away.test_client().get("/healthz").status_code == 200


def test_what_goes_wrong_in_it_keeps_no_process_from_starting(app, estate, monkeypatch):
    def fails(*_given, **_more):
        raise RuntimeError("a menu that leads nowhere")

    before = _rows()
    monkeypatch.setattr("hotline.rehearsal.conversation.go_on", fails)
    rehearse(app)
    assert _rows() == before


def test_the_web_server_has_it_done_once_before_it_forks(app, asked, monkeypatch):
    monkeypatch.chdir(ROOT)
    hooks = runpy.run_path(get_default_config_file())
    preloads, usual = SimpleNamespace(preload_app=True), gc.get_threshold()
    try:
        hooks["when_ready"](SimpleNamespace(cfg=preloads, app=SimpleNamespace(wsgi=lambda: app)))
        assert gc.get_freeze_count() > 100_000, "what is inherited is not looked through again"
        assert gc.get_threshold()[0] > usual[0]
    finally:
        gc.unfreeze()
        gc.set_threshold(*usual)
    assert any("INSERT INTO ticket " in words for words in asked)
