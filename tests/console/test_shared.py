"""What many desks read at once is held for a moment, and only of the house that they are in."""

from flask import Flask

from base.settings import Settings
from console.shared import once
from tests.conftest import furnished
from tests.console.conftest import EVENING


def test_what_is_held_is_read_once_and_goes_with_the_database_it_was_read_from(app: Flask, settings: Settings) -> None:
    assert [once("audit", lambda said=said: said, at=EVENING) for said in ("first", "second")] == ["first", "first"]
    app.extensions["database"].close()
    app.extensions["hints"].connection.close()
    furnished(settings, is_judged=True)
    assert once("audit", lambda: "of the next house", at=EVENING) == "of the next house"
