"""An import as its page and the history show it: how it stands, what was found, and what may be done now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s
from typing import Any

from sqlalchemy.orm import Session

from base.log import mask_text
from base.refusals import half
from console.facts import project_name
from console.scope import project_of
from console.staff import Me
from directory import rosterbook
from directory.rosterbook import OVER, UNDER_WAY
from directory.rostermodels import RosterImport, RosterState

WAITING, BROKEN_OFF = "waiting", "broken_off"
"""What an import reads as besides its state: nobody has taken it yet, and whoever had is dead."""
TONES = {
    RosterState.DONE.value: "ok", RosterState.FAILED.value: "bad", BROKEN_OFF: "bad", RosterState.CHECKED.value: "warn",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A refused row: where it stands, what was read there (numbers masked), and what to do."""

    number: int
    column: str
    read: str
    do: str


@dataclass(frozen=True, slots=True)
class Seen:
    """One import. `percent` is None while nobody knows how much there is; `counts` are those of the last run."""

    id: int
    state: str
    was: str
    name: str
    kilobytes: int
    who: str
    project: str
    brought_at: datetime
    ended_at: datetime | None
    step: str
    done: int
    total: int
    counts: dict[str, Any]
    rows: Sequence[Row]
    why: str
    has_file: bool
    has_refused: bool

    @property
    def tone(self) -> str:
        """How its state is coloured."""
        return TONES.get(self.state, "")

    @property
    def percent(self) -> int | None:
        """How much of this step is done."""
        return self.done * 100 // self.total if self.total else None

    @property
    def is_moving(self) -> bool:
        """Whether something happens to it by itself."""
        return self.state in {WAITING, *UNDER_WAY}

    @property
    def good(self) -> int:
        """The rows that can be imported."""
        return int(self.counts.get("rows", 0)) - int(self.counts.get("refused", 0))

    @property
    def may_start(self) -> bool:
        """Whether it may be imported now."""
        return self.state == RosterState.CHECKED and self.has_file and self.good > 0

    @property
    def may_retry(self) -> bool:
        """Whether what failed or broke off may be done again."""
        return self.state in {RosterState.FAILED, BROKEN_OFF} and self.has_file

    @property
    def may_drop(self) -> bool:
        """Whether its file may be thrown away."""
        return self.has_file and self.state not in {*OVER, *UNDER_WAY}

    @property
    def tag(self) -> str:
        """The same while the page reads the same."""
        read = (self.state, self.step, self.done, self.total, self.counts, self.why, self.has_file, self.has_refused)
        return blake2s(str(read).encode(), digest_size=8).hexdigest()


def history(session: Session, me: Me, *, at: datetime, language: str) -> list[Seen]:
    """The newest imports that this member of staff may see."""
    return [seen(one, at=at, language=language) for one in rosterbook.history(session, project_of(me))]


def seen(one: RosterImport, *, at: datetime, language: str) -> Seen:
    """An import, in the reader's language."""
    state = one.state.value
    if rosterbook.is_broken_off(one, at=at):
        state = BROKEN_OFF
    elif one.slot is not None and one.lease_until_at is None:
        state = WAITING
    was = one.was if one.state is RosterState.FAILED else one.state.value
    return Seen(
        one.id, state, was, mask_text(one.file_name), -(-one.size // 1024), one.staff.name if one.staff else "",
        project_name(one.project, language) if one.project else "", one.brought_at, one.ended_at, one.step,
        one.done, one.total, one.counts, [_row(refusal, language) for refusal in one.refusals], half(one.why, language),
        bool(one.path), bool(one.refused_path),
    )  # fmt: skip


def _row(refusal: Sequence[Any], language: str) -> Row:
    number, column, read, zh, en = refusal
    return Row(int(number), str(column), mask_text(str(read)), str(en if language == "en" else zh))
