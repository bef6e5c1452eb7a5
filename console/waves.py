"""The page of survey waves: the months of a year, how many households were asked, and a form to write one."""

from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from base.access import guarded_by
from base.clock import local, now
from base.database import reading, transaction
from base.errors import BadInput, Conflict, NotAllowed
from base.ids import as_id
from base.refusals import half
from base.wiring import settings
from console.campaign_lines import by_of, within
from console.campaign_titles import title_of
from console.campaigns import visible
from console.door import Answer, door, language
from console.facts import project_name
from console.scope import TOLD_OF_TROUBLE, projects_of
from console.staff import Me, me
from console.wave_facts import read_comments
from console.words import say
from messages.lifecycle import MessageClass
from outreach.actions import campaigns, people, questionnairebook, waveresults, waving
from outreach.actions.campaigns import CampaignDraft
from outreach.actions.waveresults import Coverage, Month
from outreach.audience import Filter
from outreach.draws import wanted
from outreach.jobs.planning import plan_now
from outreach.lifecycle import MAY_WRITE, CampaignKind
from outreach.questionnaires import Questionnaire, in_language
from outreach.waves import TARGET, USUAL_SHARE, WAVES_A_YEAR

FIRST_YEAR, LAST_YEAR = 2020, 2100


@dataclass(frozen=True, slots=True)
class Form:
    """A wave as far as it is written; `percent` of the households, as it was typed."""

    questionnaire: str = ""
    project_id: int | None = None
    percent: str = f"{USUAL_SHARE:.0%}".removesuffix("%")
    title: str = ""

    @property
    def share(self) -> float:
        """The share, 0 to 1. Raises `BadInput` for what is no number."""
        try:
            return float(self.percent) / 100
        except ValueError:
            raise BadInput("抽取比例要写成数字，如 9。Write the share of the households as a number, like 9.") from None


@dataclass(frozen=True, slots=True)
class Count:
    """How many households there are, and how many of them would be asked."""

    homes: int
    asked: int


@door.get("/waves")
@guarded_by(*TOLD_OF_TROUBLE)
def waves() -> Answer:
    """One year of waves, this one unless another is asked for."""
    return _show(Form())


@door.post("/waves/count")
@guarded_by(*TOLD_OF_TROUBLE)
def count_wave() -> Answer:
    """How many households it would ask, as far as it is written. Writes nothing."""
    form = _read(request.form)
    with reading() as session:
        counted = _count(session, _settled(session, form, me()))
    return render_template("_wave_count.html", count=counted)


@door.post("/waves")
@guarded_by(*TOLD_OF_TROUBLE)
def write_wave() -> Answer:
    """Write it down and draw the households; somebody else reads it and lets it go."""
    at, words, who = now(), language(), me()
    with reading() as session:
        form = _settled(session, _read(request.form), who)
    try:
        with transaction() as session:
            wave_id = campaigns.write(session, _draft(session, form, at, words), by_of(who), at=at).id
    except (BadInput, Conflict, NotAllowed) as error:
        return _show(form, half(error.message, words)), 422
    plan_now(wave_id)
    flash("wave.done.write")
    return redirect(url_for("console.campaign", id=wave_id), 303)


@door.get("/campaigns/<id:id>/comments")
@guarded_by(*MAY_WRITE)
def wave_comments(id: int) -> Answer:
    """Everything that was written in a wave, the newest first; `before` is the one after which to go on."""
    words, before = language(), request.args.get("before", "")
    before_id = as_id(before) if before.isdecimal() else None
    with reading() as session:
        found = visible(session, id)
        said, more = read_comments(session, found, words, before_id=before_id)
        title = title_of(found, words)
    return render_template(
        "wave_comments.html", id=id, title=title, comments=said, more=more, is_first=before_id is None, at=now()
    )


def _show(form: Form, fault: str = "") -> str:
    at, words, who = now(), language(), me()
    today = local(at, settings().timezone)
    year = request.args.get("year", today.year, type=int)
    year = min(max(year, FIRST_YEAR), LAST_YEAR)
    with reading() as session:
        projects = projects_of(session, who)
        form = _settled(session, form, who)
        months = waveresults.months(session, year, within(who), at=at, today=waving.occasion(at))
        covered = waveresults.coverage(session, [one.id for one in projects], at=at)
        counted, known = _count(session, form), questionnairebook.choices(session)
        return render_template(
            "waves.html", form=form, fault=fault, year=year, first=FIRST_YEAR, last=LAST_YEAR, months=months,
            done=_done(months), wanted=WAVES_A_YEAR, covered=covered, total=_total(covered), target=TARGET,
            count=counted, questionnaires=[(one.key, _name(one, words)) for one in known.values()],
            projects=[(one.id, project_name(one, words)) for one in projects],
            may_be_all=who.project_id is None, name_of=lambda one: project_name(one, words), at=at,
            here=url_for("console.waves", year=year),
        )  # fmt: skip


def _name(made: Questionnaire, words: str) -> str:
    """What it is called, with its version if the house has made it."""
    name = in_language(made.title, words)
    return f"{name} · {say('qn.version', words, n=made.version)}" if made.version else name


def _read(values: "MultiDict[str, str]") -> Form:
    return Form(
        values.get("questionnaire", "")[:40], values.get("project", type=as_id), values.get("percent", "")[:10].strip(),
        values.get("title", "").strip(),
    )  # fmt: skip


def _settled(session: Session, form: Form, who: Me) -> Form:
    """Whoever has a project asks there and nowhere else."""
    if who.project_id is not None:
        return Form(form.questionnaire, who.project_id, form.percent, form.title)
    known = {project.id for project in projects_of(session, who)}
    return Form(form.questionnaire, form.project_id if form.project_id in known else None, form.percent, form.title)


def _count(session: Session, form: Form) -> Count:
    homes = people.size_of(session, Filter(form.project_id))[0]
    try:
        return Count(homes, wanted(form.share, homes))
    except BadInput:
        return Count(homes, 0)


def _draft(session: Session, form: Form, at: datetime, words: str) -> CampaignDraft:
    made = questionnairebook.choices(session).get(form.questionnaire)
    usual = say("wave.title", words, name=in_language(made.title, words), month=waving.occasion(at)) if made else "?"
    return CampaignDraft(
        kind=CampaignKind.SURVEY, message_class=MessageClass.SURVEY, title=form.title or usual, text_zh="", text_en="",
        audience=Filter(form.project_id), questionnaire=form.questionnaire, share=form.share,
    )  # fmt: skip


def _done(months: list[Month]) -> int:
    return sum(any(wave.approved_at is not None for wave in month.waves) for month in months)


def _total(covered: list[Coverage]) -> tuple[int, int, int]:
    """Households, asked and answered, of all of them."""
    return (
        sum(one.homes for one in covered), sum(one.asked for one in covered), sum(one.answered for one in covered),
    )  # fmt: skip
