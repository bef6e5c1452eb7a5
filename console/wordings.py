"""The pages of templates: what each says now, what it said before and who wrote it, and other words for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for

from base.access import guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import BadInput, Conflict, NotAllowed
from base.refusals import half
from console.blanks import as_kept, as_written
from console.campaign_lines import by_of
from console.campaign_titles import template_name
from console.door import Answer, door, language
from console.staff import me
from console.worddiff import Piece, pieces
from messages.lint import Finding, Unfit
from messages.wording import LANGUAGES
from outreach.actions import wordings
from outreach.actions.wordings import MAY_CHANGE, Wording
from outreach.lifecycle import MAY_WRITE
from outreach.models import TemplateVersion

NONE = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """The words as they stand in the page, what is found in them, and the version they are made of."""

    zh: str
    en: str
    read: int
    findings: tuple[Finding, ...] = ()
    notice: str = ""

    def of(self, lang: str) -> list[Finding]:
        """What is found in the words of one language."""
        return [one for one in self.findings if one.language == lang]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions side by side: which, and what became of the words of each language."""

    older: int
    newer: int
    zh: list[Piece]
    en: list[Piece]


@door.get("/templates")
@guarded_by(*MAY_WRITE)
def templates() -> Answer:
    """All of them, as they stand."""
    words = language()
    with reading() as session:
        found = [(template_name(one.template.key, words), one) for one in wordings.wordings(session)]
    return render_template("templates.html", found=found, at=now())


@door.get("/templates/<key>")
@guarded_by(*MAY_WRITE)
def template(key: str) -> Answer:
    """One of them, its history, and a form for other words."""
    return _show(key)


@door.post("/templates/<key>/look")
@guarded_by(*MAY_WRITE)
def look_at_template(key: str) -> Answer:
    """What is found in other words, while they are typed. Writes nothing."""
    zh, en, read = _typed()
    draft = Draft(zh, en, read, tuple(wordings.findings(key, zh, en)))
    return render_template("_template_form.html", key=key, draft=draft, **_rights())


@door.post("/templates/<key>")
@guarded_by(*MAY_CHANGE)
def write_template(key: str) -> Answer:
    """Other words from now on, unless they cannot be sent or somebody was quicker."""
    zh, en, read = _typed()
    try:
        with transaction() as session:
            wordings.write_version(session, key, by_of(me()), zh=zh, en=en, read=read, at=now())
    except Unfit as error:
        return _show(key, Draft(zh, en, read, error.findings), 422)
    except (BadInput, Conflict, NotAllowed) as error:
        return _show(key, Draft(zh, en, read, notice=half(error.message, language())), error.status)
    flash("template.done.write")
    return redirect(url_for("console.template", key=key), 303)


@door.post("/templates/<key>/restore")
@guarded_by(*MAY_CHANGE)
def restore_template(key: str) -> Answer:
    """What an older version said, said again."""
    version, read = request.form.get("version", NONE, type=int), request.form.get("read", NONE, type=int)
    try:
        with transaction() as session:
            wordings.restore(session, key, by_of(me()), version=version, read=read, at=now())
    except (BadInput, Conflict, NotAllowed) as error:
        return _show(key, status=error.status, notice=half(error.message, language()))
    flash("template.done.restore")
    return redirect(url_for("console.template", key=key), 303)


def _typed() -> tuple[str, str, int]:
    zh, en = (as_kept(request.form.get(f"text_{lang}", "")[:4000]) for lang in LANGUAGES)
    return zh, en, request.form.get("read", NONE, type=int)


def _show(key: str, draft: Draft | None = None, status: int = 200, notice: str = "") -> Answer:
    words = language()
    with reading() as session:
        current = wordings.wording(session, key)
        versions = wordings.history(session, key)
        past = [_past(one, current) for one in versions]
        compared = _compared(versions)
    draft = draft or Draft(current.template.zh, current.template.en, current.version, notice=notice)
    page = render_template(
        "template.html", key=key, name=template_name(key, words), current=current, past=past, draft=draft, at=now(),
        compared=compared, here=url_for("console.template", key=key), **_rights(),
    )  # fmt: skip
    return page, status


def _compared(versions: Sequence[TemplateVersion]) -> Compared | None:
    """The two versions that are asked for, or the newest and the one before it; None where there is only one."""
    if len(versions) < 2:
        return None
    by_number = {one.version: one for one in versions}
    newer = by_number.get(request.args.get("to", NONE, type=int), versions[0])
    before = [one for one in versions if one.version < newer.version]
    older = by_number.get(request.args.get("from", NONE, type=int), before[0] if before else versions[-1])
    if older.version > newer.version:
        older, newer = newer, older
    zh = pieces(as_written(older.zh, "zh"), as_written(newer.zh, "zh"))
    return Compared(older.version, newer.version, zh, pieces(older.en, newer.en))


def _rights() -> dict[str, object]:
    may_change = wordings.may_change(by_of(me()))
    why_not = "template.why_not.project" if me().role in MAY_CHANGE else "template.why_not"
    return {"may_change": may_change, "why_not": why_not}


def _past(one: TemplateVersion, current: Wording) -> dict[str, object]:
    return {
        "version": one.version, "zh": as_written(one.zh, "zh"), "en": one.en,
        "author": one.author.name if one.author else "",
        "written_at": one.written_at if one.author_id is not None else None, "restored_from": one.restored_from,
        "is_current": one.version == current.version,
    }  # fmt: skip
