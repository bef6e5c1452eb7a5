"""What comes before the menu, by what we know of the caller: asked for at once, since most callers have none of it."""

from typing import Any

from sqlalchemy import Exists, Row, Select, bindparam, exists, literal, select

from base.rows import next_id
from hotline.actions import care, editions, known, own, rating
from hotline.actions.turn import Turn
from hotline.models import Call
from outreach.actions import answers, atnumber
from tickets.actions import incidents


def _exists(asked: Select[Any]) -> Exists:
    return asked.with_only_columns(literal(1), maintain_column_froms=True).order_by(None).limit(None).exists()


_ANY = select(
    _exists(incidents.LASTING).label("trouble"),
    _exists(own.OWN).label("own"),
    (_exists(answers.MISSED) | _exists(atnumber.AT_NUMBER)).label("asked"),
    editions.NOW.scalar_subquery().label("menu_key"),
    next_id(Call).label("new_id"),
    exists().where(Call.sid == bindparam("sid")).label("is_known"),
)
"""Whether there may be any of each: each then looks itself, and knows best. And what a call that begins now needs: the
key of the menus of now, an id, and whether it began before. (Asked for once more in the middle of a call, they are not
looked at.)
"""


def look(turn: Turn) -> Row[Any]:
    """What there may be before the menu (`trouble`, `own`, `asked`), and `menu_key`, `new_id` and `is_known` for a call
    that begins now.
    """
    number = turn.call.from_number
    return turn.session.connection().execute(_ANY, {
        "project_id": turn.call.project_id, **own.caller_of(turn), **answers.missed_by(number, turn.at),
        **atnumber.at_number(number, turn.at), "sid": turn.call.sid,
    }).one()  # fmt: skip


def menu_of(turn: Turn, there: Row[Any]) -> str:
    """The first of what comes before the menu that there is. Empty: nothing."""
    return (
        (there.trouble and known.offer_of(turn))
        or care.offer_of(turn)
        or (there.own and own.offer_of(turn))
        or (there.asked and rating.offer_of(turn))
        or ""
    )
