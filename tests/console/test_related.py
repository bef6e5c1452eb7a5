"""What stands beside a ticket: its calls and texts, and other tickets of the same home or caller."""

import re
from datetime import timedelta

from sqlalchemy import select

from base.database import transaction
from console.words import say
from hotline.models import Call
from outreach.models import Reply
from tests.console.conftest import LogIn, later
from tests.console.evening import BARE, OWNER, Evening
from tickets.models import Ticket


def test_its_calls_and_texts_stand_there_newest_first_with_masked_numbers(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ref == evening.refs["lift"])).one()
        call = session.scalars(select(Call).where(Call.ticket_id == ticket.id)).one()
        call.ended_at = call.began_at + timedelta(seconds=95)
        text = Reply(
            sid="SM-related", number=OWNER, to_number="+864008001234", body="还要多久？", received_at=evening.at,
            ticket_id=ticket.id,
        )  # fmt: skip
        session.add(text)
        session.flush()
        keys = [f"text-{text.id}", f"in-{call.id}"]
    page = logged_in("agent").get(f"/tickets/{evening.refs['lift']}").text
    talks = page.split('id="talks"')[1].split("</section>")[0]
    assert re.findall(r'id="talk-([a-z]+-\d+)"', talks) == keys
    assert talks.count("138****6021") == 2
    assert BARE not in talks
    for words in (say("talk.text", "zh"), "还要多久？", say("talk.in", "zh"), "1:35"):
        assert words in talks


def test_others_of_the_same_home_or_caller_of_the_last_month_are_a_press_away(
    logged_in: LogIn, evening: Evening
) -> None:
    names = {ref: name for name, ref in evening.refs.items()}

    def near(login: str, ref: str) -> list[str]:
        page = logged_in(login).get(f"/tickets/{evening.refs[ref]}").text
        found = re.findall(r'id="near-([\d-]+)"', page)
        assert all(f'href="/tickets/{one}"' in page for one in found)
        return [names[one] for one in found]

    assert near("agent", "alarm") == ["nowhere", "half_way", "texted"], "the newest first"
    assert near("agent", "lift") == ["later", "late", "waits", "done", "mine"], "neither another project's nor hidden"
    assert near("admin", "lift")[:2] == ["elsewhere", "headquarters"]
    later(days=30, minutes=-40)
    assert near("agent", "alarm") == ["nowhere", "half_way"], "the third is older than a month by now"
