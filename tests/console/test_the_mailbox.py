"""What was said to the general manager is read by those who lead the company, and by nobody else."""

from collections.abc import Callable

import pytest

from base.access import Role
from base.database import transaction
from console.scope import READ_THE_MAILBOX
from tests.api.conftest import document, program  # noqa: F401  fixtures
from tests.console.conftest import Browser, LogIn
from tests.console.evening import OWNER, Evening
from tests.console.test_handing import dialog
from tests.console.test_headquarters import somebody  # noqa: F401  a fixture
from tickets import actions
from tickets.actions import TicketDraft
from tickets.lifecycle import HEADQUARTERS, Channel, Kind


@pytest.fixture
def letters(evening: Evening) -> dict[str, str]:
    """A word to the general manager and one to the supervision, both about the estate; their numbers."""
    with transaction() as session:
        found = {}
        for category in ("mailbox", "supervision"):
            draft = TicketDraft(
                Kind.COMPLAINT, category, Channel.CALL, project_id=evening.home_project, owner_desk=HEADQUARTERS,
                caller_number=OWNER,
            )  # fmt: skip
            found[category] = actions.open_ticket(session, draft, at=evening.at).ref
        return found


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_it(somebody: Callable[..., Browser], letters: dict[str, str], role: Role) -> None:  # noqa: F811
    client, reads = somebody(role, of_project=False), role in READ_THE_MAILBOX
    mailbox, supervision = letters["mailbox"], letters["supervision"]
    board = client.get("/").text
    assert (mailbox in board, supervision in board) == (reads, True)
    assert (client.get(f"/tickets/{mailbox}").status_code == 200) is reads
    assert client.get(f"/tickets/{supervision}").status_code == 200
    assert (f'id="tk-{mailbox}"' in client.sends("/search", q=mailbox).text) is reads
    assert (f'id="tk-{mailbox}"' in client.sends("/search", q=OWNER).text) is reads


@pytest.mark.parametrize("role", list(Role))
def test_nobody_of_the_estate_reads_either(
    somebody: Callable[..., Browser], letters: dict[str, str], role: Role  # noqa: F811
) -> None:  # fmt: skip
    client = somebody(role, of_project=True)
    board = client.get("/").text
    for ref in letters.values():
        assert ref not in board
        assert client.get(f"/tickets/{ref}").status_code == 404
        assert f'id="tk-{ref}"' not in client.sends("/search", q=ref).text


def test_programs_have_the_same_walls(program: Callable, letters: dict[str, str]) -> None:  # noqa: F811
    mailbox, supervision = letters["mailbox"], letters["supervision"]
    for who, seen in (("director", {mailbox, supervision}), ("centre", {supervision}), ("manager", set())):
        listed = {one["ref"] for one in program(who).gets("/tickets", limit=100).json["items"]}
        found = {one["ref"] for one in program(who).posts("/search", number=OWNER).json["tickets"]}
        assert (listed & {mailbox, supervision}, found & {mailbox, supervision}) == (seen, seen), who
        assert program(who).gets(f"/tickets/{mailbox}").status_code == (200 if mailbox in seen else 404)


def test_it_is_handed_to_nobody_who_could_not_open_it(
    logged_in: LogIn, evening: Evening, letters: dict[str, str]
) -> None:  # fmt: skip
    director, agent = logged_in("director"), f'value="{evening.staff["centre"]}"'
    for category, is_offered in (("supervision", True), ("mailbox", False)):
        offered = dialog(director.get(f"/tickets/{letters[category]}").text, "assign")
        assert (agent in offered) is is_offered
        assert f'value="{evening.staff["admin"]}"' in offered
    refused = director.sends(f"/tickets/{letters['mailbox']}/assign", to=evening.staff["centre"])
    assert refused.status_code == 422
