"""Photos of a ticket: added with a note or a result, seen by whoever sees the ticket, forgotten in time."""

import io
from pathlib import Path

import pytest
from sqlalchemy import select

from base.database import reading
from base.settings import Settings
from console.words import say
from hotline import jobs
from hotline.models import Photo
from tests.console.conftest import LogIn, later
from tests.console.evening import Evening
from tests.console.test_ticket import events, ticket
from tests.hotline.photographs import JPEG, PNG, WEBP
from tests.hotline.test_pictures import GPS, exif, with_segment
from tickets.lifecycle import Status
from tickets.models import EventType


def photos() -> list[Photo]:
    with reading() as session:
        found = list(session.scalars(select(Photo).order_by(Photo.id)))
        session.expunge_all()
        return found


def files(settings: Settings) -> list[Path]:
    return [path for path in (Path(settings.recordings_url) / "photos").rglob("*") if path.is_file()]


def sent(*pictures: bytes, name: str = "现场.jpg") -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(picture), name) for picture in pictures]


def test_a_result_with_photos_shows_them_to_whoever_sees_the_ticket_and_nobody_else(
    logged_in: LogIn, evening: Evening
) -> None:
    ref = evening.refs["mine"]
    answer = logged_in("technician").sends(
        f"/tickets/{ref}/resolve", text="换了水阀", photos=sent(with_segment(exif(6)), PNG, WEBP)
    )
    assert answer.status_code == 303
    assert ticket(ref).status is Status.RESOLVED
    assert [event.data["photo"] for event in events(ref) if event.type is EventType.PHOTO] == [1, 2, 3]
    agent = logged_in("agent")
    assert 'src="/photos/1"' in agent.get(f"/tickets/{ref}").text
    for id, kind in ((1, "jpeg"), (2, "png"), (3, "webp")):
        shown = agent.get(f"/photos/{id}")
        assert (shown.status_code, shown.mimetype) == (200, f"image/{kind}")
        assert GPS not in shown.data
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert shown.headers["Content-Disposition"] == f'inline; filename="{ref}-{id}.{kind}"'
        assert "sandbox" in shown.headers["Content-Security-Policy"]
    for login in ("abroad", "second", "elsewhere"):
        assert logged_in(login).get("/photos/1").status_code == 404
    assert agent.get("/photos/999").status_code == 404


def test_a_photo_alone_is_a_note(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("technician"), evening.refs["mine"]
    assert browser.sends(f"/tickets/{ref}/note", photos=sent(JPEG)).status_code == 303
    assert [(event.type, event.text) for event in events(ref)[-2:]] == [
        (EventType.NOTED, say("photo.only", "zh")), (EventType.PHOTO, ""),
    ]  # fmt: skip
    assert browser.sends(f"/tickets/{ref}/note", text="").status_code == 422


@pytest.mark.parametrize(
    ("pictures", "words"),
    [((b"<script>alert(1)</script>",), "只能用 JPEG"), ((JPEG[:-30],), "照片不完整"),
     ((JPEG, PNG, WEBP, PNG), "最多 3 张")],
)  # fmt: skip
def test_what_is_no_photo_is_refused_and_no_word_is_lost(
    logged_in: LogIn, evening: Evening, settings: Settings, pictures: tuple[bytes, ...], words: str
) -> None:
    ref = evening.refs["mine"]
    answer = logged_in("technician").sends(f"/tickets/{ref}/resolve", text="换了水阀", photos=sent(*pictures))
    assert answer.status_code == 422
    assert words in answer.text
    assert "换了水阀" in answer.text
    assert ticket(ref).status is Status.ACKNOWLEDGED
    assert (photos(), files(settings)) == ([], [])


def test_where_nothing_comes_of_it_no_file_is_left(logged_in: LogIn, evening: Evening, settings: Settings) -> None:
    browser, ref = logged_in("technician"), evening.refs["mine"]
    assert browser.sends(f"/tickets/{ref}/resolve", text="好了", seen="open.0", photos=sent(JPEG)).status_code == 409
    assert browser.sends(f"/tickets/{evening.refs['waits']}/note", photos=sent(JPEG)).status_code == 404
    assert (photos(), files(settings)) == ([], [])


def test_a_photo_is_forgotten_in_time_and_the_ticket_says_so(
    logged_in: LogIn, evening: Evening, settings: Settings
) -> None:
    browser, ref = logged_in("technician"), evening.refs["mine"]
    browser.sends(f"/tickets/{ref}/note", photos=sent(JPEG))
    jobs.delete_old_photos()
    assert len(files(settings)) == 1
    later(days=settings.photos_kept_days + 1)
    for _ in range(2):
        jobs.delete_old_photos()
    assert (files(settings), photos()[0].path) == ([], "")
    browser = logged_in("technician")
    assert say("photo.gone", "zh") in browser.get(f"/tickets/{ref}").text
    assert browser.get("/photos/1").status_code == 404
