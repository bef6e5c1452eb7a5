"""The page on which a list is taken out of the house: a reason is asked, and who took what stays written down."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import make_response, render_template, request, send_file, url_for

from base.access import guarded_by
from base.clock import local, now
from base.database import reading, transaction
from base.errors import BadInput, NotFound
from base.log import mask_text
from base.refusals import half
from base.wiring import settings
from console.door import Answer, door, language
from console.exportlists import LISTS, Asked, Listing
from console.exports import CSV, FORMATS, MOST_ROWS, XLSX, Watermark, write
from console.messages import chosen
from console.scope import EXPORTS, EXPORTS_WHOLE, project_of
from console.staff import Me, me
from console.words import say
from directory.audit import LONGEST, write_down, written_of
from directory.auditmodels import AuditWhat

SINCE = timedelta(days=30)
FIRST = "tickets"
OF_MESSAGES = ("tab", "class", "way", "campaign")
"""The choice of the page of messages, which comes along."""


@door.get("/exports")
@guarded_by(*EXPORTS)
def exports() -> Answer:
    """What can be chosen, and who took lists lately."""
    what = request.args.get("what", FIRST)
    return _page(what, _listing(what), request.args.to_dict())


@door.post("/exports")
@guarded_by(*EXPORTS)
def export() -> Answer:
    """The file. Masked, unless whole numbers are asked for by somebody who may; the reason stays with their name."""
    form, words = request.form.to_dict(), language()
    what = form.get("what", FIRST)
    listing = _listing(what)
    reason = form.get("reason", "").strip()[:LONGEST]
    is_whole = form.get("whole") == "yes" and me().role in EXPORTS_WHOLE
    kind = CSV if form.get("format") == CSV else XLSX
    days = _days(form)
    if not reason or (days is None and listing.has_days):
        fault = {"reason": say("fault.reason", words)} if not reason else {"from": say("export.fault.days", words)}
        return _page(what, listing, form, fault), 422
    from_at, until_at = days or (now(), now())
    asked = Asked(
        me(), words, from_at, until_at, words=form.get("q", "").strip()[:60], show=form.get("show", ""),
        messages=chosen(form), is_whole=is_whole,
    )  # fmt: skip
    heads = [say(f"export.head.{head}", words) for head in listing.heads]
    title = say(f"export.what.{what}", words)
    try:
        with reading() as session:
            mark = mark_of(reason, words, is_whole=is_whole)
            file, count = write(kind, title, heads, listing.rows(session, asked), mark)
    except BadInput as many:
        return _page(what, listing, form, {"from": half(many.message, words)}), 422
    with transaction() as session:
        about = f"list:{what}/{'whole' if is_whole else 'masked'}/{count}"
        write_down(session, staff_id=me().id, what=AuditWhat.EXPORTED, about=about, reason=reason, at=now())
    name = f"{what}-{local(now(), settings().timezone):%Y%m%d-%H%M}.{kind}"
    answer = make_response(send_file(file, FORMATS[kind], as_attachment=True, download_name=name, max_age=0))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(what: str, listing: Listing, form: dict[str, str], faults: dict[str, str] | None = None) -> str:
    today = local(now(), settings().timezone).date()
    given = {"from": str(today - SINCE), "to": str(today), "show": "all"} | form
    carried = {name: form[name] for name in OF_MESSAGES if form.get(name)} if what == "messages" else {}
    with reading() as session:
        taken = written_of(session, AuditWhat.EXPORTED, project_of(me()))
    return render_template(
        "export.html", what=what, listing=listing, form=given, faults=faults or {}, lists=list(LISTS),
        may_whole=me().role in EXPORTS_WHOLE, at=now(), most=MOST_ROWS, carried=carried,
        taken=[(one, mask_text(one.reason), *_taken(one.about)) for one in taken if one.about.count("/") == 2],
        here=url_for("console.exports", what=what) if request.method == "POST" else "",
    )  # fmt: skip


def _listing(what: str) -> Listing:
    if what not in LISTS:
        raise NotFound("没有这个名单可以导出。There is no such list to export.")
    return LISTS[what]


def _taken(about: str) -> tuple[str, bool, str]:
    """What was taken, whether with whole numbers, and how many rows."""
    what, how, count = about.removeprefix("list:").split("/")
    return what, how == "whole", count


def _days(form: dict[str, str]) -> tuple[datetime, datetime] | None:
    """From the first day's midnight to that after the last, on the company's clock; None where they make no sense."""
    zone = ZoneInfo(settings().timezone)
    try:
        first, last = (date.fromisoformat(form.get(name, "")) for name in ("from", "to"))
        begins, ends = (
            datetime.combine(day, time.min, zone).astimezone(UTC) for day in (first, last + timedelta(days=1))
        )
    except (ValueError, OverflowError):
        return None
    return (begins, ends) if first <= last else None


def mark_of(reason: str, words: str, *, who: Me | None = None, is_whole: bool = False) -> Watermark:
    """That `who`, or else the reader of the page, takes it now, for this reason."""
    who = who or me()
    at = f"{local(now(), settings().timezone):%Y-%m-%d %H:%M}"
    lines = [
        (say("export.mark.who", words), f"{who.name} ({who.id})"), (say("export.mark.at", words), at),
        (say("export.mark.reason", words), reason),
        (say("export.mark.numbers", words), say(f"export.mark.{'whole' if is_whole else 'masked'}", words)),
    ]  # fmt: skip
    return Watermark(say("export.mark.sheet", words), lines)
