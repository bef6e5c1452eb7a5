"""A call rings a telephone of ours, and every open desk says who it is, without anybody having pressed anything."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from sqlalchemy import select

from base.access import Role
from directory.models import Staff
from tests import make
from tests.chromium import launched
from tests.console.evening import PASSWORD, stored
from tests.scenarios.conftest import DAY, GARDEN_NUMBER, Estate
from tests.town import Town

pytestmark = pytest.mark.browser
Answer = TypeVar("Answer")


class Desks:
    """Open desks in browsers of their own, which are never loaded again.

    They live in a thread of their own: the town sends by an event loop, and a browser keeps one running in its thread.
    """

    def __init__(self, town: Town, thread: ThreadPoolExecutor, browser: Browser) -> None:
        self._address, self._thread, self._browser = town.settings.address, thread, browser
        self._pages: dict[str, Page] = {}

    def opens(self, login: str) -> None:
        """Somebody logs in and leaves the desk open."""
        self._pages[login] = self._do(lambda: self._open(login))

    def shows(self, login: str, count: int, *words: str) -> None:
        """So many calls are on the line there, and these words are said of them."""

        def look(calls: Locator) -> None:
            expect(calls).to_have_count(count)
            for word in words:
                expect(calls).to_contain_text(word)

        self._do(lambda: look(self._pages[login].locator("[data-pop]")))

    def title(self, login: str) -> str:
        """Of the window."""
        return self._do(self._pages[login].title)

    def said(self, login: str) -> str:
        """What broke in on a screen reader last."""
        return self._do(self._pages[login].locator("#shout").inner_text)

    def are_the_same(self) -> bool:
        """Whether none of them was loaded again."""
        return all(self._do(lambda page=page: page.evaluate("window.isTheSame")) for page in self._pages.values())

    def _open(self, login: str) -> Page:
        page = self._browser.new_context().new_page()
        page.goto(f"{self._address}/login")
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        page.click(".btn-primary")
        page.wait_for_url(f"{self._address}/")
        page.evaluate("window.isTheSame = true")
        return page

    def _do(self, what: Callable[[], Answer]) -> Answer:
        return self._thread.submit(what).result()


@pytest.fixture
def starts_at() -> datetime:
    return DAY


@pytest.fixture
def desks(town: Town) -> Iterator[Desks]:
    with ThreadPoolExecutor(max_workers=1) as thread:
        playwright = thread.submit(lambda: sync_playwright().start()).result()
        browser = thread.submit(launched, playwright).result()
        yield Desks(town, thread, browser)
        thread.submit(browser.close).result()
        thread.submit(playwright.stop).result()


@pytest.mark.parametrize("mode", ["two_way"])
def test_two_open_desks_say_who_rings_and_who_speaks_until_it_is_over(town: Town, estate: Estate, desks: Desks) -> None:
    with town.at_desk() as session:
        wang = session.scalars(select(Staff).where(Staff.name == "王强")).one()
        wang.password_hash = stored()
        make.a_member_of_staff(session, "张敏", "+8613900000009", Role.AGENT, wang.project, password_hash=stored())
    for who in ("张敏", "王强"):
        desks.opens(who)
        desks.shows(who, 0)
    call = estate.owner.dials(GARDEN_NUMBER).hears("报修").presses("9").hears("转接")
    telephone = estate.wang.rings()
    desks.shows("张敏", 1, "李女士", "正在呼叫 王强")
    desks.shows("王强", 1, "李女士", "您的电话在响")
    assert desks.title("张敏").startswith("(1) ")
    assert "李女士" in desks.said("张敏")
    telephone.answers().hears("热线来电").presses("1")
    call.is_joined()
    desks.shows("张敏", 1, "王强 在通话")
    desks.shows("王强", 1, "您在通话")
    telephone.hangs_up()
    call.hears("值班人员已接单").is_over()
    desks.shows("张敏", 0)
    desks.shows("王强", 0)
    assert desks.are_the_same()
    estate.owner.receives("通话")
