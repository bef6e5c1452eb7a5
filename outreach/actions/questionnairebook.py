"""The questionnaires of the house: drafts made in the browser, versions that were published, and what a wave asks."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from base.errors import BadInput, Conflict, NotAllowed, NotFound
from base.rows import alone, row_of
from directory.audit import write_down
from directory.auditmodels import AuditWhat
from messages.lifecycle import MessageClass
from messages.lint import About, Finding
from messages.wording import LANGUAGES
from outreach import templates
from outreach.actions.campaigndraft import By
from outreach.interviewwords import opening_of, text_of
from outreach.letters import FIRST
from outreach.lifecycle import MAY_APPROVE, CampaignKind
from outreach.questionnairefile import Written, as_questionnaire, questionnaires, unknown, written_of
from outreach.questionnaires import Questionnaire
from outreach.surveydrafts import all_problems, blank
from outreach.surveymodels import QuestionnaireVersion, RetiredQuestionnaire

MAY_MAKE = MAY_APPROVE
OWN = "own"
"""How the key of a questionnaire of the house begins; a number follows."""
LOCK = "questionnaires"


def choices(session: Session) -> dict[str, Questionnaire]:
    """What a wave can ask, by key: the newest published versions of the house, then the questionnaires of the file.

    None that is retired.
    """
    newest: dict[str, QuestionnaireVersion] = {}
    query = select(QuestionnaireVersion).where(QuestionnaireVersion.version.is_not(None))
    for one in session.scalars(query.order_by(QuestionnaireVersion.version, QuestionnaireVersion.id)):
        newest[one.key] = one
    latest = sorted(newest.values(), key=lambda one: one.published_at or one.written_at, reverse=True)
    known = {one.key: made_of(one) for one in latest} | questionnaires()
    gone = set(session.scalars(select(RetiredQuestionnaire.key)))
    return {key: made for key, made in known.items() if key not in gone}


def questionnaire(session: Session, key: str) -> Questionnaire:
    """What a wave of that key asks. Raises `BadInput` that names those there are, `Conflict` for a retired one."""
    known = choices(session)
    if key not in known:
        _check_stands(session, key)
        raise unknown(key, known)
    return known[key]


def made_of(one: QuestionnaireVersion) -> Questionnaire:
    """A draft or a version as it is asked, as far as it goes."""
    return as_questionnaire(one.key, one.written, one.version or 0)


def everything(session: Session) -> list[QuestionnaireVersion]:
    """All drafts and versions: by questionnaire, its drafts first, then the newest version."""
    query = select(QuestionnaireVersion).options(
        joinedload(QuestionnaireVersion.author), joinedload(QuestionnaireVersion.publisher)
    )
    found = list(session.scalars(query))
    return sorted(found, key=lambda one: (one.key, one.version is not None, -(one.version or 0), -one.id))


def get(session: Session, id: int) -> QuestionnaireVersion:
    """A draft or a version. Raises `NotFound`."""
    if (found := row_of(session, QuestionnaireVersion, id)) is None:
        raise NotFound("没有这份问卷，草稿可能已删除。There is no such questionnaire; a draft may have been deleted.")
    return found


def begin(session: Session, by: By, *, of: str = "", id: int = 0, at: datetime) -> QuestionnaireVersion:
    """A draft: of the questionnaire `of` of the file, of the version or draft `id`, or of nothing.

    One begun from a version of the house becomes a version of the same questionnaire. Raises `BadInput`, `NotAllowed`,
    `NotFound`.
    """
    _check_may(by)
    alone(session, LOCK)
    if id:
        like = get(session, id)
        key, written, begun_from = like.key, like.written, f"{like.key}/{like.version or 0}"
    else:
        if of and of not in questionnaires():
            raise unknown(of, questionnaires())
        key, begun_from = _free_key(session), of
        written = written_of(questionnaires()[of]) if of else blank()
    made = QuestionnaireVersion(key=key, written=written, begun_from=begun_from, author_id=by.staff_id, written_at=at)
    session.add(made)
    session.flush()
    return made


def save(
    session: Session, id: int, by: By, written: Written, *, read: int, at: datetime
) -> QuestionnaireVersion:  # fmt: skip
    """Keep what is written as the draft `id`, unfinished as it may be; `read` is how often it had been kept before.

    Raises `Conflict` where somebody was quicker or it was published, `NotAllowed`, `NotFound`.
    """
    one = _draft(session, id, by, read)
    one.written, one.saves = dict(written), one.saves + 1
    one.author_id, one.written_at = by.staff_id, at
    session.flush()
    return one


def discard(session: Session, id: int, by: By, *, read: int) -> None:
    """Delete a draft. Raises as `save` does; a version stays for good."""
    session.delete(_draft(session, id, by, read))
    session.flush()


def publish(session: Session, id: int, by: By, *, read: int, at: datetime) -> QuestionnaireVersion:
    """Waves may ask it from now on, and nobody changes it any more. Raises `BadInput` with the first thing that is
    wrong, `Conflict` while it is retired, and as `save` does.
    """
    check_may_publish(by)
    alone(session, LOCK)
    one = _draft(session, id, by, read)
    _check_stands(session, one.key)
    check_sound(one)
    newest = select(func.max(QuestionnaireVersion.version)).where(QuestionnaireVersion.key == one.key)
    one.version = (session.scalar(newest) or 0) + 1
    one.publisher_id, one.published_at = by.staff_id, at
    about = f"questionnaire:{one.key}"
    write_down(
        session, staff_id=by.staff_id, what=AuditWhat.QUESTIONNAIRE, about=about, reason=str(one.version), at=at
    )  # fmt: skip
    return one


def check_sound(one: QuestionnaireVersion) -> None:
    """Raises `BadInput` with the first thing that is wrong with it."""
    faults = [(found.zh, found.en) for found in all_problems(one.key, one.written)]
    faults = faults or [(found.zh, found.en) for found in findings(one.key, one.written) if found.is_error]
    for zh, en in faults[:1]:
        raise BadInput(f"还用不了：{zh}。It cannot be asked yet: {en}.")


def findings(key: str, written: Written) -> list[Finding]:
    """What is found in the words of its texts, as a wave would send them; nothing where words are missing."""
    made, about = as_questionnaire(key, written), About(MessageClass.SURVEY)
    found: dict[tuple[str, str, str], Finding] = {}
    for language in LANGUAGES:
        texts = [opening_of(made, language), *(text_of(one, language, FIRST) for one in made.questions[1:])]
        for text in texts:
            for one in templates.findings(CampaignKind.SURVEY, about, text, language):
                found.setdefault((one.rule, one.language, one.zh), one)
    return list(found.values())


def may_publish(by: By) -> bool:
    """Whether somebody may publish: what is published may be asked in every project."""
    return by.role in MAY_MAKE and by.project_id is None


def check_may_publish(by: By) -> None:
    """Raises `NotAllowed` where somebody may not publish."""
    _check_may(by)
    if not may_publish(by):
        raise NotAllowed(
            "问卷是全公司共用的，请服务全部项目的同事来发布。"
            "The whole company shares its questionnaires; somebody who serves all projects publishes them."
        )


def _check_stands(session: Session, key: str) -> None:
    if session.scalar(select(RetiredQuestionnaire.id).where(RetiredQuestionnaire.key == key)) is not None:
        raise Conflict(
            "这份问卷已停用，要用请先在问卷页恢复。"
            "This questionnaire is retired; bring it back on the page of questionnaires first."
        )


def _check_may(by: By) -> None:
    if by.role not in MAY_MAKE:
        raise NotAllowed("做问卷要主管或以上。Making a questionnaire takes a supervisor or above.")


def _draft(session: Session, id: int, by: By, read: int) -> QuestionnaireVersion:
    """A draft as somebody has read it, locked until the end of the transaction."""
    _check_may(by)
    get(session, id)
    one = session.get_one(QuestionnaireVersion, id, with_for_update=True, populate_existing=True)
    if one.version is not None:
        raise Conflict(
            f"它已发布为第 {one.version} 版，不能再改；请从这一版新建草稿。"
            f"It was published as version {one.version} and stays as it is; begin a draft from it."
        )
    if one.saves != read:
        raise Conflict(
            f"有人刚改过（{one.author.name}），请先看现在的草稿。"
            f"{one.author.name} has just changed it; please look at the draft as it is now."
        )
    return one


def _free_key(session: Session) -> str:
    used = session.scalars(select(QuestionnaireVersion.key).distinct())
    return f"{OWN}{max((int(key.removeprefix(OWN)) for key in used), default=0) + 1}"
