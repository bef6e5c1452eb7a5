"""What people are asked, and what they answer.

QuestionnaireVersion: what is made in the browser, to be asked in waves; RetiredQuestionnaire: what is asked no more;
SurveyTrial: a colleague tries it on themselves; Survey, Answer: one result of one ticket; IncidentSample: who is asked
after an all-clear; Interview, InterviewAnswer: what households are asked in waves.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from base.database import Base, Moment, Word, index_where
from directory.models import Home, Staff
from messages.lifecycle import Way
from outreach.letters import FIRST
from outreach.models import Campaign
from outreach.spotchecks import SpotState
from outreach.surveys import SurveyState, Via
from outreach.waves import InterviewState
from tickets.models import Incident, Ticket


class QuestionnaireVersion(Base):
    """A questionnaire that somebody has made in the browser: a draft, or from its publication on a version for good.

    `written` is it as the file would have it (`outreach.questionnairefile.Written`), `version` is counted by `key` and
    None while it is a draft. `saves` counts how often it was kept; `begun_from` is what it was begun from: a key of the
    file, `own1/2` for a version of the house, or nothing.
    """

    __tablename__ = "questionnaire_version"
    __table_args__ = (UniqueConstraint("key", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40))
    version: Mapped[int | None]
    written: Mapped[dict[str, Any]] = mapped_column(JSON)
    saves: Mapped[int] = mapped_column(default=1)
    begun_from: Mapped[str] = mapped_column(String(60), default="")
    author_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime] = mapped_column(Moment)
    publisher_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime | None] = mapped_column(Moment)

    author: Mapped[Staff] = relationship(viewonly=True, foreign_keys=[author_id])
    publisher: Mapped[Staff | None] = relationship(viewonly=True, foreign_keys=[publisher_id])


class RetiredQuestionnaire(Base):
    """A questionnaire that no new wave asks any more, of the house or of the file; without its row one does again."""

    __tablename__ = "retired_questionnaire"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    retired_at: Mapped[datetime] = mapped_column(Moment)

    staff: Mapped[Staff] = relationship(viewonly=True)


class SurveyTrial(Base):
    """A questionnaire that a colleague tries on their own telephone, as it stood then: a rehearsal, of which no answer
    is kept or counted.

    `number` is a telephone of the sandbox; empty: the one that the colleague is registered with.
    `question` is the key of the one that was put to them by text at `put_at`; a call has all it needs in its address.
    """

    __tablename__ = "survey_trial"
    __table_args__ = (Index("ix_survey_trial_staff_id", "staff_id", "begun_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    way: Mapped[Way] = mapped_column(Word(Way))
    language: Mapped[str] = mapped_column(String(2))
    questionnaire: Mapped[dict[str, Any]] = mapped_column(JSON)
    question: Mapped[str] = mapped_column(String(40))
    begun_at: Mapped[datetime] = mapped_column(Moment)
    put_at: Mapped[datetime] = mapped_column(Moment)
    texts: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    number: Mapped[str] = mapped_column(String(20), default="", server_default=text("''"))

    staff: Mapped[Staff] = relationship(viewonly=True)


class Survey(Base):
    """The question how it was, about one result of one ticket: there is one for each, also where nobody is asked.

    `told_at` is when the text with the result was to leave; what became of it the ledger knows. `due_at` is when it
    should next be looked at: to be put, to be put again, to end, or to close its ticket. `rings` are the pages of
    those rung for somebody who wanted a supervisor, in order. `recording_sid` is of when one message was kept: every
    message is a `SpokenComment`.
    """

    __tablename__ = "survey"
    __table_args__ = (
        index_where("ix_survey_due", "due_at", where="due_at IS NOT NULL"),
        Index("ix_survey_number_state", "number", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("ticket_event.id"), unique=True)
    state: Mapped[SurveyState] = mapped_column(Word(SurveyState))
    reason: Mapped[str] = mapped_column(String(30), default="")
    way: Mapped[Way | None] = mapped_column(Word(Way))
    number: Mapped[str | None] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(2), default="zh")
    is_demo: Mapped[bool] = mapped_column(default=False)
    told_at: Mapped[datetime | None] = mapped_column(Moment)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    asked_at: Mapped[datetime | None] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    rings: Mapped[list[int]] = mapped_column(JSON, default=list)
    recording_sid: Mapped[str | None] = mapped_column(String(40), unique=True)
    recording_s: Mapped[int] = mapped_column(default=0)
    letter: Mapped[str] = mapped_column(String(1), default=FIRST, server_default=FIRST)

    ticket: Mapped[Ticket] = relationship(viewonly=True)
    answer: Mapped["Answer | None"] = relationship(viewonly=True, uselist=False)


class Answer(Base):
    """What an owner said about a result: the key as it came, by which mapping it became a score, and their words."""

    __tablename__ = "answer"
    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), unique=True)
    key: Mapped[str] = mapped_column(String(10))
    mapping: Mapped[str] = mapped_column(String(20))
    score: Mapped[int]
    via: Mapped[Via] = mapped_column(Word(Via))
    answered_at: Mapped[datetime] = mapped_column(Moment, index=True)
    comment: Mapped[str] = mapped_column(Text, default="")

    survey: Mapped[Survey] = relationship(viewonly=True)


class IncidentSample(Base):
    """A household asked after an all-clear whether it is true where they live: by which way, and what they said.

    `due_at` is when it should next be looked at: to be asked, asked again, or left in peace. `letter` tells the
    question from others that are open at the number. A no is the ticket `ticket_id`.
    """

    __tablename__ = "incident_sample"
    __table_args__ = (
        UniqueConstraint("incident_id", "number"),
        index_where("ix_incident_sample_due", "due_at", where="due_at IS NOT NULL"),
        Index("ix_incident_sample_number_state", "number", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    number: Mapped[str] = mapped_column(String(20))
    home_id: Mapped[int | None] = mapped_column(ForeignKey("home.id"))
    language: Mapped[str] = mapped_column(String(2), default="zh")
    is_demo: Mapped[bool] = mapped_column(default=False)
    state: Mapped[SpotState] = mapped_column(Word(SpotState), default=SpotState.PLANNED)
    reason: Mapped[str] = mapped_column(String(30), default="")
    way: Mapped[Way] = mapped_column(Word(Way))
    drawn_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    asked_at: Mapped[datetime | None] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)
    letter: Mapped[str] = mapped_column(String(1), default=FIRST)
    key: Mapped[str] = mapped_column(String(10), default="")
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))

    incident: Mapped[Incident] = relationship(viewonly=True)


class Interview(Base):
    """The questions of one wave to one household, at one number.

    `question` is the key of the one they are at, put at `put_at`; the letter tells it from other questions open at the
    number. `due_at` is when it should next be looked at: to see whether it left, to be reminded, to be given up.
    `ticket_id` is what a low answer, a wish for a person or a spoken word opened. `recording_sid` is of when one
    message was kept: every message is a `SpokenComment`.
    """

    __tablename__ = "interview"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        index_where("ix_interview_due", "due_at", where="due_at IS NOT NULL"),
        Index("ix_interview_number", "number", "written_at"),
        Index("ix_interview_home_id", "home_id", "written_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    number: Mapped[str] = mapped_column(String(20))
    home_id: Mapped[int] = mapped_column(ForeignKey("home.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    language: Mapped[str] = mapped_column(String(2), default="zh")
    way: Mapped[Way] = mapped_column(Word(Way))
    is_demo: Mapped[bool] = mapped_column(default=False)
    state: Mapped[InterviewState] = mapped_column(Word(InterviewState), default=InterviewState.PLANNED)
    reason: Mapped[str] = mapped_column(String(30), default="")
    letter: Mapped[str] = mapped_column(String(1), default=FIRST)
    question: Mapped[str] = mapped_column(String(40), default="")
    written_at: Mapped[datetime] = mapped_column(Moment)
    asked_at: Mapped[datetime | None] = mapped_column(Moment)
    put_at: Mapped[datetime | None] = mapped_column(Moment)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    reminded_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    recording_sid: Mapped[str | None] = mapped_column(String(40), unique=True)
    recording_s: Mapped[int] = mapped_column(default=0)

    campaign: Mapped[Campaign] = relationship(viewonly=True)
    home: Mapped[Home] = relationship(viewonly=True)
    answers: Mapped[list["InterviewAnswer"]] = relationship(viewonly=True, order_by="InterviewAnswer.id")


class InterviewAnswer(Base):
    """What a household said to one question of a wave: the key as it came, what it meant, and their words.

    The key of a question for words is empty, or 0 where it was passed over; `score` is None where keys have no rank.
    """

    __tablename__ = "interview_answer"
    __table_args__ = (UniqueConstraint("interview_id", "question"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    interview_id: Mapped[int] = mapped_column(ForeignKey("interview.id"))
    question: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(10))
    mapping: Mapped[str] = mapped_column(String(20))
    score: Mapped[int | None]
    via: Mapped[Via] = mapped_column(Word(Via))
    answered_at: Mapped[datetime] = mapped_column(Moment, index=True)
    comment: Mapped[str] = mapped_column(Text, default="")

    interview: Mapped[Interview] = relationship(viewonly=True)


class SpokenComment(Base):
    """A message after the tone of a question: every one of a call is kept. `sid` is what the carrier calls it.

    It belongs to a survey or to an interview, and to the ticket on which somebody listens to it. `adopt_due_at` is the
    standing order to fetch it as any message is fetched.
    """

    __tablename__ = "spoken_comment"
    __table_args__ = (index_where("ix_spoken_comment_adopt_due", "adopt_due_at", where="adopt_due_at IS NOT NULL"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(String(40), unique=True)
    survey_id: Mapped[int | None] = mapped_column(ForeignKey("survey.id"), index=True)
    interview_id: Mapped[int | None] = mapped_column(ForeignKey("interview.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    duration_s: Mapped[int] = mapped_column(default=0)
    adopt_due_at: Mapped[datetime | None] = mapped_column(Moment)
