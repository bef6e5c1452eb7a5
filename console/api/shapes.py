"""What the shapes of the API are made of: moments, texts, ids, and the strictness they share."""

import re
from datetime import date, datetime
from typing import Annotated, ClassVar, Generic, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from base.clock import local
from base.ids import LARGEST_ID
from base.wiring import settings

MOST = 200
USUAL = 50
LONGEST = 2000
TIMES = range(2000, 2100)
NO_NUL = r"^[^\x00]*$"
"""PostgreSQL keeps no text with the character NUL in it."""


def _on_the_wall(at: datetime) -> str:
    return local(at, settings().timezone).isoformat()


def _of_our_time(at: datetime) -> datetime:
    # the ends of the calendar cannot be told in every zone
    if at.year not in TIMES:
        raise ValueError(
            f"年份要在 {TIMES.start} 到 {TIMES.stop - 1} 之间。Write a year from {TIMES.start} to {TIMES.stop - 1}."
        )
    return at


Moment = Annotated[
    datetime,
    PlainSerializer(_on_the_wall, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment of ours, told in RFC 3339 with the offset of the company's clocks."""

SaidMoment = Annotated[AwareDatetime, AfterValidator(_of_our_time)]
"""A moment somebody tells us: text with an offset."""


def _is_a_day(text: object) -> object:
    if not isinstance(text, str) or not _DAY.fullmatch(text):  # a number would be a moment of 1970
        raise ValueError("日期请写成 2026-11-22。Write the day like 2026-11-22.")
    return text


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
Day = Annotated[date, BeforeValidator(_is_a_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A day of the company's calendar."""

Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST, pattern=NO_NUL)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST, pattern=NO_NUL)]
"""A text that must say something."""
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=NO_NUL)]


class Shape(BaseModel):
    """Something we tell. Every field is always there."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, json_schema_serialization_defaults_required=True
    )
    kept_as: ClassVar[str] = ""
    """What the record of those who saw whole numbers calls it."""


class Body(BaseModel):
    """Something we are told in a body. A field that nobody knows is refused, lest a slip of the pen be obeyed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Query(BaseModel):
    """What an address may ask for."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Paged(Query):
    """What every list may be asked."""

    limit: int = Field(USUAL, ge=1, le=MOST, description="每页几条 / how many on a page")
    after: Annotated[str, StringConstraints(max_length=60)] | None = Field(
        None, description="上一页的 next / the `next` of the page before"
    )


Item = TypeVar("Item", bound=Shape)


class Page(Shape, Generic[Item]):
    """One page of a list. `next` is null on the last."""

    items: list[Item]
    next: str | None


class Named(Shape):
    """A member of staff."""

    id: int
    name: str
