"""Menus changed at the desk: written, checked, compared, published, taken back; and two who do so at once."""

import re
from threading import Thread

import pytest
from flask import Flask

from base.database import reading, transaction
from console.words import say
from directory.models import Project
from hotline import prompts
from hotline.actions import editions
from hotline.menubook import MENUS
from tests.console.conftest import Browser, LogIn, later
from tests.console.evening import Evening

REPAIR = (MENUS / "repair.yaml").read_text("utf-8")
MINE, THEIRS = REPAIR.replace("报修服务。", "请问哪里坏了？"), REPAIR.replace("报修服务。", "报修请听选项。")
COMPLAINT = (MENUS / "complaint.yaml").read_text("utf-8").replace("匿名投诉", "不留名投诉")


def read_of(client: Browser, path: str = "/menus/edit?file=repair.yaml") -> str:
    """The publication that a page was made on."""
    found = re.search(r'id="(?:menu|draft)-read" value="(\d+)"', client.get(path).text)
    assert found, path
    return found[1]


def drafted(client: Browser, text: str, *, file: str = "repair.yaml", read: str = "0", draft: int = 0) -> int:
    later(seconds=1)
    answer = client.sends("/menus/edit", file=file, text=text, read=read, draft=draft)
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def published(client: Browser, edition: int) -> None:
    later(seconds=1)
    read = read_of(client, f"/menus/drafts/{edition}")
    assert client.sends(f"/menus/drafts/{edition}/publish", read=read, sure="yes").status_code == 303


def in_force(file: str = "repair.yaml") -> str:
    with reading() as session:
        return editions.files_now(session)[file]


def test_a_menu_is_written_compared_published_and_taken_back(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("director")
    assert "报修服务。" in client.get("/menus/edit?file=repair.yaml").text
    edition = drafted(client, MINE.replace("\n", "\r\n"))
    assert in_force() == REPAIR, "nobody hears a draft"
    page = client.get(f"/menus/drafts/{edition}").text
    assert re.search(r'class="diff__gone">−[^<]*报修服务。', page)
    assert re.search(r'class="diff__new">\+[^<]*请问哪里坏了？', page)
    assert "请问哪里坏了？" in client.get(f"/menus/walk?draft={edition}&start=main.top&hour=12&did=1").text
    unsure = client.sends(f"/menus/drafts/{edition}/publish", read="0")
    assert unsure.status_code == 422
    assert say("menu.sure.first", "zh") in unsure.text
    published(client, edition)
    assert in_force() == MINE
    later(minutes=5)
    published(client, editions.RELEASE)
    assert in_force() == REPAIR
    published(client, edition)
    with reading() as session:
        assert [one.edition_id for one in editions.history(session)] == [edition, 0, edition]


def test_problems_stand_beside_the_text_with_file_and_line_and_stop_the_publishing(
    logged_in: LogIn, evening: Evening
) -> None:
    client = logged_in("director")
    broken = REPAIR.replace("to: water", "to: nowhere")
    line = broken[: broken.index("to: nowhere")].count("\n") + 1
    looked = client.sends("/menus/edit/check", file="repair.yaml", text=broken, read="0", draft="0").text
    assert say("menu.line", "zh", n=line) in looked
    assert "死路：没有“repair.nowhere”" in looked
    assert "to: nowhere" in looked.split("<code>")[1]
    assert client.sends("/menus/edit/check", file="repair.yaml", text="menu: [", read="0", draft="0").status_code == 200
    edition = drafted(client, broken)
    page = client.get(f"/menus/drafts/{edition}").text
    assert f"repair.yaml:{line}" in page
    assert 'id="do-publish"' not in page
    refused = client.sends(f"/menus/drafts/{edition}/publish", read="0", sure="yes")
    assert refused.status_code == 422
    assert in_force() == REPAIR


def test_a_prompt_that_is_not_there_stops_the_publishing_and_nobody_waits_for_the_shelf(
    app: Flask, logged_in: LogIn, evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = logged_in("director")
    said = next(line for line in REPAIR.splitlines() if line.strip().startswith("says: {zh: "))
    zh, en = "hello-0123456789ab.mp3", "hello-ba9876543210.mp3"
    edition = drafted(client, REPAIR.replace(said, f"{said[:-1]}, recorded: {{zh: {zh}, en: {en}}}}}", 1))
    written: list[str] = []

    def holds(file: str) -> bool:
        """While a shelf far away is asked, somebody else writes."""
        writer = Thread(target=write_meanwhile, args=(app, evening.home_project, written))
        writer.start()
        writer.join(20)
        return False

    monkeypatch.setattr(prompts, "holds", holds)
    refused = client.sends(f"/menus/drafts/{edition}/publish", read="0", sure="yes")
    assert refused.status_code == 422
    assert zh in refused.text
    assert written
    assert in_force() == REPAIR


def write_meanwhile(app: Flask, project_id: int, written: list[str]) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Project, project_id).name_en = "Meanwhile"
    written.append("done")


def test_of_two_who_change_one_menu_the_second_is_shown_both(logged_in: LogIn, evening: Evening) -> None:
    first, second = logged_in("director"), logged_in("admin")
    began = read_of(second)
    published(first, drafted(first, THEIRS))
    refused = second.sends("/menus/edit", file="repair.yaml", text=MINE, read=began, draft="0")
    assert refused.status_code == 409
    assert "报修请听选项。" in refused.text.split('id="theirs"')[1].split("</pre>")[0]
    assert "请问哪里坏了？" in refused.text.split("<textarea")[1].split("</textarea>")[0]
    assert in_force() == THEIRS
    read = re.search(r'id="menu-read" value="(\d+)"', refused.text)
    assert read
    published(second, drafted(second, MINE, read=read[1]))
    assert in_force() == MINE


def test_a_draft_overtaken_by_a_colleague_is_not_published_over_them(logged_in: LogIn, evening: Evening) -> None:
    first, second = logged_in("director"), logged_in("admin")
    mine = drafted(second, MINE)
    mine = drafted(second, COMPLAINT, file="complaint.yaml", draft=mine)
    published(first, drafted(first, THEIRS))
    page = second.get(f"/menus/drafts/{mine}").text
    assert 'id="stale"' in page
    assert say("menu.clash.file", "zh") in page
    assert "报修请听选项。" in page.split('class="both"')[1]
    assert 'id="do-publish"' not in page
    assert second.sends(f"/menus/drafts/{mine}/publish", read="1", sure="yes").status_code == 409
    again = drafted(second, MINE, read="1", draft=mine)
    published(second, again)
    assert (in_force(), in_force("complaint.yaml")) == (MINE, COMPLAINT), "the other change came along"


def test_what_two_change_in_different_menus_both_hold(logged_in: LogIn, evening: Evening) -> None:
    first, second = logged_in("director"), logged_in("admin")
    mine = drafted(second, COMPLAINT, file="complaint.yaml")
    published(first, drafted(first, THEIRS))
    assert second.sends(f"/menus/drafts/{mine}/publish", read="1", sure="yes").status_code == 409
    published(second, drafted(second, COMPLAINT, file="complaint.yaml", read="1", draft=mine))
    assert (in_force(), in_force("complaint.yaml")) == (THEIRS, COMPLAINT)


def test_whoever_serves_one_project_reads_and_changes_nothing(logged_in: LogIn, evening: Evening) -> None:
    manager, supervisor = logged_in("manager"), logged_in("supervisor")
    for client, why in ((manager, "menu.why_not.project"), (supervisor, "menu.why_not")):
        page = client.get("/menus/edit?file=repair.yaml").text
        assert say(why, "zh") in page
        assert 'id="menu-save"' not in page
        assert client.sends("/menus/edit", file="repair.yaml", text=MINE, read="0", draft="0").status_code == 403
    edition = drafted(logged_in("director"), MINE)
    assert 'id="do-publish"' not in manager.get(f"/menus/drafts/{edition}").text
    assert manager.sends(f"/menus/drafts/{edition}/publish", read="0", sure="yes").status_code == 403
    assert in_force() == REPAIR


def test_a_new_menu_has_a_name_that_a_file_may_have(logged_in: LogIn, evening: Evening) -> None:
    client = logged_in("director")
    assert client.get("/menus/edit?file=noon.yaml").status_code == 200
    for name in ("", "../main.yaml", "Noon.yaml", "noon.txt", "x" * 300):
        assert client.get(f"/menus/edit?file={name}").status_code == 422, name
        assert client.sends("/menus/edit", file=name, text=MINE, read="0", draft="0").status_code == 422, name
    noon = (MINE).replace("menu: repair\n", "menu: noon\n").replace("top: false", "top: false", 1)
    edition = drafted(client, noon, file="noon.yaml")
    assert "noon.yaml" in client.get(f"/menus/drafts/{edition}").text
    assert client.get("/menus/drafts/99").status_code == 404
