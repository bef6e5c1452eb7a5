"""The page on which one walks a menu by clicking: the rules of the telephone, with nobody rung and nothing kept."""

from dataclasses import dataclass
from datetime import time

from flask import render_template, request, url_for
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import local, now
from base.database import reading
from base.wiring import settings
from console.door import Answer, door, language
from console.scope import TOLD_OF_TROUBLE, projects_of
from console.staff import me
from console.words import LANGUAGES, say
from directory.models import Project
from hotline.actions import editions
from hotline.actions.turn import has_day
from hotline.menu import BACK, PERSON, REPEAT, ZERO, Book, Words
from hotline.menubook import book as release
from hotline.menubook import read_edition
from hotline.menudraw import opened
from hotline.menuwalk import DIGITS, ON, SILENCE, SPEAK, WRONG, Ground, Stop, walk
from hotline.menuwords import ACTS, ENTRIES

SAID_SO_FAR = 34
"""So many characters of a question stand on the button that leads to it."""
_PRESSES = {SILENCE: "silence", WRONG: "wrong", SPEAK: "speak", DIGITS: "digits", REPEAT: "star", BACK: "hash"}


@dataclass(frozen=True, slots=True)
class Button:
    """Something that can be done at a stop: what stands on it, and the walk it leads to."""

    key: str
    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One stop as the page shows it: what was done to come here, what is heard in both languages, what happens."""

    stop: Stop
    pressed: str
    heard: tuple[Words, ...]
    acts: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What was picked before the walk: an estate (0: the caller's is not known), a language, an hour, a beginning.

    `draft` is the edition that is walked; 0: what holds.
    """

    project: int
    words: str
    hour: int
    start: str
    draft: int


@door.get("/menus/walk")
@guarded_by(*TOLD_OF_TROUBLE)
def walk_menu() -> Answer:
    """Where the presses in the address lead. Nothing is stored, nobody is rung."""
    presses = [press for press in request.args.get("did", "").split(",") if press]
    with reading() as session:
        draft = request.args.get("draft", 0, type=int)
        book = _book(session, draft)
        projects = projects_of(session, me())
        choice = _choice(projects, book, draft)
        ground = _ground(session, choice, book, projects)
    stops = walk(ground, presses)
    done = presses[: len(stops) - 1]
    shown = [_shown(stop, press, book) for stop, press in zip(stops, ["", *done], strict=True)]
    return render_template(
        "menu_walk.html", shown=shown, buttons=_buttons(stops[-1], done, choice, book), choice=choice,
        projects=projects, starts=_starts(book), back=_to(choice, done[:-1]) if done else "", anew=_to(choice, []),
    )  # fmt: skip


def _book(session: Session, draft: int) -> Book:
    """What holds, or an edition that is only looked at; one that cannot be followed is heard by nobody."""
    if not draft:
        return editions.book_of(session, editions.key_now(session))
    try:
        return read_edition(editions.edition(session, draft).files)
    except ValueError:
        return release()


def _choice(projects: list[Project], book: Book, draft: int) -> Choice:
    asked = request.args
    project, hour = asked.get("project", 0, type=int), asked.get("hour", -1, type=int)
    words, start = asked.get("words", ""), asked.get("start", "")
    here = local(now(), settings().timezone)
    return Choice(
        project if project in {one.id for one in projects} else 0,
        words if words in LANGUAGES else language(),
        hour if 0 <= hour < 24 else here.hour,
        start if start in _beginnings(book) else "",
        draft,
    )


def _ground(session: Session, choice: Choice, book: Book, projects: list[Project]) -> Ground:
    project = session.get(Project, choice.project) if choice.project else None
    at = local(now(), settings().timezone).replace(hour=choice.hour, minute=0, second=0, microsecond=0)
    top = book.first(project.name if project else "", time(choice.hour), is_day=has_day(project, at))
    if choice.start in _variants(book):
        top = choice.start
    is_unknown = project is None and len(projects) > 1
    here = settings()
    return Ground(
        book, choice.start or ("projects.choose" if is_unknown else top), top,
        values={
            "company": Words(here.company_name, here.company_name_en),
            "hotline": Words(here.hotline_said, here.hotline_said),
            "empty": Words("", ""),
        },
        lists={"projects": [Words(one.name, one.name_en or one.name) for one in projects]},
    )  # fmt: skip


def _shown(stop: Stop, press: str, book: Book) -> Shown:
    words = language()
    done = tuple(ACTS[name].words.spoken(words) for name in stop.acts)
    return Shown(stop, _press(press, book) if press else "", stop.said, done, _place(stop.name, book))


def _press(press: str, book: Book) -> str:
    if press.startswith(ON):
        return say("walk.came", language(), what=_place(press.removeprefix(ON), book))
    return say(f"walk.did.{_PRESSES[press]}", language()) if press in _PRESSES else press


def _place(name: str, book: Book) -> str:
    """`报修 · category` for a question; what an act is."""
    if name in ACTS:
        return ACTS[name].words.spoken(language())
    menu, _, step = name.partition(".")
    return f"{book.every[menu].called.spoken(language())} · {step}" if menu in book.every else name


def _buttons(stop: Stop, done: list[str], choice: Choice, book: Book) -> list[Button]:
    return [Button(*_face(press, stop, book), _to(choice, [*done, press])) for press in stop.offers]


def _face(press: str, stop: Stop, book: Book) -> tuple[str, str]:
    """The key cap of a button, and its words."""
    words = language()
    if press.startswith(ON):
        step = book.step(press.removeprefix(ON))
        said = opened(step.says, words)
        said = said if len(said) <= SAID_SO_FAR else said[:SAID_SO_FAR] + "…"
        return "", f"{_place(step.name, book)}：{said}" if words == "zh" else f"{_place(step.name, book)}: {said}"
    step = book.step(stop.name)
    if press in _PRESSES:
        cap = press if press in {REPEAT, BACK} else ""
        does = "begin" if press == BACK and step.asks == "message" else _PRESSES[press]
        return cap, say(f"walk.do.{does}", words)
    chosen = step.choice(press)
    if chosen is None:
        return press, _place(PERSON, book) if press == ZERO else say("walk.do.listed", words)
    if chosen.label:
        return press, chosen.label.spoken(words)
    return press, _place(chosen.to, book)


def _to(choice: Choice, presses: list[str]) -> str:
    return url_for(
        "console.walk_menu", project=choice.project or None, words=choice.words, hour=choice.hour,
        start=choice.start or None, draft=choice.draft or None, did=",".join(presses) or None,
        _anchor="now" if presses else None,
    )  # fmt: skip


def _starts(book: Book) -> list[tuple[str, str]]:
    """Where a call may begin beside the first menu of the estate and hour."""
    return [(name, _place(name, book)) for name in _beginnings(book)]


def _beginnings(book: Book) -> list[str]:
    return [*_variants(book), *(name for name in ENTRIES if book.find(name))]


def _variants(book: Book) -> list[str]:
    """The first questions of menus of an estate or of some hours, which may begin or end between two full hours."""
    return [menu.first for menu in book.every.values() if menu.when]
