"""Who is on the line stands at the top of the desk, with what helps to speak with them; nothing is guessed."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from base import clock
from base.database import reading, transaction
from console.words import say
from directory.models import Home, Person, Project
from hotline.intake import RINGING
from hotline.models import Call
from messages.models import Message
from oncall.models import Page, PageKind, PageState
from tests import make
from tests.console.conftest import EVENING, Browser, LogIn, later
from tests.console.evening import OWNER, STRANGER, Evening
from tickets.actions import incidents
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import HEADQUARTERS, Channel, IncidentKind, Kind, Level, Status
from tickets.models import Ticket


def rings(evening: Evening, number: str | None, *names: str, is_talk: bool = False, **more: object) -> int:
    """A caller from this number wants a person, and these telephones ring (or the first of them speaks); their call."""
    at = clock.now()
    with transaction() as session:
        values: dict[str, object] = {"kind": Kind.HELP, "category": "person", "level": Level.P2} | more
        count = session.query(Ticket).count()
        ticket = Ticket(
            ref=f"261122-9{count:03}", channel=Channel.CALL, status=Status.OPEN, caller_number=number, opened_at=at,
            **({"project_id": evening.home_project} | values),
        )  # fmt: skip
        session.add(ticket)
        session.flush()
        pages = [
            Page(
                ticket_id=ticket.id, staff_id=evening.staff[name], kind=PageKind.LIVE, step=-n, paged_at=at,
                rings_until_at=at + timedelta(seconds=30),
            )
            for n, name in enumerate(names, 1)
        ]  # fmt: skip
        session.add_all(pages)
        if is_talk:
            pages[0].state, pages[0].joined_at = PageState.ACKNOWLEDGED, at
        session.flush()
        first, *others = (page.id for page in pages)
        call = Call(
            sid=f"CP{count:032}", from_number=number, to_number="+864008001234", began_at=at, ticket_id=ticket.id,
            project_id=ticket.project_id, person_id=ticket.person_id,
            intake={"place": RINGING, "live_page_id": first, "rung_with_it": others},
        )  # fmt: skip
        session.add(call)
        session.flush()
        return call.id


def pops(html: str) -> list[int]:
    """The calls shown to be on the line, in the order shown."""
    return [int(id) for id in re.findall(r'data-pop="(\d+)"', html)]


def of(html: str, call_id: int) -> str:
    return (
        html.split(f'data-pop="{call_id}"')[1]
        .split('data-pop="', maxsplit=1)[0]
        .split('id="board-card"', maxsplit=1)[0]
    )


def water_is_off(evening: Evening, building: str | None = "3号楼") -> int:
    """The water is off in a building of the estate, or in all of it; the incident."""
    with transaction() as session:
        project = session.get_one(Project, evening.home_project)
        home = session.scalars(select(Home).join(Home.building).where(Home.name == "0902")).first()
        assert home is not None
        ids = (home.building_id,) if building else ()
        draft = IncidentDraft(
            kind=IncidentKind.WATER, project_id=project.id, building_ids=ids,
            promised_end_at=EVENING + timedelta(hours=2),
        )  # fmt: skip
        return incidents.open_incident(session, draft, by_id=None, at=EVENING).id


def test_nobody_rings_and_nothing_is_shown(logged_in: LogIn, evening: Evening) -> None:
    assert pops(logged_in("agent").get("/").text) == []


def test_who_rings_is_shown_as_they_want_to_be_called_with_home_care_matters_and_last_calls(
    logged_in: LogIn, evening: Evening
) -> None:
    with transaction() as session:
        session.get_one(Person, evening.owner).special_care = "独居老人"
    trouble = water_is_off(evening)
    call = rings(evening, OWNER, "technician", "second", person_id=evening.owner)
    shown = of(logged_in("agent").get("/").text, call)
    top, body = shown.split("</summary>", maxsplit=1)
    for said in ("林女士", "3号楼2单元0902室", say("tie.owner", "zh"), "138****6021", "周建国、何磊"):
        assert said in top
    assert "林婷" not in top, "they are called what they chose"
    assert say("pop.care", "zh", why="独居老人") in body
    assert say("incident.kind.water", "zh") in body
    assert f'id="join-{call}-{trouble}"' in body
    assert f"/tickets/new?call={call}&amp;person={evening.owner}" in body
    assert evening.refs["lift"] in body, "the latest earlier call of this number"
    assert "13812346021" not in shown


def test_of_one_person_the_open_ticket_is_urged_by_one_button_once_a_call(logged_in: LogIn, evening: Evening) -> None:
    agent, ref = logged_in("agent"), evening.refs["mine"]
    with transaction() as session:
        session.scalars(select(Ticket).where(Ticket.ref == ref)).one().person_id = evening.owner
    call = rings(evening, OWNER, "technician", person_id=evening.owner)
    assert f'id="urge-{call}-{ref}"' in agent.get("/").text
    answer = agent.sends(f"/calls/{call}/urge/{ref}")
    assert (answer.status_code, answer.location) == (303, f"/tickets/{ref}")
    assert agent.sends(f"/calls/{call}/urge/{ref}").status_code == 303
    with reading() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ref == ref)).one()
        told = session.scalars(select(Message).where(Message.once_key.startswith(f"urge/{ticket.id}/{call}/"))).all()
        assert ticket.urged == 1
        assert evening.staff["technician"] in {int(one.once_key.rsplit("/", 1)[1]) for one in told}
    html = of(agent.get("/").text, call)
    assert f'id="urge-{call}-{ref}"' not in html
    assert say("pop.urged", "zh") in html


def test_what_is_over_or_anothers_is_not_urged(logged_in: LogIn, evening: Evening) -> None:
    call, agent = rings(evening, OWNER, "technician", person_id=evening.owner), logged_in("agent")
    strangers = evening.refs["half_way"]
    assert agent.sends(f"/calls/{call}/urge/{strangers}").status_code == 404
    assert agent.sends(f"/calls/999/urge/{evening.refs['mine']}").status_code == 404
    assert agent.sends(f"/calls/{call}/urge/{evening.refs['elsewhere']}").status_code == 404
    assert agent.sends(f"/calls/{call}/urge/{evening.refs['done']}").status_code == 409
    with reading() as session:
        assert not session.scalars(select(Ticket.id).where(Ticket.urged > 0)).all()


def test_the_ticket_of_the_call_joins_the_trouble_by_one_button(logged_in: LogIn, evening: Evening) -> None:
    trouble, agent = water_is_off(evening), logged_in("agent")
    call = rings(evening, OWNER, "technician", person_id=evening.owner)
    with reading() as session:
        ticket = session.get_one(Call, call).ticket
        assert ticket is not None
        ref = ticket.ref
    assert agent.sends(f"/tickets/{ref}/incident", incident=trouble).status_code == 303
    html = of(agent.get("/").text, call)
    assert say("pop.joined", "zh") in html
    assert f'id="join-{call}-{trouble}"' not in html


def test_a_trouble_of_another_building_is_not_offered_but_one_of_the_whole_estate_is(
    logged_in: LogIn, evening: Evening
) -> None:
    water_is_off(evening)
    agent = logged_in("agent")
    call = rings(evening, STRANGER, "technician")
    assert "join-" not in of(agent.get("/").text, call), "nobody knows where a stranger lives"
    everywhere = water_is_off(evening, building=None)
    assert f"join-{call}-{everywhere}" in of(agent.get("/").text, call)


def test_of_a_line_that_two_share_both_are_named_and_nothing_is_guessed(logged_in: LogIn, evening: Evening) -> None:
    with transaction() as session:
        project = session.get_one(Project, evening.home_project)
        make.an_owner(session, make.a_home(session, project, "3-2-0903"), OWNER, "林强", "林先生")
        mine = session.scalars(select(Ticket).where(Ticket.ref == evening.refs["mine"])).one()
        mine.person_id = evening.owner
    call = rings(evening, OWNER, "technician")
    html = of(logged_in("agent").get("/").text, call)
    top = html.split("</summary>")[0]
    assert say("pop.one_of", "zh", n=2) in top
    assert "林女士" not in top
    hers, his = (part.split("</details>")[0] for part in html.split('class="pop__one"')[1:])
    assert "林女士" in hers
    assert evening.refs["mine"] in hers
    assert "林先生" in his
    assert evening.refs["mine"] not in his
    for ref in ("late", "soon"):
        assert evening.refs[ref] not in hers + his, "the number alone says nothing of a shared line"


def test_of_a_landline_with_one_name_that_one_is_asked_for_too(logged_in: LogIn, evening: Evening) -> None:
    landline = "+862155551234"
    with transaction() as session:
        project = session.get_one(Project, evening.home_project)
        make.an_owner(session, make.a_home(session, project, "3-2-0903"), landline, "林强", "林先生")
    call = rings(evening, landline, "technician")
    top = of(logged_in("agent").get("/").text, call).split("</summary>")[0]
    assert say("pop.landline", "zh") in top
    assert "林先生" not in top


def test_who_withholds_their_number_and_who_complains_unnamed_stay_so(logged_in: LogIn, evening: Evening) -> None:
    call = rings(evening, None, "technician", kind=Kind.COMPLAINT, level=Level.C1)
    html = of(logged_in("agent").get("/").text, call)
    assert say("who.unknown", "zh") in html
    assert say("who.withheld", "zh") in html
    assert say("pop.last", "zh") not in html


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("agent", {"home"}),
        ("technician", {"home"}),
        ("abroad", {"other"}),
        ("centre", {"home", "other", "headquarters"}),
        ("quality", {"home", "other"}),
    ],
)
def test_each_sees_the_calls_of_what_they_may_see(logged_in: LogIn, evening: Evening, who: str, seen: set[str]) -> None:
    calls = {
        "home": rings(evening, STRANGER, "second"),
        "other": rings(evening, STRANGER, "elsewhere", project_id=evening.other_project),
        "headquarters": rings(
            evening, STRANGER, "centre", kind=Kind.COMPLAINT, level=Level.C1, owner_desk=HEADQUARTERS
        ),
    }
    browser = logged_in(who)
    shown = set(pops(browser.get("/?show=open").text))
    assert shown == {calls[name] for name in seen}
    assert shown == set(pops(browser.get("/board").text))


def test_who_lives_in_another_project_is_nobody_here(logged_in: LogIn, evening: Evening) -> None:
    call = rings(evening, OWNER, "elsewhere", project_id=evening.other_project)
    html = of(logged_in("abroad").get("/").text, call)
    assert "林女士" not in html
    assert say("who.unknown", "zh") in html
    assert evening.refs["lift"] not in html
    assert logged_in("abroad").get(f"/tickets/new?call={call}&person={evening.owner}").status_code == 404


def test_a_technician_reads_that_care_is_needed_but_not_why_and_opens_no_persons_page(
    logged_in: LogIn, evening: Evening
) -> None:
    with transaction() as session:
        session.get_one(Person, evening.owner).special_care = "独居老人"
    call = rings(evening, OWNER, "technician", person_id=evening.owner)
    html = of(logged_in("technician").get("/?show=open").text, call)
    assert say("line.care", "zh") in html
    assert "独居老人" not in html
    assert f"/people/{evening.owner}" not in html
    assert "林婷" not in html
    assert say("pop.rings.you", "zh") in html
    assert "pop--mine" in logged_in("technician").get("/?show=open").text


@pytest.mark.parametrize("level", [Level.P0, Level.P1, Level.P3])
def test_what_is_shown_of_danger_is_the_word_of_its_level(logged_in: LogIn, evening: Evening, level: Level) -> None:
    call = rings(evening, OWNER, "technician", kind=Kind.EMERGENCY, level=level)
    html = of(logged_in("agent").get("/").text, call)
    body = html.split("</summary>", maxsplit=1)[1]
    assert say(f"level.{level.value}", "zh") in body.split("</p>", maxsplit=1)[0]
    assert f"level--{level.value.lower()}" in body.split("</p>", maxsplit=1)[0]


def test_quality_reads_and_presses_nothing(logged_in: LogIn, evening: Evening) -> None:
    water_is_off(evening)
    with transaction() as session:
        mine = session.scalars(select(Ticket).where(Ticket.ref == evening.refs["mine"])).one()
        mine.person_id = evening.owner
    call = rings(evening, OWNER, "technician", person_id=evening.owner)
    html = of(logged_in("quality").get("/").text, call)
    assert evening.refs["mine"] in html
    for button in ("join-", "urge-", "/tickets/new"):
        assert button not in html


def tag_of(browser: Browser, tag: str) -> tuple[int, str, list[int]]:
    answer = browser.get("/board", headers={"HX-PTag": tag})
    return answer.status_code, answer.headers["HX-PTag"], pops(answer.text)


def test_the_desk_lives_with_the_call(logged_in: LogIn, evening: Evening) -> None:
    browser = logged_in("agent")
    tag = browser.get("/").headers["HX-PTag"]
    call = rings(evening, OWNER, "technician", person_id=evening.owner)
    status, tag, shown = tag_of(browser, tag)
    assert (status, shown) == (200, [call])
    later(seconds=5)
    assert tag_of(browser, tag)[0] == 304, "time is counted by the page"
    with transaction() as session:
        page = session.scalars(select(Page).where(Page.kind == PageKind.LIVE)).one()
        page.state, page.joined_at = PageState.ACKNOWLEDGED, clock.now()
    status, tag, shown = tag_of(browser, tag)
    assert (status, shown) == (200, [call])
    assert say("pop.talk", "zh", who="周建国") in browser.get("/").text
    with transaction() as session:
        session.get_one(Call, call).ended_at = clock.now()
    status, tag, shown = tag_of(browser, tag)
    assert (status, shown) == (200, [])


def test_on_a_technicians_day_only_their_own_telephone_stands_and_lives(logged_in: LogIn, evening: Evening) -> None:
    browser, ref = logged_in("technician"), evening.refs["mine"]

    def looks(tag: str) -> tuple[int, str, list[int]]:
        answer = browser.get(f"/day?job={ref}", headers={"HX-PTag": tag})
        return answer.status_code, answer.headers["HX-PTag"], pops(answer.text)

    rings(evening, STRANGER, "second")
    begun = browser.get(f"/?job={ref}")
    assert pops(begun.text) == []
    call = rings(evening, OWNER, "technician", person_id=evening.owner)
    status, tag, shown = looks(begun.headers["HX-PTag"])
    assert (status, shown) == (200, [call])
    later(seconds=5)
    assert looks(tag)[0] == 304, "time is counted by the page"
    with transaction() as session:
        session.get_one(Call, call).ended_at = clock.now()
    status, tag, shown = looks(tag)
    assert (status, shown) == (200, [])


def test_a_ring_whose_end_never_reached_us_disappears(logged_in: LogIn, evening: Evening) -> None:
    rings(evening, OWNER, "technician")
    browser = logged_in("agent")
    tag = browser.get("/").headers["HX-PTag"]
    later(seconds=31)
    assert tag_of(browser, tag)[2] == []


def test_a_new_ticket_for_the_caller_takes_the_number_of_the_call_and_shows_it_nowhere(
    logged_in: LogIn, evening: Evening
) -> None:
    agent, call = logged_in("agent"), rings(evening, STRANGER, "technician")
    form = agent.get(f"/tickets/new?call={call}").text
    assert "139****5532" in form
    assert "13987655532" not in form
    assert re.search(r'value="call" checked', form)
    filled = {"channel": "call", "kind": "enquiry", "category": "", "level": "", "place": "", "number": "",
              "person": "", "words": "问装修押金"}  # fmt: skip
    assert agent.sends("/tickets", **filled, call=call, once="x").status_code == 303
    with reading() as session:
        opened = session.scalars(select(Ticket).where(Ticket.summary == "问装修押金")).one()
        assert opened.caller_number == STRANGER
        assert opened.channel is Channel.CALL
    abroad = rings(evening, OWNER, "elsewhere", project_id=evening.other_project)
    assert agent.get(f"/tickets/new?call={abroad}").status_code == 404
    assert agent.sends("/tickets", **filled, call=abroad, once="y").status_code == 404


def test_the_readers_own_telephone_stands_first_then_what_rings(logged_in: LogIn, evening: Evening) -> None:
    talk = rings(evening, STRANGER, "second", is_talk=True)
    other = rings(evening, None, "technician")
    own = rings(evening, OWNER, "agent")
    assert pops(logged_in("agent").get("/").text) == [own, other, talk]


def test_how_long_they_speak_is_counted_from_when_somebody_spoke(logged_in: LogIn, evening: Evening) -> None:
    call = rings(evening, OWNER, "technician")
    later(seconds=20)
    with transaction() as session:
        page = session.scalars(select(Page).where(Page.kind == PageKind.LIVE)).one()
        page.state, page.joined_at = PageState.ACKNOWLEDGED, clock.now()
    later(seconds=4)
    assert 'data-elapsed="4.0"' in of(logged_in("agent").get("/").text, call)


def test_a_trouble_that_begins_meanwhile_comes_to_the_call(logged_in: LogIn, evening: Evening) -> None:
    call, agent = rings(evening, OWNER, "technician", person_id=evening.owner), logged_in("agent")
    tag = agent.get("/").headers["HX-PTag"]
    trouble = water_is_off(evening)
    answer = agent.get("/board", headers={"HX-PTag": tag})
    assert answer.status_code == 200
    assert f'id="join-{call}-{trouble}"' in of(answer.text, call)


def test_their_last_calls_are_those_of_three_months_and_never_the_one_on_the_line(
    logged_in: LogIn, evening: Evening
) -> None:
    number, agent = "+8613700002222", logged_in("agent")
    call = rings(evening, number, "technician")
    for days, is_shown in ((91, False), (89, True)):
        with transaction() as session:
            began_at = clock.now() - timedelta(days=days)
            before = Call(
                sid=f"CO{days:032}", from_number=number, to_number="+864008001234", began_at=began_at,
                project_id=evening.home_project,
            )  # fmt: skip
            session.add(before)
        html = of(agent.get("/").text, call)
        assert (say("pop.last", "zh") in html) is is_shown
    assert html.split('class="last"')[1].count("<time") == 1


def test_a_rehearsal_is_nothing_they_call_about(logged_in: LogIn, evening: Evening) -> None:
    ref, agent = evening.refs["mine"], logged_in("agent")
    with transaction() as session:
        session.scalars(select(Ticket).where(Ticket.ref == ref)).one().person_id = evening.owner
    call = rings(evening, OWNER, "technician", person_id=evening.owner)
    assert f'id="urge-{call}-{ref}"' in of(agent.get("/").text, call)
    with transaction() as session:
        session.scalars(select(Ticket).where(Ticket.ref == ref)).one().is_drill = True
    assert f'id="urge-{call}-{ref}"' not in of(agent.get("/").text, call)


def test_of_a_trouble_it_is_said_whether_they_have_heard_of_it(logged_in: LogIn, evening: Evening) -> None:
    trouble, agent = water_is_off(evening), logged_in("agent")
    call = rings(evening, OWNER, "technician", person_id=evening.owner)
    assert say("pop.was_told", "zh") not in of(agent.get("/").text, call)
    with transaction() as session:
        found = session.get_one(Call, call)
        found.intake = found.intake | {"trouble_ids": [trouble]}
    assert say("pop.was_told", "zh") in of(agent.get("/").text, call)


def test_of_whoever_calls_about_one_of_their_homes_the_trouble_of_another_is_not_shown(
    logged_in: LogIn, evening: Evening
) -> None:
    trouble, agent = water_is_off(evening), logged_in("agent")
    call = rings(evening, OWNER, "technician", person_id=evening.owner)
    assert f"join-{call}-{trouble}" in of(agent.get("/").text, call)
    with transaction() as session:
        project = session.get_one(Project, evening.home_project)
        session.get_one(Call, call).home_id = make.a_home(session, project, "9-1-0101").id
    assert f"join-{call}-{trouble}" not in of(agent.get("/").text, call)
