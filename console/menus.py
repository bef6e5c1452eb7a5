"""The pages of the spoken menus: which there are, a picture of each and of the whole house, and their history."""

from flask import Response, render_template, request, url_for
from markupsafe import Markup

from base.access import guarded_by
from base.clock import now
from base.database import reading
from console.door import Answer, door, language
from console.menu_facts import Shelf, shelf
from console.scope import TOLD_OF_TROUBLE
from console.staff import me
from console.words import LANGUAGES
from hotline.actions import editions
from hotline.menudraw import draw
from hotline.menuhouse import draw_house


@door.get("/menus")
@guarded_by(*TOLD_OF_TROUBLE)
def menus() -> Answer:
    """All menus that new calls hear, since when and by whom; and everything that was ever published."""
    with reading() as session:
        found = shelf(session, language())
    may_change = editions.may_change(me().role, me().project_id)
    return render_template("menus.html", shelf=found, may_change=may_change, at=now())


@door.get("/menus/house")
@guarded_by(*TOLD_OF_TROUBLE)
def menu_house() -> Answer:
    """How all menus lead into each other."""
    words = _words()
    with reading() as session:
        found = shelf(session, words)
    picture = draw_house(found.book.every, words, link=_address)
    return render_template("menu_house.html", picture=Markup(picture), words=words)  # noqa: S704  our own picture


@door.get("/menus/house/picture")
@guarded_by(*TOLD_OF_TROUBLE)
def menu_house_picture() -> Answer:
    """The same as a file, to be hung on a wall."""
    words = _words()
    with reading() as session:
        found = shelf(session, words)
    return _svg(draw_house(found.book.every, words), f"menus-{words}.svg")


@door.get("/menus/of/<key>")
@guarded_by(*TOLD_OF_TROUBLE)
def menu(key: str) -> Answer:
    """One menu: its picture, its edition, its history."""
    words = _words()
    with reading() as session:
        found = shelf(session, language())
    line = found.line(key)
    past = [one for one in found.history if line.file in {name.lstrip("+-") for name in one.changed}]
    return render_template(
        "menu.html", menu=line, picture=Markup(_drawn(found, key, words, is_linked=True)), words=words, past=past,  # noqa: S704
        at=now(),
    )  # fmt: skip


@door.get("/menus/of/<key>/picture")
@guarded_by(*TOLD_OF_TROUBLE)
def menu_picture(key: str) -> Answer:
    """The same picture as a file."""
    words = _words()
    with reading() as session:
        found = shelf(session, words)
    return _svg(_drawn(found, key, words), f"{found.line(key).name}-{words}.svg")


def _drawn(found: Shelf, key: str, words: str, *, is_linked: bool = False) -> str:
    return draw(found.menu(key), words, titles=found.titles(), link=_address if is_linked else None)


def _address(name: str) -> str:
    return url_for("console.menu", key=name)


def _words() -> str:
    """The language of the picture, which need not be that of the page."""
    asked = request.args.get("words")
    return asked if asked in LANGUAGES else language()


def _svg(picture: str, name: str) -> Response:
    answer = Response(picture, mimetype="image/svg+xml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
