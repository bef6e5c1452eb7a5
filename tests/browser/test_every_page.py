"""Every page of the console, in the widths, themes and languages people have."""

import pytest
from playwright.sync_api import Browser

from base.database import transaction
from directory.models import Staff
from directory.tokens import make_token
from hotline import prompts
from hotline.actions import editions
from hotline.menubook import MENUS
from outreach.actions import questionnairebook
from outreach.actions.campaigndraft import By
from tests.browser.conftest import House, a_window
from tests.console.conftest import EVENING
from tests.console.neighbours import Outreach, a_busy_evening
from tests.console.rosters import a_checked_roster
from tests.console.test_proposals import three_calls
from tests.hotline.test_recorded_prompts import MP3

pytestmark = pytest.mark.browser

LOOKS = [(theme, lang) for theme in ("light", "dark") for lang in ("zh", "en")]
WIDTHS = (320, 390, 720, 1024, 1440)
"""From the narrowest, in which a page is opened; it grows as a telephone is turned or a window is drawn wider."""
MOST_BYTES = 300_000
"""Of a page with everything it loads, as it travels to a browser that has none of it yet."""
WALKED = "/menus/walk?start=main.top&hour=12&did=1,2,2,to:repair.message,speak"
BUSY: dict[str, Outreach] = {}
"""What was made of each house, by its address."""


def pages(house: House) -> dict[str, str]:
    refs = house.evening.refs
    return {
        "desk": "/", "ended": "/?show=ended", "nothing": "/?show=mine", "on call": "/oncall",
        "ninety days": "/oncall/ahead", "month": "/oncall/month",
        "hand-over": "/oncall/handover", "api": "/api/v1/docs",
        "error": "/tickets/000000-0000", "skills": "/oncall/skills", "vendors": "/oncall/vendors",
        "leave": "/oncall/leave", "swaps": "/oncall/swaps", "rotation": "/oncall/rotation",
        "lift": f"/tickets/{refs['lift']}", "alarm": f"/tickets/{refs['alarm']}", "waits": f"/tickets/{refs['waits']}",
        "done": f"/tickets/{refs['done']}", "headquarters": f"/tickets/{refs['headquarters']}",
        "new": "/tickets/new", "new for": f"/tickets/new?person={house.evening.owner}",
        "ring backs": "/ring-backs", "unanswered": "/unanswered", "late": "/tonight/late",
        "refused": "/tonight/refused", "emergencies": "/tonight/emergency", "following": "/following",
        "messages": "/messages", "not arrived": "/messages?tab=not_arrived", "no messages": "/messages?tab=accepted",
        "message": f"/messages/{house.evening.messages['refused']}",
        "people": "/people", "contacts": "/contacts", "person": f"/people/{house.evening.owner}",
        "results": "/results", "all asked": "/results?of=asked", "nobody": "/results?of=answered&score=1",
        "reports": "/reports", "tickets in numbers": "/reports/tickets?period=2026",
        "rows of tickets": "/reports/tickets/rows", "promises in numbers": "/reports/clocks?period=2026",
        "rows of promises": "/reports/clocks/rows", "the watch in numbers": "/reports/watch?period=2026",
        "monthly report": "/reports/monthly", "last night": "/reports/night",
        "this night": "/reports/night?day=2026-11-23",
        **{f"report of {kind}": f"/reports/{kind}" for kind in ("messages", "surveys", "coverage")},
        "half way": f"/tickets/{refs['half_way']}", "texted": f"/tickets/{refs['texted']}",
        "tokens": "/tokens", "my tokens": "/tokens/mine",
        "personal": f"/people/{house.evening.owner}/data", "exports": "/exports",
        "export of messages": "/exports?what=messages&tab=not_arrived&class=service",
        "menus": "/menus", "menu": "/menus/of/identify", "menu in English": "/menus/of/main?words=en",
        "house of menus": "/menus/house", "walk": "/menus/walk?project=&hour=12&did=1", "walk's end": WALKED,
        "prompts": "/menus/prompts", "new menu": "/menus/edit?file=noon.yaml", "draft": "/menus/drafts/1",
        "menu's text": "/menus/edit?file=repair.yaml&draft=1",
        "my account": "/me", "second step": "/me/second", "accounts": "/staff",
        "leaving": f"/staff/{house.evening.staff['agent']}/leave",
        "roster": "/roster", "checked roster": "/roster/imports/1",
        "operations": "/operations", "audit": "/audit", "empty audit": "/audit?what=exported",
        **busy_pages(house),
    }  # fmt: skip


def busy_pages(house: House) -> dict[str, str]:
    campaigns, incidents = BUSY[house.address].campaigns, BUSY[house.address].incidents
    here = house.evening.home_project
    return {
        "campaigns": "/campaigns", "notice": f"/campaigns/new?template=water_opening&project={here}",
        "greeting": "/campaigns/new?kind=greeting&template=new_year&day=2027-01-01",
        "questionnaires": "/questionnaires", "questionnaire of the file": "/questionnaires/of/yearly?did=4,1",
        "questionnaire's draft": "/questionnaires/1", "questionnaire's version": "/questionnaires/2",
        "waves": "/waves", "waves of last year": "/waves?year=2025",
        "plan": "/plan", "month of messages": "/plan/month", "its next month": "/plan/month?month=2026-12",
        "next year": "/plan?year=2027", "birthdays": "/plan/birthdays?day=2026-11-23",
        "again": f"/campaigns/new?from={campaigns['withdrawn']}",
        "templates": "/templates", "template": "/templates/water_opening",
        "comments": f"/campaigns/{campaigns['wave']}/comments",
        "left out": f"/campaigns/{campaigns['planned']}/left-out",
        **{f"campaign {name}": f"/campaigns/{id}" for name, id in campaigns.items()},
        "messages for one reason": f"/messages?campaign={campaigns['outage']}&why=21211",
        "proposal": "/proposals/1",
        "incidents": "/incidents", "new incident": f"/incidents/new?project={here}",
        **{f"incident {name}": f"/incidents/{id}" for name, id in incidents.items()},
    }  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def busy(still_house: House) -> None:
    """Campaigns and incidents in every state, in the house that is only looked at."""
    BUSY[still_house.address] = a_busy_evening(still_house.app, still_house.evening)
    with still_house.app.app_context(), transaction() as session:
        director = session.get_one(Staff, still_house.evening.staff["director"])
        text = (MENUS / "repair.yaml").read_text("utf-8").replace("to: water", "to: nowhere")
        editions.write_draft(session, {"repair.yaml": text}, director, at=EVENING)
        prompts.keep("repair_in_mandarin", MP3)
        whole = By(director.id, director.role)
        questionnairebook.begin(session, whole, at=EVENING)
        version = questionnairebook.begin(session, whole, of="yearly", at=EVENING)
        questionnairebook.publish(session, version.id, whole, read=1, at=EVENING)
        make_token(session, name="月报", staff=director, at=EVENING, may=["read:tickets", "reveal"])
    with still_house.app.app_context():
        three_calls(still_house.evening)
        a_checked_roster(still_house.evening)


@pytest.mark.parametrize(("theme", "lang"), LOOKS)
def test_every_page_is_whole_and_quiet(chromium: Browser, still_house: House, theme: str, lang: str) -> None:
    with a_window(chromium, still_house, width=WIDTHS[0], color_scheme=theme) as window:
        window.goes(f"/login?lang={lang}")
        assert window.sideways_px() == 0, "log-in"
        window.logs_in("admin", lang=lang)
        for name, path in pages(still_house).items():
            window.is_wide(WIDTHS[0]).goes(path)
            assert window.weight() < MOST_BYTES, (name, window.parts())
            for width in WIDTHS:
                assert window.is_wide(width).sideways_px() == 0, (name, width)
        refused = "Failed to load resource: the server responded with a status of 404 (NOT FOUND)"
        assert [line for line in window.complaints if line != refused] == []
        assert window.strangers == []


def test_the_name_of_a_spoken_prompt_stands_in_one_or_two_lines(chromium: Browser, still_house: House) -> None:
    with a_window(chromium, still_house, width=WIDTHS[0]) as window:
        window.logs_in("admin").goes("/menus/prompts")
        for width in WIDTHS:
            box = window.is_wide(width).page.locator(".tpls--prompts b").first.bounding_box()
            assert box is not None
            assert box["height"] < 60, width


@pytest.mark.parametrize(("theme", "lang"), LOOKS)
def test_every_page_is_open_to_everybody(chromium: Browser, still_house: House, theme: str, lang: str) -> None:
    # axe measures with inline styles, which our policy forbids: it gets a window in which they are allowed
    with a_window(chromium, still_house, width=390, color_scheme=theme, bypass_csp=True) as window:
        window.goes(f"/login?lang={lang}")
        assert window.barriers() == [], "log-in"
        window.logs_in("admin", lang=lang)
        for name, path in pages(still_house).items():
            window.is_wide(390).goes(path)
            for width in (390, 1440):
                assert window.is_wide(width).barriers() == [], (name, width)


BUSIEST = ("desk", "lift", "month", "notice", "incident open", "reports", "tickets in numbers")
"""Where people work all day: desk, ticket, rota, campaign editor, incident, reports."""


@pytest.mark.parametrize(("theme", "lang"), LOOKS)
def test_the_busiest_pages_are_open_to_everybody_between_telephone_and_desk_too(
    chromium: Browser, still_house: House, theme: str, lang: str
) -> None:
    with a_window(chromium, still_house, color_scheme=theme, bypass_csp=True) as window:
        window.logs_in("admin", lang=lang)
        for name in BUSIEST:
            window.goes(pages(still_house)[name])
            for width in (720, 1024):
                assert window.is_wide(width).barriers() == [], (name, width)


@pytest.mark.parametrize("width", [1440, 390])
def test_on_a_timeline_the_moment_stands_before_its_words(chromium: Browser, still_house: House, width: int) -> None:
    with a_window(chromium, still_house, width=width) as window:
        window.logs_in("admin").goes(f"/tickets/{still_house.evening.refs['lift']}")
        # both at one moment: between two questions the page may still move, as it does while something above it loads
        both = "li => ['.ev__at', '.ev__b'].map(part => li.querySelector(part).getBoundingClientRect().toJSON())"
        for event in window.page.locator("#tl > li").all():
            moment, words = event.evaluate(both)
            assert moment["x"] + moment["width"] <= words["x"]
            assert abs(moment["y"] - words["y"]) < moment["height"]


def test_the_found_page_and_the_dialogs_are_open_to_everybody_too(chromium: Browser, still_house: House) -> None:
    with a_window(chromium, still_house, width=390, bypass_csp=True) as window:
        window.logs_in("admin")
        window.page.fill("#q", "6021")
        window.page.press("#q", "Enter")
        window.page.wait_for_selector("#found-h")
        assert window.barriers() == []
        assert window.sideways_px() == 0
        assert "6021" not in window.page.url
        window.goes(f"/tickets/{still_house.evening.refs['lift']}")
        for opener in ("#do-resolve", "#do-reveal"):
            window.page.click(opener)
            assert window.page.locator("dialog[open]").count() == 1
            assert window.barriers() == [], opener
            window.page.keyboard.press("Escape")
            assert window.page.evaluate("document.activeElement.id") == opener[1:], "focus goes back"
        window.goes("/")
        for summary in window.page.locator("#concerns summary").all():
            summary.click()
        assert window.page.locator("#concerns details[open]").count() == 4
        assert window.barriers() == []


@pytest.mark.parametrize("width", [1440, 390])
def test_every_dialog_of_a_ticket_and_of_a_person_is_open_to_everybody(
    chromium: Browser, still_house: House, width: int
) -> None:
    with a_window(chromium, still_house, width=width, bypass_csp=True) as window:
        page = window.logs_in("admin").goes(f"/tickets/{still_house.evening.refs['mine']}").page
        for move in ("assign", "wait", "refer", "cancel"):
            page.click("#others summary")
            page.click(f"#do-{move}")
            assert page.locator(f"dialog#{move}[open]").count() == 1
            assert window.barriers() == [], move
            assert window.sideways_px() == 0, move
            page.keyboard.press("Escape")
            page.keyboard.press("Escape")
        page.click("#others summary")
        page.click("#do-refer")
        assert not page.locator("#refer-name").is_visible(), "asked only of somebody outside"
        page.select_option("#refer-to", "outside")
        assert page.locator("#refer-name").is_visible()
        window.goes(f"/people/{still_house.evening.owner}")
        page.click("#earlier summary")
        for opener in ("#do-reveal", "#do-wish"):
            page.click(opener)
            assert window.barriers() == [], opener
            page.keyboard.press("Escape")


def test_what_came_back_from_a_form_is_open_to_everybody_too(chromium: Browser, still_house: House) -> None:
    with a_window(chromium, still_house, width=390, bypass_csp=True) as window:
        page = window.logs_in("admin").goes("/tickets/new").page
        page.fill("#number", "12345")
        page.click(".form .btn-primary")
        page.wait_for_selector("#words-fault")
        assert page.input_value("#number") == "12345"
        assert window.barriers() == []
        assert window.sideways_px() == 0
        window.goes("/people")
        page.fill("#q", "6021")
        page.press("#q", "Enter")
        page.wait_for_selector(".fk")
        assert window.barriers() == []
        window.goes("/messages")
        page.fill("#number", "6021")
        page.press("#number", "Enter")
        page.wait_for_selector(".bk")
        assert window.barriers() == []
        assert window.sideways_px() == 0
        assert "6021" not in page.url
