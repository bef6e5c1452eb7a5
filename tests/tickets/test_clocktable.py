"""How long each clock may run is a file: that of the release, or a house's own, by which everything goes."""

import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from base.errors import SettingsError
from console.facts import standing
from oncall.actions.auditing import audit
from oncall.actions.ladders import ladder_of
from oncall.audit import Fault
from tests.make import a_project
from tickets import actions
from tickets.clocktable import RULES, Runs, read_table, table_of_the_house
from tickets.lifecycle import Channel, Kind, Level
from tickets.promises import when
from tickets.running import ClockName, Fact

TEN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TEXT = RULES.read_text("utf-8")


def with_row(level: Level, *changes: tuple[str, str]) -> str:
    """The table of the release with lines of one level written otherwise."""
    before, row, after = re.split(rf"(- level: {level.value}\n(?:  .*\n)+)", TEXT)
    for old, new in changes:
        assert row.count(old) == 1, old
        row = row.replace(old, new)
    return before + row + after


def test_the_table_of_the_release_is_what_is_promised() -> None:
    table = table_of_the_house()
    assert {level: (row.promised.value, row.promised_s / 60) for level, row in table.items()} == {
        Level.P0: ("arrive", 5), Level.P1: ("arrive", 30), Level.P2: ("ack", 30), Level.P3: ("first_reply", 240),
        Level.C1: ("first_reply", 1440), Level.C2: ("ack", 60),
    }  # fmt: skip
    assert table[Level.P3].runs == {ClockName.FIRST_REPLY: Runs.OFFICE, ClockName.FINISH: Runs.WORKDAYS}
    assert (table[Level.C1].whose_s, table[Level.C2].whose_s) == (7200, 1800)
    assert (table[Level.P2].rework_s, table[Level.C1].rework_s) == (86400, None)


@pytest.mark.parametrize(("text", "words"), [
    (with_row(Level.P0, ("  ack: 3\n", "")), "ack is missing"),
    (with_row(Level.C1, ("  callback: 4320\n", "")), "callback is missing"),
    (with_row(Level.P1, ("promised: arrive", "promised: ack")), "promised has no 'ack'"),
    (with_row(Level.P2, ("promised: ack", "promised: first_reply")), "one clock that is here: ack"),
    (with_row(Level.P1, ("arrive: 30", "arrive: 90")), "whole hours"),
    (with_row(Level.P1, ("arrive: 30", "arrive: never")), "must be a number"),
    (with_row(Level.P1, ("  ack: 5\n", "  ack: 5\n  desk: ack\n")), "runs always"),
    (with_row(Level.C2, ("desk: first_reply", "desk: [first_reply, ack]")), "runs always"),
    (with_row(Level.P2, ("desk: ack", "desk: ack\n  office: ack")), "stands in two"),
    (with_row(Level.P2, ("desk: ack", "desk: arrive")), "is allowed no time"),
    (with_row(Level.P2, ("  told: 30\n", "")), "told must be a number"),
    (with_row(Level.C2, ("promised: ack", "promised: ack\n  told: 5")), "no told"),
    (with_row(Level.C2, ("whose: 30", "whom: 30")), "no 'whom'"),
    (TEXT + "- level: P0\n", "written twice"), (TEXT.replace("level: C2", "level: P1"), "written twice"),
    (TEXT.replace("- level: P0", "- level: [P0, P1]"), "about one level"),
    (TEXT[: TEXT.index("- level: C2")], "missing: C2"),
])  # fmt: skip
def test_a_table_that_is_wrong_says_in_which_line(text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as refused:
        read_table(text)
    assert re.match(r"clocks\.yaml:\d+: .* / ", str(refused.value))


def test_the_line_is_that_of_what_is_wrong() -> None:
    text = with_row(Level.P1, ("arrive: 30", "arrive: 90"))
    line = text[: text.index("arrive: 90")].count("\n") + 1
    with pytest.raises(SettingsError, match=f"^clocks.yaml:{line}: "):
        read_table(text)


@pytest.fixture
def own(app: Flask, tmp_path: Path) -> Path:
    """A house that is twenty minutes away, answers repairs within two hours and gives supervisors one."""
    path = tmp_path / "clocks.yaml"
    text = with_row(Level.P1, ("arrive: 30", "arrive: 20"), ("ack: 5", "ack: 10"))
    far = re.split(r"(- level: P2\n(?:  .*\n)+)", text)
    far[1] = far[1].replace("  ack: 30", "  ack: 120").replace("told: 30", "told: 60")
    text = "".join(far)
    path.write_text(re.sub(r"whose: 120", "whose: 60", text), encoding="utf-8")
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"clocks_file": str(path)})
    return path


def test_everything_goes_by_the_table_of_a_house(session: Session, own: Path) -> None:
    project = a_project(session, day_starts=time(8, 30), day_ends=time(18))
    pipe, tap = (
        actions.open_ticket(
            session, actions.TicketDraft(Kind.REPAIR, what, Channel.CALL, project_id=project.id), at=TEN
        )
        for what in ("burst_pipe", "water_power")
    )
    promises = [actions.promise_of(session, one, at=TEN) for one in (pipe, tap)]
    said = [when(one, "en", at=TEN, zone="Asia/Shanghai") for one in promises]
    assert said == ["within 20 minutes", "within 2 hours"]
    assert tap.page_due_at == TEN + HOUR, "the first of us is told an hour before"
    assert ladder_of(tap, at=TEN).rungs[0].after_s == -3600
    shown = {clock.name: clock.due_at for clock in standing(session, pipe, [Fact("opened", TEN)], TEN)}
    assert shown[ClockName.ARRIVE] == TEN + 20 * MINUTE
    assert [clock.due_at for clock in actions.standing_clocks(session, pipe, at=TEN)] == list(shown.values())
    noise = actions.TicketDraft(Kind.COMPLAINT, "noise", Channel.CALL, project_id=project.id)
    hop = actions.put_by_itself(session, actions.open_ticket(session, noise, at=TEN).id, at=TEN)
    assert hop is not None
    assert hop.due_at == TEN + HOUR


@pytest.mark.parametrize(("minutes", "is_found"), [(6, False), (11, True)])
def test_the_auditor_goes_by_it_too(session: Session, own: Path, minutes: int, is_found: bool) -> None:
    draft = actions.TicketDraft(Kind.REPAIR, "burst_pipe", Channel.CALL, project_id=a_project(session).id)
    pipe = actions.open_ticket(session, draft, at=TEN)
    found = [one.ref for one in audit(session, at=TEN + minutes * MINUTE) if one.fault is Fault.NOBODY]
    assert (found == [pipe.ref]) is is_found
