"""A list of the API as a file: CSV or xlsx, a line for each thing, the names of its fields as heads."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from urllib.parse import urlencode

from flask import Response, g, request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from base.clock import local, now
from base.database import reading
from base.errors import NotAllowed
from base.wiring import settings
from console.api.door import bearer
from console.api.once import JSON
from console.api.problems import Fault, Faulty, both
from console.api.revealing import REASON, reason_given, write
from console.api.shapes import MOST, Paged, Query
from console.exporting import mark_of
from console.exports import CSV, FORMATS, XLSX
from console.exports import write as write_file
from console.scope import EXPORTS, EXPORTS_WHOLE
from directory.auditmodels import AuditWhat

Kind = Literal["", "json", "csv", "xlsx"]
MOST_PAGES = 25
"""A file ends after so many pages of `MOST` rows, and says where the next begins."""
MEDIA = {kind: form.partition(";")[0] for kind, form in FORMATS.items()}


class AnyForm(Query):
    """What can be had as a file."""

    format: Annotated[
        Kind, Field(description="不写就看 Accept；文件要有 X-Reason / empty: by Accept; a file needs an X-Reason")
    ] = ""
    whole: bool = Field(
        default=False,
        description="文件里写完整号码和姓名，令牌要有此权限 / a file with whole numbers and names, if the token may",
    )


class AnyList(AnyForm, Paged):
    """A list that can be had as a file: without a `limit` of up to 5,000 rows."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a file: their shape, and how they are got from an answer."""

    shape: type[BaseModel]
    of: Callable[[Any], Iterable[BaseModel]]


def lines_of(gives: type[BaseModel]) -> Lines:
    """A list has a line for each of its items."""
    (shape,) = get_args(gives.model_fields["items"].annotation)
    return Lines(shape, lambda told: told.items)


def form_asked(asked: BaseModel | None) -> str:
    """`csv` or `xlsx`, by the parameter or else by the `Accept` of the request; empty where JSON will do."""
    if not isinstance(asked, AnyForm):
        return ""
    if asked.format:
        return "" if asked.format == "json" else asked.format
    best = request.accept_mimetypes.best_match([JSON, MEDIA[CSV], MEDIA[XLSX]])
    return next((kind for kind, form in MEDIA.items() if form == best), "")


def sheet(kind: str, lines: Lines, work: Callable[[Session, Any], Any], asked: AnyForm) -> Response:
    """The file of what `work(session, asked)` answers: one page where a `limit` is given, else page after page.

    A `Link` says where the rest begins. Nothing in it is a formula; who took it, when and why is written down and
    stands in it, as at the desk. Whole numbers and names stand in it where the
    token may reveal and asks for them, and its owner could take them whole at the desk.
    Raises `NotAllowed` for whom the desk lets take no list either, and `Faulty` where nobody says why.
    """
    who, reason = bearer(), reason_given()
    if who.me.role not in EXPORTS:
        raise NotAllowed(
            "导出清单要主管或以上；不要文件，仍可按页读取。"
            "Taking a list as a file needs a supervisor or above; as JSON it is read page by page."
        )
    if not reason:
        raise Faulty(Fault(detail=both("input.reason"), header=REASON))
    is_whole = who.may_reveal and asked.whole and who.me.role in EXPORTS_WHOLE
    if not is_whole:
        g.bearer = replace(who, may_reveal=False, hides_names=True)
    mark = mark_of(reason, who.me.language, who=who.me, is_whole=is_whole)
    columns = list(_columns(lines.shape))
    with reading() as session:
        reader = _Reader(lines, partial(work, session), asked)
        file, count = write_file(kind, "list", columns, (_row(one, columns) for one in reader), mark)
    with file:  # a few megabytes at most, and whoever hangs up leaves nothing open
        told = file.read()
    name = request.path.rpartition("/")[2]
    g.pop("shown_whole", None)  # a list that leaves is one line of the record
    write(AuditWhat.EXPORTED, f"list:{name}/{'whole' if is_whole else 'masked'}/{count}")
    at = f"{local(now(), settings().timezone):%Y%m%d-%H%M}"
    answer = Response(told, content_type=FORMATS[kind])
    answer.headers["Content-Disposition"] = f"attachment; filename={name}-{at}.{kind}"
    if reader.next is not None:
        rest = {**request.args.to_dict(), "after": reader.next}
        answer.headers["Link"] = f'<{request.path}?{urlencode(rest)}>; rel="next"'
    return answer


class _Reader:
    """Reads one page after the other; `next` is where it stopped."""

    def __init__(self, lines: Lines, work: Callable[[Any], Any], asked: AnyForm) -> None:
        self.lines, self.work, self.asked = lines, work, asked
        self.next: str | None = None

    def __iter__(self) -> Iterator[BaseModel]:
        asked, is_whole_list = self.asked, isinstance(self.asked, Paged) and "limit" not in self.asked.model_fields_set
        for _ in range(MOST_PAGES if is_whole_list else 1):
            if is_whole_list:
                asked = asked.model_copy(update={"limit": MOST} | ({"after": self.next} if self.next else {}))
            told = self.work(asked)
            yield from self.lines.of(told)
            self.next = getattr(told, "next", None)
            if self.next is None:
                return


def _columns(shape: type[BaseModel], before: str = "") -> Iterator[str]:
    """`ref`, `assignee.id`, `assignee.name`, …: one thing inside another has a column for each of its fields."""
    for name, field in shape.model_fields.items():
        head = before + (field.alias or name)
        inner = _shape_in(field.annotation)
        if inner is None:
            yield head
        else:
            yield from _columns(inner, f"{head}.")


def _shape_in(annotation: Any) -> type[BaseModel] | None:
    """The shape that a field holds one of, if it does."""
    if get_origin(annotation) in {Union, UnionType}:
        (annotation,) = [one for one in get_args(annotation) if one is not type(None)][:1]
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _row(told: BaseModel, columns: Iterable[str]) -> list[str]:
    written = told.model_dump(mode="json", by_alias=True)
    return [_cell(written, column.split(".")) for column in columns]


def _cell(written: Any, path: list[str]) -> str:
    """One value as text: empty for null, lists of words with semicolons between, anything deeper as JSON."""
    for name in path:
        written = written.get(name) if isinstance(written, dict) else None
    match written:
        case None:
            return ""
        case bool():
            return "true" if written else "false"
        case list() if all(isinstance(one, str) for one in written):
            return "; ".join(written)
        case list() | dict():
            return json.dumps(written, ensure_ascii=False, separators=(",", ":"))
    return str(written)
