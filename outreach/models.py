"""What people texted us, and what is sent to many.

Reply; Campaign, LeftOut, Verdict, DayChange, TemplateVersion; BirthdayWish: what is wished on birthdays;
ContactPlan, ContactDue, ContactMade: how those who are not there are kept in touch.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from base.database import Base, Moment, Word, index_where
from directory.models import Person, Project, Staff
from messages.lifecycle import MessageClass
from messages.models import Batch
from outreach.contactplans import Absence, Means
from outreach.lifecycle import CampaignKind, CampaignState, NoticeStep, VerdictKind
from tickets.models import Incident


class Reply(Base):
    """One text somebody sent us.

    `became` says what we made of it: page, duty (whether they will be there), swap, sign_off, consent, trial (of a
    questionnaire), survey, which (of several questions it answers was asked back), ticket, auto_reply, ignored.
    """

    __tablename__ = "reply"
    __table_args__ = (index_where("ix_reply_ticket", "ticket_id", where="ticket_id IS NOT NULL"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(String(40), unique=True)
    number: Mapped[str | None] = mapped_column(String(20), index=True)
    to_number: Mapped[str] = mapped_column(String(20))
    body: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(Moment)
    became: Mapped[str] = mapped_column(String(20), default="")
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))


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
        index_where("ix_campaign_sample", "sample_due_at", where="sample_due_at IS NOT NULL"),
        index_where("ix_campaign_ladder", "ladder_due_at", where="ladder_due_at IS NOT NULL"),
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
    day_changes: Mapped[list["DayChange"]] = relationship(viewonly=True, order_by="DayChange.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy's own form


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


class DayChange(Base):
    """Somebody gave a campaign that waited another moment to go at; None: at once, when it is approved.

    `from_until_at` is until when it was valid before. Its messages of then stand in `left_batch_id`, and never leave.
    `takes_back_id` is a change that this one undid, and `taken_back_at` when this one was undone.
    """

    __tablename__ = "day_change"
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime] = mapped_column(Moment)
    from_at: Mapped[datetime | None] = mapped_column(Moment)
    from_until_at: Mapped[datetime | None] = mapped_column(Moment)
    to_at: Mapped[datetime | None] = mapped_column(Moment)
    left_batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), unique=True)
    takes_back_id: Mapped[int | None] = mapped_column(ForeignKey("day_change.id"))
    taken_back_at: Mapped[datetime | None] = mapped_column(Moment)

    by: Mapped[Staff] = relationship(viewonly=True)
    campaign: Mapped[Campaign] = relationship(viewonly=True)


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
