"""The pages on which questionnaires are made: those there are, one of them with all it will say, drafts, publishing."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from base.access import guarded_by
from base.clock import now
from base.database import reading, transaction
from base.errors import BadInput, Conflict, NotAllowed, NotFound
from base.ids import as_id
from base.refusals import half
from console.campaign_lines import by_of
from console.door import Answer, door, language
from console.questionnaire_facts import sheet
from console.questionnaire_form import Typed, read_form, rows_of, walked, ways_of
from console.questionnaire_phones import phones, picked
from console.scope import TOLD_OF_TROUBLE
from console.staff import me
from messages.lifecycle import Way
from outreach.actions import questionnairebook, retiring, surveytrials
from outreach.actions.campaigndraft import By
from outreach.actions.questionnairebook import MAY_MAKE
from outreach.questionnairefile import MOST_QUESTIONS, questionnaires, written_of
from outreach.questionnaires import Questionnaire, Scale, in_language
from outreach.surveydrafts import OFFERED
from outreach.surveymodels import QuestionnaireVersion
from tickets.triage import category_words


@door.get("/questionnaires")
@guarded_by(*TOLD_OF_TROUBLE)
def questionnaire_list() -> Answer:
    """Those of the house, with their drafts and versions, and those of the file."""
    words = language()
    with reading() as session:
        gone = retiring.retired(session)
        groups: dict[str, list[QuestionnaireVersion]] = {}
        for one in questionnairebook.everything(session):
            groups.setdefault(one.key, []).append(one)
        return render_template(
            "questionnaires.html", groups=list(groups.values())[::-1], title=lambda one: title_of(one, words),
            house=[(one, in_language(one.title, words)) for one in questionnaires().values()],
            begun=lambda one: begun(one, words), gone=gone, at=now(), **_rights(),
        )  # fmt: skip


@door.get("/questionnaires/of/<key>")
@guarded_by(*TOLD_OF_TROUBLE)
def questionnaire_of_file(key: str) -> Answer:
    """One of the file, which is only read: each question as it is texted and spoken, and a walk through it."""
    made = _of_file(key)
    return _read(key, written_of(made), None, url_for("console.questionnaire_of_file", key=key))


@door.get("/questionnaires/<id:id>")
@guarded_by(*TOLD_OF_TROUBLE)
def questionnaire(id: int) -> Answer:
    """A draft to be written on, or a version that stays as it is."""
    with reading() as session:
        one = questionnairebook.get(session, id)
        if one.version is None and me().role in MAY_MAKE:
            return _write(session, one, Typed(one.written, one.saves))
        return _read(one.key, one.written, one, url_for("console.questionnaire", id=id))


@door.post("/questionnaires")
@guarded_by(*MAY_MAKE)
def begin_questionnaire() -> Answer:
    """A draft: of nothing, of one of the file, or of a version of the house."""
    of, id = request.form.get("of", "")[:40], request.form.get("id", 0, type=as_id)
    with transaction() as session:
        made = questionnairebook.begin(session, by_of(me()), of=of, id=id or 0, at=now()).id
    flash("qn.done.begin")
    return redirect(url_for("console.questionnaire", id=made), 303)


@door.post("/questionnaires/<id:id>/look")
@guarded_by(*MAY_MAKE)
def look_at_questionnaire(id: int) -> Answer:
    """What is typed, looked through while it is typed; a question more, less or elsewhere; a key of the walk.

    Writes nothing. Without a script it is the whole page.
    """
    typed = read_form(request.form)
    with reading() as session:
        one = questionnairebook.get(session, id)
        return _write(session, one, typed, is_part=request.headers.get("HX-Request") == "true")


@door.post("/questionnaires/<id:id>")
@guarded_by(*MAY_MAKE)
def write_questionnaire(id: int) -> Answer:
    """Keep what is typed as the draft, unfinished as it may be."""
    typed = read_form(request.form)
    try:
        with transaction() as session:
            questionnairebook.save(session, id, by_of(me()), typed.written, read=typed.read, at=now())
    except (Conflict, NotAllowed) as error:
        return _again(id, typed, error)
    flash("qn.done.save")
    return redirect(url_for("console.questionnaire", id=id), 303)


@door.post("/questionnaires/<id:id>/publish")
@guarded_by(*MAY_MAKE)
def publish_questionnaire(id: int) -> Answer:
    """Keep what is typed and publish it: waves may ask it, and it stays as it is."""
    typed, by, at = read_form(request.form), by_of(me()), now()
    try:
        if request.form.get("sure") != "yes":
            raise BadInput("请先确认两种语言都看过。Please confirm first that you have read both languages.")
        with transaction() as session:
            one = questionnairebook.save(session, id, by, typed.written, read=typed.read, at=at)
            questionnairebook.publish(session, id, by, read=one.saves, at=at)
    except (BadInput, Conflict, NotAllowed) as error:
        return _again(id, typed, error)
    flash("qn.done.publish")
    return redirect(url_for("console.questionnaire", id=id), 303)


@door.post("/questionnaires/<id:id>/try")
@guarded_by(*MAY_MAKE)
def try_questionnaire(id: int) -> Answer:
    """Put it to whoever asks, by text or call, as a test. What is typed of a draft is kept first."""
    typed, by, at = read_form(request.form), by_of(me()), now()
    is_draft = "read" in request.form
    try:
        with transaction() as session:
            one = questionnairebook.get(session, id)
            if is_draft:
                one = questionnairebook.save(session, id, by, typed.written, read=typed.read, at=at)
            questionnairebook.check_sound(one)
            _try(session, questionnairebook.made_of(one), by, at)
    except (BadInput, Conflict, NotAllowed) as error:
        if not is_draft:  # the page of a version has nothing typed to keep
            raise
        return _again(id, typed, error)
    flash("qn.done.try")
    return redirect(url_for("console.questionnaire", id=id), 303)


@door.post("/questionnaires/of/<key>/try")
@guarded_by(*MAY_MAKE)
def try_questionnaire_of_file(key: str) -> Answer:
    """The same for one of the file."""
    with transaction() as session:
        _try(session, _of_file(key), by_of(me()), now())
    flash("qn.done.try")
    return redirect(url_for("console.questionnaire_of_file", key=key), 303)


@door.post("/questionnaires/of/<key>/retire")
@guarded_by(*MAY_MAKE)
def retire_questionnaire(key: str) -> Answer:
    """No new wave asks it, of the house or of the file; it stays with all that was asked."""
    with transaction() as session:
        retiring.retire(session, key, by_of(me()), at=now())
    flash("qn.done.retire")
    return redirect(url_for("console.questionnaire_list", _anchor=f"qn-{key}"), 303)


@door.post("/questionnaires/of/<key>/restore")
@guarded_by(*MAY_MAKE)
def restore_questionnaire(key: str) -> Answer:
    """New waves may ask it again."""
    with transaction() as session:
        retiring.bring_back(session, key, by_of(me()), at=now())
    flash("qn.done.restore")
    return redirect(url_for("console.questionnaire_list", _anchor=f"qn-{key}"), 303)


@door.post("/questionnaires/<id:id>/discard")
@guarded_by(*MAY_MAKE)
def discard_questionnaire(id: int) -> Answer:
    """Delete a draft, as it was read."""
    read = request.form.get("read", 0, type=int)
    with transaction() as session:
        questionnairebook.discard(session, id, by_of(me()), read=read)
    flash("qn.done.discard")
    return redirect(url_for("console.questionnaire_list"), 303)


def title_of(one: QuestionnaireVersion, words: str) -> str:
    """What a draft or a version is called; empty while nobody has said."""
    return str(one.written["title"][words] or one.written["title"]["zh"])


def begun(one: QuestionnaireVersion, words: str) -> str:
    """From what it was begun: the name of one of the file, `own1/2`, or nothing."""
    made = questionnaires().get(one.begun_from)
    return in_language(made.title, words) if made else one.begun_from


def _of_file(key: str) -> Questionnaire:
    if (made := questionnaires().get(key)) is None:
        raise NotFound("没有这份问卷。There is no such questionnaire.")
    return made


def _try(session: Session, made: Questionnaire, by: By, at: datetime) -> None:
    way = Way.CALL if request.form.get("by") == "call" else Way.TEXT
    number = picked(session, me(), request.form.get("phone", ""))
    surveytrials.begin(session, made, by, way=way, language=language(), at=at, number=number)


def _again(id: int, typed: Typed, error: BadInput | Conflict | NotAllowed) -> Answer:
    """The page as it was typed, with what was refused."""
    with reading() as session:
        one = questionnairebook.get(session, id)
        return _write(session, one, typed, notice=half(error.message, language())), error.status


def _write(
    session: Session, one: QuestionnaireVersion, typed: Typed, *, notice: str = "", is_part: bool = False
) -> str:  # fmt: skip
    at, words = now(), language()
    looked = sheet(session, one.key, typed.written, typed.did, words, at=at)
    return render_template(
        "_questionnaire_form.html" if is_part else "questionnaire_draft.html", one=one, written=typed.written,
        read=typed.read, did=",".join(typed.did), sheet=looked, notice=notice, at=at, scales=list(Scale),
        rows_of=rows_of, ways_of=ways_of, most=MOST_QUESTIONS, begun=begun(one, words),
        categories=lambda chosen: [(code, category_words(code, words)) for code in dict.fromkeys([*OFFERED, chosen])],
        gone=retiring.retired(session).get(one.key), phones=phones(session, me(), words),
        phone=request.form.get("phone", ""), **_rights(),
    )  # fmt: skip


def _read(key: str, written: dict[str, Any], one: QuestionnaireVersion | None, here: str) -> str:
    at, words, did = now(), language(), walked(request.args.get("did", ""))
    with reading() as session:
        looked = sheet(session, key, written, did, words, at=at)
        return render_template(
            "questionnaire.html", key=key, one=one, sheet=looked, title=in_language(looked.made.title, words),
            here=here, did=did, at=at, begun=begun(one, words) if one else "",
            gone=retiring.retired(session).get(key), phones=phones(session, me(), words), phone="", **_rights(),
        )  # fmt: skip


def _rights() -> dict[str, object]:
    who = me()
    return {"may_make": who.role in MAY_MAKE, "may_publish": questionnairebook.may_publish(by_of(who))}
