"""Many rows in one statement: what is said about each attempt travels as one JSON object, read by the database."""

from collections.abc import Collection

from sqlalchemy import JSON, ColumnElement, Integer, String, bindparam, cast, column, func, literal_column

from messages.lifecycle import MessageState

# both databases have this function under this name. The key is an attempt's id, the value a list
SAID = func.json_each(bindparam("said", type_=JSON)).table_valued(
    column("key", String), column("value", String), name="said"
)
ATTEMPT_ID: ColumnElement[str] = SAID.c.key
MESSAGE_ID = cast(SAID.c.value.op("->>", return_type=String)(literal_column("0")), Integer)
SID = SAID.c.value.op("->>", return_type=String)(literal_column("1"))
NOTHING = func.substr(ATTEMPT_ID, 1, 0)
"""'' for the database, and for its planner something that is said: what is compared with it is compared last. It must
look up these few by their ids, and not walk over all that waits, which it takes for less than it is."""


def state_in(states: Collection[MessageState]) -> ColumnElement[bool]:
    """That a message said something about is in one of these states."""
    return literal_column("message.state", String).concat(NOTHING).in_([state.value for state in sorted(states)])
