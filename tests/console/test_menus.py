"""The menus at the desk: listed, drawn, linked and walked, by whoever may."""

from lxml import etree
from sqlalchemy import func, select

from base.clock import now
from base.database import Base, reading, transaction
from console.words import say
from directory.models import Staff
from hotline.actions import editions
from hotline.menubook import MENUS, book
from hotline.models import MenuPublication
from tests.console.conftest import LogIn
from tests.console.evening import Evening

REPAIR = (MENUS / "repair.yaml").read_text("utf-8")
OTHER_WORDS = {"repair.yaml": REPAIR.replace("报修服务。", "请问哪里坏了？")}


def publish(evening: Evening, files: dict[str, str]) -> int:
    with transaction() as session:
        director = session.get_one(Staff, evening.staff["director"])
        made = editions.write_draft(session, files, director, at=now())
        editions.publish(session, made.id, director, at=now())
        return made.id


def publish_what_another_release_could(evening: Evening) -> None:
    """An edition that names an act which this release does not know, as if it had held before the upgrade."""
    with transaction() as session:
        director = session.get_one(Staff, evening.staff["director"])
        old = {"repair.yaml": REPAIR.replace("@report", "@old")}
        made = editions.write_draft(session, old, director, at=now())
        last = editions.current(session)
        session.add(MenuPublication(
            edition_id=made.id, after_id=last.id if last else 0, publisher_id=director.id, published_at=now()
        ))  # fmt: skip


def test_the_list_says_what_callers_hear_and_who_published_it(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("supervisor")
    page = client.get("/menus").text
    assert all(f'id="menu-{name}"' in page for name in book().every)
    assert say("menus.never", "zh") in page
    edition = publish(evening, OTHER_WORDS)
    with reading() as session:
        director = session.get_one(Staff, evening.staff["director"]).name
    line = client.get("/menus").text.split('id="menu-repair"')[1].split("</li>")[0]
    assert say("menu.edition", "zh", n=edition) in line
    assert director in line
    other = client.get("/menus").text.split('id="menu-main"')[1].split("</li>")[0]
    assert say("menu.release", "zh") in other
    assert say("menu.edition", "en", n=edition) in client.get("/menus/of/repair?lang=en").text


def test_where_this_release_cannot_follow_what_was_published_the_page_says_what_callers_hear(
    logged_in: LogIn, evening: Evening
) -> None:
    publish(evening, OTHER_WORDS)
    client = logged_in("supervisor")
    assert 'id="unheard"' not in client.get("/menus").text
    publish_what_another_release_could(evening)
    page = client.get("/menus").text
    assert say("menus.unheard", "zh") in page.split('id="unheard"')[1].split("</div>")[0]
    assert say("menu.release", "zh") in page.split('id="menu-repair"')[1].split("</li>")[0]


def test_a_menu_is_drawn_as_callers_hear_it_now_and_its_leads_are_links(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("supervisor")
    publish(evening, OTHER_WORDS)
    page = client.get("/menus/of/repair").text
    assert "请问哪里坏了？" in page
    assert 'href="/menus/of/repair"' in client.get("/menus/of/main").text
    english = client.get("/menus/of/main/picture?words=en")
    assert english.mimetype == "image/svg+xml"
    assert "attachment" in english.headers["Content-Disposition"]
    picture = etree.fromstring(english.data)
    assert "repairs" in "".join(picture.itertext())
    assert client.get("/menus/of/moon").status_code == 404


def test_the_whole_house_is_one_picture_in_which_every_menu_stands(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("supervisor")
    for words in ("zh", "en"):
        page = client.get(f"/menus/house?words={words}").text
        picture = "".join(etree.fromstring(client.get(f"/menus/house/picture?words={words}").data).itertext())
        for menu in book().every.values():
            assert menu.called.spoken(words) in picture
        assert 'href="/menus/of/identify"' in page


def test_a_walk_says_what_is_heard_and_stores_nothing(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("supervisor")
    before = counted()
    project = evening.home_project
    day = client.get(f"/menus/walk?project={project}&hour=12").text
    assert "如遇电梯困人" in day
    assert "For repairs, press 1." in day
    assert "现在是夜间值班时间" in client.get(f"/menus/walk?project={project}&hour=3").text
    ended = client.get(f"/menus/walk?project={project}&hour=12&did=1,2,2,to:repair.message,speak").text
    assert say("walk.end.ticket", "zh") in ended
    assert say("walk.end.ring", "zh") in client.get(f"/menus/walk?project={project}&hour=12&did=0").text
    assert "报修服务。" in client.get(f"/menus/walk?project={project}&hour=12&did=1").text
    assert counted() == before


def test_a_walk_goes_through_the_edition_that_holds_and_its_variants(logged_in: LogIn, evening: Evening) -> None:
    night = (MENUS / "night.yaml").read_text("utf-8").replace("menu: night\n", "menu: noon\n")
    noon = night.replace("steps:", 'when: {from: "12:00", until: "13:30"}\nsteps:', 1).replace("夜间值班时间", "午间")
    publish(evening, OTHER_WORDS | {"noon.yaml": noon})
    client = logged_in("supervisor")
    address = f"/menus/walk?project={evening.home_project}"
    assert "现在是午间" in client.get(f"{address}&hour=12").text
    assert "现在是午间" not in client.get(f"{address}&hour=14").text
    assert "请问哪里坏了？" in client.get(f"{address}&hour=12&did=1").text
    at_four = client.get(f"{address}&hour=16&start=noon.top&did=8").text
    assert at_four.count("现在是午间") == 2, "it is begun at any hour, and one comes back to it"


def test_nonsense_in_the_address_leads_no_further(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("supervisor")
    for odd in ("did=7,1", "did=to:nowhere", "hour=99", "project=x", "start=moon.top", "words=fr"):
        page = client.get(f"/menus/walk?{odd}")
        assert page.status_code == 200, odd
        assert page.text.count('aria-current="step"') == 1


def counted() -> dict[str, int]:
    with reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }
