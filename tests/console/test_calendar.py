"""The card with the link to one's own shifts: made, shown once, made anew, revoked."""

import html
import re

from icalendar import Calendar

from console.words import say
from oncall import words as oncall_words
from oncall.ladder import Post
from tests.console.conftest import LogIn
from tests.console.evening import Evening


def card(page: str) -> str:
    return html.unescape(page.split('id="calendar"')[1].split("</section>", maxsplit=1)[0])


def path_in(page: str) -> str:
    found = re.search(r'value="http[^"]*(/shifts/[\w-]+\.ics)"', card(page))
    assert found, card(page)
    return found.group(1)


def test_a_link_is_made_shown_once_and_leads_to_ones_own_shifts(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("technician")
    before = card(browser.get("/oncall").text)
    assert say("calendar.make", "zh") in before
    assert "/oncall/calendar/revoke" not in before
    made = browser.sends("/oncall/calendar")
    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"
    path = path_in(made.text)
    assert 'href="webcal://' in card(made.text)
    assert say("calendar.once", "zh") in card(made.text)
    events = Calendar.from_ical(browser.get(path).data).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == ["值班：一值 · 幸福里小区"]
    after = card(browser.get("/oncall").text)
    assert "/shifts/" not in after
    assert say("calendar.anew", "zh") in after


def test_made_anew_the_old_one_is_dead_and_revoked_they_all_are(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("technician")
    old, new = (path_in(browser.sends("/oncall/calendar", sure="yes").text) for _ in range(2))
    assert [browser.get(path).status_code for path in (old, new)] == [404, 200]
    assert browser.sends("/oncall/calendar/revoke", sure="yes").status_code == 303
    page = browser.get("/oncall").text
    assert say("calendar.revoked", "zh") in page
    assert say("calendar.make", "zh") in card(page)
    assert browser.get(new).status_code == 404


def test_nobody_touches_the_link_of_a_colleague(logged_in: LogIn, evening: Evening) -> None:
    path = path_in(logged_in("technician").sends("/oncall/calendar").text)
    other = logged_in("second")
    other.sends("/oncall/calendar")
    other.sends("/oncall/calendar/revoke", sure="yes")
    assert other.get(path).status_code == 200


def test_a_post_has_one_name_at_the_desk_and_in_the_calendar() -> None:
    for post in Post:
        for language in ("zh", "en"):
            assert oncall_words.post(post.value, language) == say(f"post.{post.value}", language)
