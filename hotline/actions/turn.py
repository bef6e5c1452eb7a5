"""One turn of a call: what was heard, what is known, and the words gathered for the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from base.rows import quick_get
from base.wiring import settings
from directory.models import Project
from hotline import prompts
from hotline.intake import Intake, Reason
from hotline.menu import Book, Piece
from hotline.menubook import book
from hotline.models import Call
from telephony.speech import Say, Step, Tongue, spoken_digits
from tickets import triage
from tickets.hours import Hours
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Heard:
    """What one webhook brought: keys, or words instead (`said`), or the fate of a transfer, or of a message."""

    keys: str = ""
    said: str = ""
    recording_sid: str = ""
    recording_s: int = 0
    was_bridged: bool = False
    was_busy: bool = False
    has_hung_up: bool = False

    @property
    def line(self) -> str:
        """For the list of a call's events."""
        if self.recording_sid:
            return " ".join((f"recording {self.recording_s} s", *self.keys[:1]))
        return self.keys[:200]


@dataclass(frozen=True, slots=True)
class CommitFirst:
    """Commit what was written so far, then ask again: a ticket must stand before anything else can fail."""


Answer = Step | CommitFirst
Next = Answer | str
"""An answer, or the name of the question or act that comes next."""


@dataclass
class Turn:
    """One webhook of one call, inside one transaction that holds the call's row."""

    session: Session
    call: Call
    intake: Intake
    heard: Heard
    at: datetime
    step: int
    says: list[Say] = field(default_factory=list)
    book: Book = field(default_factory=book)
    picked: int = 0
    digits: str = ""
    note: str = ""
    told_code: tuple[int, str] | None = None
    """The ticket whose code is read out in this answer, and the code, which is not kept with it."""
    given_up: Reason | None = None
    """Why nobody is waited for any longer: whoever leads the call to a person says so, who pressed for one did not."""

    @property
    def language(self) -> Tongue:
        """The language the caller chose or was greeted in."""
        return "en" if self.call.language == "en" else "zh"

    @property
    def path(self) -> str:
        """The local path of the next step of this call."""
        return f"/voice/call/{self.call.id}/{self.step + 1}"

    @property
    def done_path(self) -> str:
        """Where the carrier says what became of a message recorded now."""
        return f"/voice/recorded/{self.call.id}/{self.step + 1}"

    @property
    def ticket(self) -> Ticket | None:
        """The ticket of this call so far."""
        return quick_get(self.session, Ticket, self.call.ticket_id) if self.call.ticket_id else None

    @property
    def is_day(self) -> bool:
        """Whether the project's desk is open."""
        return is_day(self.session, self.call, self.at)

    def remember(self, **facts: Any) -> None:
        """Keep facts for the rest of the call."""
        self.intake = self.intake.having(**facts)

    def words(self, name: str, **values: object) -> str:
        """A sentence of the menus in the caller's language."""
        return self.book.words(name).spoken(self.language, **{**self.usual, **values})

    def say(self, name: str, **values: object) -> None:
        """Add a sentence of the menus to the answer."""
        self.speak_piece(self.book.words(name).piece(self.language, **{**self.usual, **values}))

    def speak(self, words: str) -> None:
        """Add words that are already in the caller's language."""
        self.speak_piece(Piece(words))

    def speak_piece(self, piece: Piece) -> None:
        """Add words with the file in which somebody speaks them; without that file a voice reads the words."""
        if piece.words:
            self.says.append(Say(piece.words, language=self.language, played=prompts.address(piece.recorded)))

    @property
    def usual(self) -> Mapping[str, object]:
        """What every sentence may name."""
        here = settings()
        company = here.company_name_en if self.language == "en" else here.company_name
        return {"company": company, "hotline": here.hotline_said}


def is_day(session: Session, call: Call, at: datetime) -> bool:
    """Whether the desk of the call's project is open at `at`; without a project the usual hours hold."""
    return has_day(session.get(Project, call.project_id) if call.project_id else None, at)


def has_day(project: Project | None, at: datetime) -> bool:
    """Whether the desk of a project is open at `at`."""
    starts, ends = (project.day_starts, project.day_ends) if project else triage.USUAL_DAY
    return Hours(starts, ends, settings().timezone).is_open(at)


def spoken_ref(ticket: Ticket) -> str:
    """The ticket's number, digit by digit."""
    return spoken_digits(ticket.ref)


def tongue(language: str) -> Tongue:
    """`zh` or `en` as the steps of speech know them."""
    return "en" if language == "en" else "zh"
