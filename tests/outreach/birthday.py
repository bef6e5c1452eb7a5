"""A birthday at an estate: people who were born on a day, words for them, and a carrier that takes them."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import select

from base import clock
from base.access import Role
from base.database import reading, transaction
from directory.models import Person, Project
from messages import jobs as messages_jobs
from messages.models import Message
from outreach.actions import birthdaywords
from outreach.actions.campaigns import By
from outreach.jobs import birthdays as jobs
from tests import make
from tests.messages.fake import FakeCarrier

MORNING = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
"""Ten in the morning in Shanghai on 22 November 2026, which is 十月十四."""
OWNER = "+8613800138000"
UNLIMITED = {"sms_rate_emergency": 0.0, "sms_rate_service": 0.0, "sms_rate_care": 0.0}
"""While the clock stands still no pace opens again."""


@dataclass
class Estate:
    """What the tests speak of."""

    carrier: FakeCarrier
    project_id: int
    author: By
    approver: By
    rooms: int = 0

    def resident(
        self, number: str = OWNER, name: str = "李梅", *, born: tuple[int, int] = (11, 22), granted: bool | None = True,
        **more: object,
    ) -> int:  # fmt: skip
        """Somebody born on a day; the id."""
        self.rooms += 1
        with transaction() as session:
            home = make.a_home(session, session.get_one(Project, self.project_id), f"3-1-{self.rooms}01")
            born_on = {"birth_month": born[0], "birth_day": born[1]} | more
            person = make.an_owner(session, home, number, name, **born_on)  # type: ignore[arg-type]
            if granted is not None:
                make.a_consent(session, number, "care", clock.now(), granted=granted)
            return person.id

    def words(self, *, approved: bool = True, zh: str = "{salutation}，{company}祝您生日快乐！") -> int:
        """The house's own words for birthdays, and who let them go; the id."""
        with transaction() as session:
            wish = birthdaywords.write(
                session, zh, "{salutation}, a happy birthday from {company}.",
                self.author, at=clock.now(),
            )  # fmt: skip
            if approved:
                birthdaywords.approve(session, wish.id, self.approver, at=clock.now())
            return wish.id

    def the_clock_looks(self, at: datetime | None = None) -> None:
        """Whatever is due at that moment is planned and leaves."""
        clock.stop_at(at or clock.now())
        jobs.greet_due()
        messages_jobs.work_lane("bulk")

    def sent(self) -> list[Message]:
        with reading() as session:
            found = list(session.scalars(select(Message).order_by(Message.id)))
            session.expunge_all()
            return found

    def change(self, person_id: int, **values: object) -> None:
        with transaction() as session:
            for name, value in values.items():
                setattr(session.get_one(Person, person_id), name, value)


def an_estate(app: Flask) -> Estate:
    clock.stop_at(MORNING)
    carrier = FakeCarrier(clock=clock.now)
    app.extensions["carrier"] = carrier
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=UNLIMITED)
    with transaction() as session:
        garden = make.a_project(session)
        agent = make.a_member_of_staff(session, "zhao", "+8613900000032", Role.SUPERVISOR, garden)
        manager = make.a_member_of_staff(session, "qian", "+8613900000033", Role.MANAGER, garden)
        return Estate(carrier, garden.id, By(agent.id, agent.role, garden.id), By(manager.id, manager.role, garden.id))
