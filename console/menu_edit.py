"""The pages on which menus are changed: the text of a file with its problems, drafts, publishing and taking back."""

from dataclasses import dataclass, replace

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import BadInput, Conflict, NotAllowed, NotFound
from base.refusals import half
from base.rulefile import Problem
from console.door import Answer, door, language
from console.scope import TOLD_OF_TROUBLE
from console.staff import me
from directory.models import Staff
from hotline import prompts
from hotline.actions import drafting, editions
from hotline.actions.drafting import NOTHING, Clash, Desk
from hotline.actions.editions import LONGEST_FILE, MAY_PUBLISH, RELEASE
from hotline.menubook import release_files
from hotline.menucheck import check_set
from hotline.menudiff import Line, difference

REFUSALS = (BadInput, Conflict, NotAllowed, NotFound)


@dataclass(frozen=True, slots=True)
class Told:
    """A problem as it stands beside the text: where, what, and the words of that line."""

    file: str
    line: int
    words: str
    quoted: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What is found in a text: its problems, and how it differs from what holds."""

    problems: tuple[Told, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """One file of a draft: how it differs from what holds; where a colleague changed it too, both texts."""

    file: str
    lines: tuple[Line, ...]
    is_clashing: bool
    theirs: str
    mine: str


@door.get("/menus/edit")
@guarded_by(*TOLD_OF_TROUBLE)
def edit_menu() -> Answer:
    """The text of one file, as it holds or as a draft has it, with what is found in it."""
    file, draft = request.args.get("file", "")[:60].strip(), request.args.get("draft", NOTHING, type=int)
    with reading() as session:
        here = drafting.desk(session, draft)
        text = drafting.text_of(here.drafted, file)
    return _editor(here, file, text, draft, read=here.read_id)


@door.post("/menus/edit/check")
@guarded_by(*TOLD_OF_TROUBLE)
def check_menu() -> Answer:
    """What is found in a text while it is typed. Writes nothing."""
    file, text, draft, _ = _typed()
    with reading() as session:
        here = drafting.desk(session, draft)
    return render_template("_menu_checked.html", looked=_look(here, file, text), file=file)


@door.post("/menus/edit")
@guarded_by(*MAY_PUBLISH)
def write_menu() -> Answer:
    """Keep the text as a draft, unless a colleague has published this file meanwhile: then both are shown."""
    file, text, draft, read = _typed()
    try:
        with transaction() as session:
            author = session.get_one(Staff, me().id)
            made = drafting.write(session, file, text, author, read=read, draft_id=draft, at=now()).id
    except Clash as clash:
        return _again(file, text, draft, clash.read_id, half(clash.message, language()), clash.status, clash.theirs)
    except (BadInput, NotAllowed) as error:
        return _again(file, text, draft, read, half(error.message, language()), error.status)
    flash("menu.done.draft")
    return redirect(url_for("console.menu_draft", id=made), 303)


@door.get("/menus/drafts/<id:id>")
@guarded_by(*TOLD_OF_TROUBLE)
def menu_draft(id: int) -> Answer:
    """A draft, or an older edition: how it differs from what holds, what is wrong with it, and its publishing."""
    _is_meant(id)
    return _draft(id)


@door.post("/menus/drafts/<id:id>/publish")
@guarded_by(*MAY_PUBLISH)
def publish_menus(id: int) -> Answer:
    """New calls hear it from now on: a draft, an older edition again, or (0) what came with the release."""
    _is_meant(id)
    if request.form.get("sure") != "yes":
        return _draft(id, 422, "menu.sure.first")
    read = request.form.get("read", NOTHING, type=int)
    try:
        with reading() as session:
            editions.look_over(session, id)
        with transaction() as session:
            publisher = session.get_one(Staff, me().id)
            drafting.publish(session, id, publisher, read=read, at=now())
    except REFUSALS as error:
        return _draft(id, error.status, notice=half(error.message, language()))
    flash("menu.done.publish")
    return redirect(url_for("console.menus"), 303)


def _is_meant(id: int) -> None:
    """An id beyond any is read as 0, which is the release here: that only where 0 was written. Raises `NotFound`."""
    if id == RELEASE and request.path.split("/")[3] != str(RELEASE):
        raise NotFound("没有这个菜单版本。There is no such edition of the menus.")


def _typed() -> tuple[str, str, int, int]:
    form = request.form
    text = form.get("text", "")[: LONGEST_FILE + 1]
    draft, read = form.get("draft", NOTHING, type=int), form.get("read", NOTHING, type=int)
    return form.get("file", "")[:60].strip(), text, draft, read


def _again(
    file: str, text: str, draft: int, read: int, notice: str, status: int, theirs: str | None = None
) -> Answer:  # fmt: skip
    with reading() as session:
        here = drafting.desk(session, draft)
    page = _editor(here, file, text, draft, read=read, notice=notice, theirs=theirs)
    return page, status


def _editor(
    here: Desk, file: str, text: str, draft: int, *, read: int, notice: str = "", theirs: str | None = None
) -> str:  # fmt: skip
    return render_template(
        "menu_edit.html", file=file, text=text, draft=draft, read=read, notice=notice, theirs=theirs,
        clash=difference(theirs, text) if theirs is not None else [], looked=_look(here, file, text), **rights(),
    )  # fmt: skip


def _look(here: Desk, file: str, text: str) -> Looked:
    files = {**here.own, file: text}
    return Looked(
        _told(check_set(files, is_held=prompts.holds), files), tuple(difference(here.holds.get(file, ""), text))
    )


def _told(problems: list[Problem], files: dict[str, str]) -> tuple[Told, ...]:
    words = language()
    return tuple(
        Told(one.path, one.line, one.en if words == "en" else one.zh, _quoted(files.get(one.path, ""), one.line))
        for one in problems
    )


def _quoted(text: str, line: int) -> str:
    lines = text.splitlines()
    return lines[line - 1].strip()[:90] if 0 < line <= len(lines) else ""


def _draft(id: int, status: int = 200, key: str = "", notice: str = "") -> Answer:
    with reading() as session:
        here = drafting.desk(session, id)
        if id == RELEASE:
            here = replace(here, drafted=release_files())
        facts = _facts(session, id)
    clashing = set(here.clashing) if facts["is_draft"] else set()
    files = [
        Changed(name, tuple(difference(here.holds.get(name, ""), here.drafted.get(name, ""))), name in clashing,
                here.holds.get(name, ""), here.drafted.get(name, ""))
        for name in sorted(here.holds.keys() | here.drafted.keys())
        if here.holds.get(name) != here.drafted.get(name)
    ]  # fmt: skip
    is_stale = bool(facts["is_draft"]) and here.base_id != here.read_id
    page = render_template(
        "menu_draft.html", id=id, files=files, problems=_told(check_set(here.own, is_held=prompts.holds), here.own),
        is_stale=is_stale, mine=here.mine, read=here.read_id, notice=notice, notice_key=key, at=now(),
        here=url_for("console.menu_draft", id=id), **facts, **rights(),
    )  # fmt: skip
    return page, status


def _facts(session: Session, id: int) -> dict[str, object]:
    if id == RELEASE:
        return {"author": "", "written_at": None, "is_draft": False}
    made = editions.edition(session, id)
    return {
        "author": made.author.name, "written_at": made.written_at, "is_draft": editions.is_draft(session, id),
    }  # fmt: skip


def rights() -> dict[str, object]:
    """Whether the reader may change menus, and why not."""
    who = me()
    why_not = "menu.why_not.project" if who.role in MAY_PUBLISH else "menu.why_not"
    return {"may_change": editions.may_change(who.role, who.project_id), "why_not": why_not}
