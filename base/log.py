"""The log: JSON lines in production, plain ones in development. Nobody's number, name or words stand in it."""

import logging
import os
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any, cast

import structlog

from base.clock import now
from base.trail import with_ids

NUMBER = re.compile(
    r"(?:\+|%2[Bb])\d{8,15}|(?<![A-Za-z\d_-])(?:(?:00)?86[- ]?(?:1[3-9]\d{9}|\d{2,3}-?\d{7,8})"
    r"|1[3-9]\d{9}|1[3-9]\d([- ])\d{4}\1\d{4}|0\d{2,3}-?\d{7,8}|[48]00-?\d{3}-?\d{4})(?![A-Za-z\d_-])"
)
"""International numbers, also as an address spells them; mobiles, landlines and 400 numbers as written at home, where
no blank parts them from the words around them.
"""
_PARTED = str.maketrans("", "", " -")
PRIVATE = frozenset({"address", "body", "email", "login", "mail", "password", "person", "place", "summary", "text"})
"""What no line says, whoever wrote it."""
WITHHELD = "…"
GUNICORN = "gunicorn.error"
_ROW = re.compile(r"DETAIL:.*?(?=\n\[SQL|\nCONTEXT:|\n\nThe above|\Z)", re.S)
_QUOTED = re.compile(
    r"^(?:[\w.]+\.)?(?:KeyError|ValueError|LookupError|UnicodeDecodeError|UnicodeEncodeError|JSONDecodeError|BadInput"
    r"|NotFound|Conflict|InvalidTextRepresentation|DataError): .*$",
    re.M,
)
"""Errors whose words quote what they were given."""
_GIVEN = re.compile(r"(?<=input_value=).*?(?=, input_type=)", re.S)
"""What pydantic was given, in its own words."""
_HARMLESS = re.compile(r"[A-Za-z_/<>. -]*(?:<int:[A-Za-z_/<>. -]*)*|(?:[A-Z]{2})?[0-9a-f]{32}")
"""Words, routes and ids, which are most of what a line holds: there is nothing in them to be looked for."""
_MAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")


def mask(number: str | None) -> str:
    """`+8613800138000` → `+86138****8000`; short numbers lose their middle, None becomes empty."""
    if not number:
        return ""
    if len(number) < 8:
        return number[:1] + "****" + number[-1:]
    keep = len(number) - 8 if len(number) > 11 else 3
    return f"{number[:keep]}****{number[-4:]}"


def mask_name(name: str) -> str:
    """`李芳` → `李**`, `Jane Smith` → `J**`: enough to tell two apart in a list; empty stays empty."""
    return name and name[0] + "**"


def mask_text(text: str) -> str:
    """The text with every telephone number in it masked."""
    return NUMBER.sub(lambda found: mask(found.group().translate(_PARTED)), text)


def safe_text(text: str) -> str:
    """A text as the log may hold it: numbers masked, without anybody's mail address, the row that a database says it
    refused, or the value that a conversion quotes.
    """
    if _HARMLESS.fullmatch(text):
        return text
    told = _QUOTED.sub(_without_quotes, _ROW.sub("DETAIL: …", text))
    return mask_text(_MAIL.sub(WITHHELD, _GIVEN.sub(WITHHELD, told)))


def _without_quotes(found: re.Match[str]) -> str:
    return re.sub(r"'[^'\n]*'|\"[^\"\n]*\"|“[^”\n]*”", "…", found.group())


def _safe(value: Any) -> Any:
    match value:
        case str():
            return safe_text(value)
        case list() | tuple():
            return [_safe(each) for each in value]
        case dict():
            return {name: WITHHELD if name in PRIVATE else _safe(each) for name, each in value.items()}
    return value


def _safe_values(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], _safe(dict(event)))


class _MaskingFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """The whole line, traceback included, as the log may hold it."""
        return safe_text(super().format(record))


def keep_trace(path: Path, error: Exception) -> None:
    """Add the masked trace of `error` to the file at `path`, which only this user may read. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    trace = safe_text("".join(traceback.format_exception(error)))
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
        file.write(f"{now().isoformat(timespec='seconds')}\n{trace}\n")


def configure_log(*, as_json: bool, level: str = "INFO") -> None:
    """Set up structlog and the standard library's log, that of RQ and gunicorn too, so that both are safe and go to
    stderr: as JSON, one object a line, with what each is about (`base.trail`).
    """
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    said: list[Any] = [
        with_ids,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    told = [structlog.processors.format_exc_info, _safe_values, renderer]
    structlog.configure(
        processors=[*said, *told],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    by_line = (
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*said, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *told],
        )
        if as_json
        else _MaskingFormatter("%(levelname)s %(name)s: %(message)s")
    )
    handler.setFormatter(by_line)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for own in logging.getLogger(GUNICORN).handlers:  # it writes to where it was told to, in our form
        own.setFormatter(by_line)
    for noisy in ("rq", "twilio", "aiohttp", "alembic.runtime.migration"):
        logging.getLogger(noisy).setLevel("WARNING")
