"""What people texted us, how it was for them, and what is sent to many.

Reply, Survey, Answer; Campaign, LeftOut, Verdict, TemplateVersion; IncidentSample: who is asked after an all-clear;
Interview, InterviewAnswer: what households are asked in waves; SpecialDay, BirthdayWish: days that are not as the
calendar says, and what is wished on birthdays.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, Float, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from base.database import Base, Moment, Word
from directory.models import Home, Person, Project, Staff
from messages.lifecycle import MessageClass, Way
from messages.models import Batch
from outreach.contactplans import Absence, Means
from outreach.letters import FIRST
from outreach.lifecycle import CampaignKind, CampaignState, NoticeStep, VerdictKind
from outreach.spotchecks import SpotState
from outreach.surveys import SurveyState, Via
from outreach.waves import InterviewState
from outreach.workdays import DayKind
from tickets.models import Incident, Ticket


class Reply(Base):
    """One text somebody sent us.

    `became` says what we made of it: page, consent, survey, which (of several questions it answers was asked back),
    ticket, auto_reply, ignored.
    """

    __tablename__ = "reply"
    id: Mapped[int] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(String(40), unique=True)
    number: Mapped[str | None] = mapped_column(String(20), index=True)
    to_number: Mapped[str] = mapped_column(String(20))
    body: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(Moment)
    became: Mapped[str] = mapped_column(String(20), default="")
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))


class Survey(Base):
    """The question how it was, about one result of one ticket: there is one for each, also where nobody is asked.

    `told_at` is when the text with the result was to leave; what became of it the ledger knows. `due_at` is when it
    should next be looked at: to be put, to be put again, to end, or to close its ticket. `rings` are the pages of
    those rung for somebody who wanted a supervisor, in order. `recording_sid` is what they said after the beep, as
    the carrier calls it.
    """

    __tablename__ = "survey"
    __table_args__ = (
        Index(
            "ix_survey_due",
            "due_at",
            postgresql_where=text("due_at IS NOT NULL"),
            sqlite_where=text("due_at IS NOT NULL"),
        ),
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


class Campaign(Base):
    """Something planned to go to many: its words, its audience, its batch in the ledger, and who let it go.

    `audience` is the filter as it was asked for; whom it came to is frozen in the batch. The counts are what
    planning found: `people` reached through `numbers`, by `texts` and `calls`, at `segments`; `left_out` counts the
    others by reason. `occasion` is the festival and its year (`mid_autumn/2026`).
    Until `planner_until_at` somebody is planning it; then another may. `cost` (None: no prices were set), its `routes`
    (as `outreach.actions.routes` keeps them) and the ids of the messages shown as `samples` are frozen with it.
    `written_from_id` is a campaign it was written anew from; its words began as version `template_version` of the
    template `template_key`. `ladder_step` is the next rung of an emergency's ladder, due at `ladder_due_at`; None where
    there is none, or none any more. `sample_due_at` is when some of those who got an all-clear are chosen to be asked
    whether it is true. Of a survey wave, `questionnaire` is what it asks, as it stood when it was written, `share` of
    how many households, and `occasion` its month.
    """

    __tablename__ = "campaign"
    __table_args__ = (
        Index("ix_campaign_state", "state"),
        Index(
            "ix_campaign_sample",
            "sample_due_at",
            postgresql_where=text("sample_due_at IS NOT NULL"),
            sqlite_where=text("sample_due_at IS NOT NULL"),
        ),
        Index(
            "ix_campaign_ladder",
            "ladder_due_at",
            postgresql_where=text("ladder_due_at IS NOT NULL"),
            sqlite_where=text("ladder_due_at IS NOT NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CampaignKind] = mapped_column(Word(CampaignKind))
    message_class: Mapped[MessageClass] = mapped_column(Word(MessageClass))
    state: Mapped[CampaignState] = mapped_column(Word(CampaignState), default=CampaignState.PLANNING)
    title: Mapped[str] = mapped_column(String(120))
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    audience: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    step: Mapped[NoticeStep | None] = mapped_column(Word(NoticeStep))
    occasion: Mapped[str] = mapped_column(String(40), default="")
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), unique=True)
    send_at: Mapped[datetime | None] = mapped_column(Moment)
    valid_until_at: Mapped[datetime | None] = mapped_column(Moment)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime] = mapped_column(Moment)
    planner_until_at: Mapped[datetime | None] = mapped_column(Moment)
    ladder_step: Mapped[int] = mapped_column(default=0, server_default="0")
    ladder_due_at: Mapped[datetime | None] = mapped_column(Moment)
    sample_due_at: Mapped[datetime | None] = mapped_column(Moment)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None] = mapped_column(Moment)
    emergency_reason: Mapped[str] = mapped_column(String(200), default="")
    people: Mapped[int] = mapped_column(default=0)
    homes: Mapped[int] = mapped_column(default=0)
    numbers: Mapped[int] = mapped_column(default=0)
    texts: Mapped[int] = mapped_column(default=0)
    calls: Mapped[int] = mapped_column(default=0)
    segments: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    cost: Mapped[float | None] = mapped_column(Float)
    routes: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    samples: Mapped[list[int] | None] = mapped_column(JSON)
    template_key: Mapped[str | None] = mapped_column(String(40))
    template_version: Mapped[int | None]
    written_from_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    questionnaire: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    share: Mapped[float | None] = mapped_column(Float)
    version: Mapped[int] = mapped_column(default=1)

    batch: Mapped[Batch] = relationship(viewonly=True)
    project: Mapped[Project | None] = relationship(viewonly=True)
    incident: Mapped[Incident | None] = relationship(viewonly=True)
    author: Mapped[Staff | None] = relationship(viewonly=True, foreign_keys=[author_id])
    approved_by: Mapped[Staff | None] = relationship(viewonly=True, foreign_keys=[approved_by_id])
    verdicts: Mapped[list["Verdict"]] = relationship(viewonly=True, order_by="Verdict.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy's own form


class IncidentSample(Base):
    """A household asked after an all-clear whether it is true where they live: by which way, and what they said.

    `due_at` is when it should next be looked at: to be asked, asked again, or left in peace. `letter` tells the
    question from others that are open at the number. A no is the ticket `ticket_id`.
    """

    __tablename__ = "incident_sample"
    __table_args__ = (
        UniqueConstraint("incident_id", "number"),
        Index(
            "ix_incident_sample_due",
            "due_at",
            postgresql_where=text("due_at IS NOT NULL"),
            sqlite_where=text("due_at IS NOT NULL"),
        ),
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


class LeftOut(Base):
    """Somebody of the audience to whom a campaign does not go, and why."""

    __tablename__ = "left_out"
    __table_args__ = (
        UniqueConstraint("campaign_id", "person_id"),
        Index("ix_left_out_campaign_id_reason", "campaign_id", "reason"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    number: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(String(30))

    person: Mapped[Person] = relationship(viewonly=True)


class Interview(Base):
    """The questions of one wave to one household, at one number.

    `question` is the key of the one they are at, put at `put_at`; the letter tells it from other questions open at the
    number. `due_at` is when it should next be looked at: to see whether it left, to be reminded, to be given up.
    `ticket_id` is what a low answer, a wish for a person or a spoken word opened. `recording_sid` is what they said
    after the tone, as the carrier calls it.
    """

    __tablename__ = "interview"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        Index(
            "ix_interview_due",
            "due_at",
            postgresql_where=text("due_at IS NOT NULL"),
            sqlite_where=text("due_at IS NOT NULL"),
        ),
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


class SpecialDay(Base):
    """A day that is not as the calendar says: off, worked in its place, or one on which nobody is greeted."""

    __tablename__ = "special_day"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[DayKind] = mapped_column(Word(DayKind), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), default="")


class BirthdayWish(Base):
    """The words that go to everybody on their birthday, approved once; the newest row counts.

    Its batch stands over every greeting: it goes while that is approved, and switching it off is one row.
    """

    __tablename__ = "birthday_wish"
    id: Mapped[int] = mapped_column(primary_key=True)
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), unique=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime] = mapped_column(Moment)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None] = mapped_column(Moment)

    batch: Mapped[Batch] = relationship(viewonly=True)
    author: Mapped[Staff | None] = relationship(viewonly=True, foreign_keys=[author_id])
    approved_by: Mapped[Staff | None] = relationship(viewonly=True, foreign_keys=[approved_by_id])


class Verdict(Base):
    """What a second person said of a campaign: sent back before it went, or reviewed after it had to go at once."""

    __tablename__ = "verdict"
    __table_args__ = (UniqueConstraint("campaign_id", "kind"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    kind: Mapped[VerdictKind] = mapped_column(Word(VerdictKind))
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    said_at: Mapped[datetime] = mapped_column(Moment)
    words: Mapped[str] = mapped_column(String(500))

    by: Mapped[Staff] = relationship(viewonly=True)


class TemplateVersion(Base):
    """The words of a template as somebody wrote them; what a template says is its newest version.

    Version 1 is the house's own, without an author. `restored_from` is the version whose words these are again.
    """

    __tablename__ = "template_version"
    __table_args__ = (UniqueConstraint("key", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime] = mapped_column(Moment)
    restored_from: Mapped[int | None]

    author: Mapped[Staff | None] = relationship(viewonly=True)


class ContactPlan(Base):
    """How often, and by what, owners are contacted who are not there for this reason."""

    __tablename__ = "contact_plan"
    absence: Mapped[Absence] = mapped_column(Word(Absence), primary_key=True)
    every_days: Mapped[int]
    means: Mapped[Means] = mapped_column(Word(Means))
    is_on: Mapped[bool] = mapped_column(default=True)


class ContactDue(Base):
    """When somebody who is not there is to be contacted next, and when they last were; put together anew by the clock.

    `since_at` is when they were first seen to be away.
    """

    __tablename__ = "contact_due"
    __table_args__ = (Index("ix_contact_due_due_at", "due_at"),)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    absence: Mapped[Absence] = mapped_column(Word(Absence))
    since_at: Mapped[datetime] = mapped_column(Moment)
    last_at: Mapped[datetime | None] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)

    person: Mapped[Person] = relationship(viewonly=True)


class ContactMade(Base):
    """One time a colleague tried to speak with somebody who is not there; `is_reached`: they did."""

    __tablename__ = "contact_made"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    is_reached: Mapped[bool]
    note: Mapped[str] = mapped_column(String(200), default="")

    staff: Mapped[Staff] = relationship(viewonly=True)
