"""Menus are drafted, checked, published and taken back; a call keeps those it began with."""

import threading
from datetime import timedelta

import pytest

from base import clock
from base.access import Role
from base.database import transaction
from base.errors import BadInput, Conflict, NotAllowed, NotFound
from directory.models import Staff
from hotline.actions import editions
from hotline.commands import menu
from hotline.menubook import MENUS, book, read_edition
from hotline.menucheck import check_set
from hotline.models import Call, MenuEdition, MenuPublication
from tests.hotline.conftest import BY_DAY, OWNER, STRANGER
from tests.make import a_member_of_staff, a_project
from tickets.actions import incidents
from tickets.actions.incidents import IncidentDraft
from tickets.lifecycle import IncidentKind
from tickets.models import Ticket

REPAIR = (MENUS / "repair.yaml").read_text("utf-8")
OTHER_WORDS = {"repair.yaml": REPAIR.replace("报修服务。", "请问哪里坏了？")}
OTHER_KEYS = {"repair.yaml": REPAIR.replace('"5": {to: other,', '"6": {to: other,')}
BROKEN = {"repair.yaml": REPAIR.replace("to: water", "to: nowhere")}


@pytest.fixture
def boss(app):
    """The id of a manager of all projects."""
    with transaction() as session:
        return a_member_of_staff(session, "周总", "+8613900000077", Role.MANAGER).id


@pytest.fixture
def drafted(boss):
    def write(files: dict[str, str]) -> int:
        with transaction() as session:
            return editions.write_draft(session, files, session.get_one(Staff, boss), at=clock.now()).id

    return write


@pytest.fixture
def published(boss, drafted):
    """`published(files or an edition's id)`: it holds from now on; answers the edition's id."""

    def publish(what: dict[str, str] | int, read: int | None = None) -> int:
        edition = what if isinstance(what, int) else drafted(what)
        with transaction() as session:
            editions.publish(session, edition, session.get_one(Staff, boss), at=clock.now(), read=read)
        return edition

    return publish


def test_new_calls_hear_what_was_published(dials, estate, published):
    dials(OWNER).presses("1").hears("报修服务。")
    published(OTHER_WORDS)
    dials(OWNER).presses("1").hears("请问哪里坏了？").never_hears("报修服务。")


def test_a_draft_is_heard_by_nobody(dials, estate, drafted):
    drafted(OTHER_WORDS)
    dials(OWNER).presses("1").hears("报修服务。")


def test_a_call_under_way_finishes_on_the_menus_it_began_with(dials, estate, published, only):
    before = dials(OWNER)
    published(OTHER_KEYS)
    during = dials(STRANGER)
    published(editions.RELEASE)
    after = dials("+8613700137001")
    before.presses("1").hears("其他请按5").presses("5", "5").hears("滴声").says()
    assert only(Ticket).category == "other_repair"
    during.presses("1").hears("其他请按6")
    after.presses("1").hears("其他请按5")


def test_only_a_sound_draft_is_published(drafted, published, every):
    edition = drafted(BROKEN)
    with pytest.raises(BadInput, match=r"repair\.yaml:10: .*dead end"):
        published(edition)
    with pytest.raises(NotFound):
        published(99)
    assert every(MenuPublication) == []


def test_the_same_files_are_the_same_edition(drafted, every):
    assert drafted(OTHER_WORDS) == drafted(dict(OTHER_WORDS))
    assert len(every(MenuEdition)) == 1


def test_what_holds_already_is_not_published_again(published):
    edition = published(OTHER_WORDS)
    with pytest.raises(Conflict):
        published(edition)


def test_who_has_not_seen_what_holds_now_is_told_to_look_again(published, every):
    published(OTHER_WORDS, read=0)
    with pytest.raises(Conflict, match="look again"):
        published(OTHER_KEYS, read=0)
    assert len(every(MenuPublication)) == 1


def test_two_who_publish_at_once_have_one_outcome(app, boss, drafted, every):
    first, second = drafted(OTHER_WORDS), drafted(OTHER_KEYS)
    start, came = threading.Barrier(2), []

    def one(edition: int) -> None:
        with app.app_context():
            start.wait()
            try:
                with transaction() as session:
                    editions.publish(session, edition, session.get_one(Staff, boss), at=BY_DAY, read=0)
                came.append("published")
            except Conflict:
                came.append("refused")

    threads = [threading.Thread(target=one, args=(edition,)) for edition in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came) == ["published", "refused"]
    assert len(every(MenuPublication)) == 1


@pytest.mark.parametrize("role", list(Role))
def test_who_may_write_and_publish(app, role):
    with transaction() as session:
        somebody = a_member_of_staff(session, "某人", "+8613900000088", role)
        of_one = a_member_of_staff(session, "某甲", "+8613900000089", role, a_project(session))
        may = role in {Role.MANAGER, Role.DIRECTOR, Role.ADMIN}
        if may:
            made = editions.write_draft(session, OTHER_WORDS, somebody, at=BY_DAY)
            editions.publish(session, made.id, somebody, at=BY_DAY)
        for who in [of_one] if may else [of_one, somebody]:
            with pytest.raises(NotAllowed):
                editions.write_draft(session, OTHER_WORDS, who, at=BY_DAY)
            with pytest.raises(NotAllowed):
                editions.publish(session, editions.RELEASE, who, at=BY_DAY)


@pytest.mark.parametrize("files", [{}, {"a.yaml": "x" * 60_001}, {f"{i}.yaml": "" for i in range(61)}])
def test_what_is_no_set_of_menus_is_not_kept(drafted, files):
    with pytest.raises(BadInput):
        drafted(files)


def test_the_history_says_who_when_and_what_changed(published):
    first = published(OTHER_WORDS)
    published(OTHER_KEYS | {"more.yaml": "menu: more\ntop: false\n"})
    published(editions.RELEASE)
    published(first)
    with transaction() as session:
        lines = editions.history(session)
    assert [(one.edition_id, one.publisher, one.changed) for one in lines] == [
        (first, "周总", ("+repair.yaml",)),
        (editions.RELEASE, "周总", ("-more.yaml", "-repair.yaml")),
        (2, "周总", ("+more.yaml", "repair.yaml")),
        (first, "周总", ("+repair.yaml",)),
    ]
    assert {one.published_at for one in lines} == {BY_DAY}


def test_the_history_names_who_published_and_the_edition_who_wrote(drafted):
    edition = drafted(OTHER_WORDS)
    with transaction() as session:
        editions.publish(session, edition, a_member_of_staff(session, "吴总", role=Role.DIRECTOR), at=BY_DAY)
        [line] = editions.history(session)
        assert (line.publisher, editions.edition(session, edition).author.name) == ("吴总", "周总")


@pytest.mark.parametrize(
    "text", ["menu: [", "menu: repair\n", REPAIR.replace("to: water", "to: nowhere"), REPAIR.replace("@report", "@old"),
             REPAIR.replace("set: {category: access}", "set: {colour: red}")]
)  # fmt: skip
def test_where_newer_code_cannot_follow_an_older_edition_the_caller_hears_the_menus_of_the_release(
    dials, estate, boss, text, only
):
    with transaction() as session:
        made = editions.write_draft(session, {"repair.yaml": text}, session.get_one(Staff, boss), at=BY_DAY)
        session.add(MenuPublication(edition_id=made.id, after_id=0, publisher_id=boss, published_at=BY_DAY))
    with pytest.raises(ValueError, match=r"\w"):
        read_edition({"repair.yaml": text})
    dials(OWNER).presses("1").hears("报修服务。").presses("5", "5").says()
    assert only(Ticket).category == "other_repair"


def test_an_edition_says_with_the_words_of_the_release_what_it_does_not_say_itself(dials, estate, published):
    published(
        {"main.yaml": "menu: main\ntop: true\nwords:\n  may_be_recorded: {zh: 本次通话会录音。, en: Recorded.}\n"}
    )
    dials(OWNER).hears("本次通话会录音。", "投诉请按2").never_hears("可能会被录音").presses("2").hears("匿名投诉")


def test_an_edition_of_one_file_knows_of_troubles_asks_for_messages_and_calms_as_the_release_does(
    dials, estate, published
):
    published(
        {"main.yaml": "menu: main\ntop: true\nwords:\n  may_be_recorded: {zh: 本次通话会录音。, en: Recorded.}\n"}
    )
    dials(OWNER).presses("1").presses("1").presses("2").hears("请在滴声后")
    call = dials(STRANGER).presses("0")
    while call.rung:
        call.nobody_answers()
    call.presses("4").hears("总阀")
    with transaction() as session:
        draft = IncidentDraft(
            kind=IncidentKind.WATER, project_id=estate["project"], building_ids=(), cause="", promised_end_at=None
        )
        incidents.open_incident(session, draft, by_id=None, at=BY_DAY)
    dials(OWNER).hears("正在停水")


def test_a_way_back_that_a_release_took_away_leads_to_the_first_question(dials, estate, only):
    call = dials(OWNER).presses("1")
    call_id = only(Call).id
    with transaction() as session:
        row = session.get_one(Call, call_id)
        row.intake = {**row.intake, "way": [{"place": "main.gone"}]}
    call.presses("#").hears("投诉请按2").presses("2").hears("匿名投诉")


def test_an_edition_may_not_name_what_nobody_fills_in(app):
    main = (MENUS / "main.yaml").read_text("utf-8")
    said = check_set({"main.yaml": main.replace('goodbye: {zh: "感谢来电', 'goodbye: {zh: "{ref}感谢来电')})
    assert any("nobody fills in {ref} here" in one.en for one in said)


def test_two_files_of_one_menu_clash(app):
    said = check_set(OTHER_WORDS | {"second.yaml": REPAIR})
    assert [(one.path, one.line, one.en) for one in said] == [("second.yaml", 2, "two menus are called “repair”")]


def test_the_commands(runner, boss, tmp_path, dials, estate):
    def run(*words: str, code: int = 0) -> str:
        came = runner.invoke(menu, list(words))
        assert came.exit_code == code, came.output
        return came.output

    folder = tmp_path / "menus"
    assert "Nothing was published" in run("history")
    run("export", str(folder))
    assert {path.name for path in folder.iterdir()} == {path.name for path in MENUS.glob("*.yaml")}
    run("draft", str(folder), "--by", "nobody", code=1)
    assert "Edition 1, 0 problems" in run("draft", str(folder), "--by", "周总")
    (folder / "repair.yaml").write_text(BROKEN["repair.yaml"], "utf-8")
    assert "repair.yaml:10: " in run("draft", str(folder), "--by", "周总")
    assert "dead end" in run("publish", "2", "--by", "周总", code=1)
    (folder / "repair.yaml").write_text(OTHER_WORDS["repair.yaml"], "utf-8")
    run("draft", str(folder), "--by", "周总")
    run("publish", "3", "--by", "周总")
    dials(OWNER).presses("1").hears("请问哪里坏了？")
    run("export", str(folder))
    assert "请问哪里坏了" in (folder / "repair.yaml").read_text("utf-8")
    assert "never published" in run("revert", "1", "--by", "周总", code=1)
    run("revert", "0", "--by", "周总")
    dials(OWNER).presses("1").hears("报修服务。")
    said = run("history")
    assert all(
        words in said for words in ("draft 1", "draft 2", "edition 3", "the release's menus", "周总", "2026-11-20")
    )


def test_the_installed_menus_are_an_edition_without_problems(app):
    every_file = {path.name: path.read_text("utf-8") for path in MENUS.glob("*.yaml")}
    assert check_set(every_file) == []
    assert read_edition(every_file).menus == book().menus


NIGHT = (MENUS / "night.yaml").read_text("utf-8")


def variant(name: str, when: str, words: str) -> str:
    text = NIGHT.replace("menu: night\n", f"menu: {name}\nwhen: {when}\n")
    return text.replace("现在是夜间值班时间。", words)


@pytest.fixture
def variants(estate, published):
    """Noon for all, an own menu of 湖畔居, and its own noon."""
    with transaction() as session:
        session.add_all([
            a_project(session, "湖畔居", number="+862112340001"), a_project(session, "山水居", number="+862112340002")
        ])  # fmt: skip
    return published({
        "noon.yaml": variant("noon", '{from: "12:00", until: "13:30"}', "午间服务。"),
        "lake.yaml": variant("lake", "{project: 湖畔居}", "湖畔居服务。"),
        "lake_noon.yaml": variant("lake_noon", '{project: 湖畔居, from: "12:00", until: "13:30"}', "湖畔居午间服务。"),
        "late.yaml": variant("late", '{from: "23:00", until: "01:00"}', "深夜服务。"),
    })  # fmt: skip


@pytest.mark.parametrize(
    ("hour", "called", "words"),
    [
        (10, "+862112340001", "湖畔居服务。"), (12, "+862112340001", "湖畔居午间服务。"),
        (23, "+862112340001", "湖畔居服务。"), (12, "+862112340002", "午间服务。"),
        (23, "+862112340002", "深夜服务。"), (0, "+862112340002", "深夜服务。"),
        (2, "+862112340002", "现在是夜间值班时间。"),
    ],
)  # fmt: skip
def test_each_project_and_hour_hears_its_own_menu(dials, variants, hour, called, words):
    clock.stop_at(BY_DAY.replace(hour=0) + timedelta(hours=hour - 8))
    call = dials(STRANGER, called).hears(words, "投诉请按2")
    call.presses("1").hears("报修服务。").presses("#").hears(words)
    call.presses("8").hears("For complaints, press 2")


def test_a_variant_of_a_project_that_there_is_not_is_not_published(published):
    with pytest.raises(BadInput, match="no such project: 月亮湾"):
        published({"moon.yaml": variant("moon", "{project: 月亮湾}", "月亮湾服务。")})
