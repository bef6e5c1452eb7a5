"""Whom a later word about a trouble goes to is found by an index, however much the house has ever sent."""

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from base import clock
from base.database import transaction
from messages.lifecycle import MessageClass
from outreach.actions import further, notices
from outreach.lifecycle import NoticeStep
from outreach.models import Campaign
from tests.outreach.stage import Stage, a_water_cut


@pytest.mark.parametrize("step", [NoticeStep.DELAY, NoticeStep.RESTORED, NoticeStep.RELEASED, NoticeStep.FOLLOW_UP])
def test_no_further_word_reads_the_whole_ledger_or_its_archive(
    stage: Stage, step: NoticeStep, database_kind: str
) -> None:
    if database_kind == "postgres":
        return  # with so few rows it reads the table, and rightly
    opening = stage.planned(stage.supervisor, message_class=MessageClass.EMERGENCY, trouble=a_water_cut(stage))
    stage.approve(opening)
    stage.work()
    asked: list[tuple[str, Any]] = []

    def listen(_conn: object, _cursor: object, statement: str, given: object, *_: object) -> None:
        if "message_archive" in statement:
            asked.append((statement, given))

    with transaction() as session:
        incident_id = session.get_one(Campaign, opening).incident_id
        assert incident_id is not None
        written = notices.restore(session, incident_id, stage.supervisor, at=clock.now())
        assert written is not None
        written.step = step
        event.listen(Engine, "before_cursor_execute", listen)
        try:
            further.listeners(session, written)
        finally:
            event.remove(Engine, "before_cursor_execute", listen)
        plans = [session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {how}", given).all() for how, given in asked]
    assert len(plans) > 2
    assert [part for plan in plans for part in plan if part[3].startswith("SCAN message")] == []
