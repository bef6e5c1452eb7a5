"""One number, several people or homes: asked, never guessed; no name and no matter before a key has confirmed."""

import pytest

from base.database import transaction
from directory.models import ContactRole, Home
from hotline.models import Call
from tests.hotline.conftest import OWNER
from tests.make import a_home, a_project, an_owner
from tickets.models import Ticket

LANDLINE = "+862155556666"


def two_families(number):
    """李女士 in 3-2-1502 and 张先生 in 5-1-301 behind one number; answers the ids of the people and of the homes."""
    with transaction() as session:
        project = a_project(session)
        homes = [a_home(session, project, place) for place in ("3-2-1502", "5-1-301")]
        people = [an_owner(session, homes[0], number), an_owner(session, homes[1], number, "张伟", "张先生")]
        return [person.id for person in people], [home.id for home in homes]


def test_a_shared_pocket_is_asked_by_place_and_only_then_called_by_name(dials, app, only):
    people, homes = two_families(OWNER)
    call = dials(OWNER).hears("尊敬的业主").never_hears("李女士", "张先生", "1502", "301").presses("1", "3")
    call.hears("3号楼2单元1502室请按1", "5号楼1单元301室请按2").never_hears("李女士", "张先生")
    call.presses("2").hears("谢谢张先生").never_hears("李女士").says()
    assert (only(Ticket).home_id, only(Ticket).person_id) == (homes[1], people[1])


def test_on_a_landline_the_place_is_keyed_and_then_the_name_is_theirs_to_hear(dials, app, only):
    people, homes = two_families(LANDLINE)
    call = dials(LANDLINE).presses("1", "3").hears("请输入楼栋号").never_hears("1502", "301", "李女士", "张先生")
    call.presses("3", "2", "1502").never_hears("李女士").presses("1").hears("谢谢李女士").says()
    assert (only(Ticket).home_id, only(Ticket).person_id) == (homes[0], people[0])


def test_two_people_of_one_home_stay_unnamed(dials, app, only):
    with transaction() as session:
        home = a_home(session, a_project(session))
        an_owner(session, home, OWNER)
        an_owner(session, home, OWNER, "张伟", "张先生", role=ContactRole.FAMILY)
        id = home.id
    dials(OWNER).presses("1", "3").never_hears("李女士", "张先生").says().never_hears("李女士", "张先生")
    assert (only(Ticket).home_id, only(Ticket).person_id) == (id, None)


def test_two_people_of_the_home_that_was_keyed_stay_unnamed(dials, app, only):
    _, homes = two_families(LANDLINE)
    with transaction() as session:
        an_owner(session, session.get_one(Home, homes[0]), LANDLINE, "王芳", "王女士", role=ContactRole.FAMILY)
    call = dials(LANDLINE).presses("1", "3", "3", "2", "1502", "1").hears("请在滴声后")
    call.never_hears("王女士", "李女士").says()
    assert (only(Ticket).home_id, only(Ticket).person_id) == (homes[0], None)


def test_a_home_that_is_not_theirs_names_nobody(dials, app, only):
    _, homes = two_families(LANDLINE)
    with transaction() as session:
        project = session.get_one(Home, homes[0]).building.project
        an_owner(session, a_home(session, project, "9-1-101"), "+8613600000001", "王芳", "王女士")
    call = dials(LANDLINE).presses("1", "3", "9", "1", "101").presses("1").hears("请在滴声后")
    call.never_hears("王女士", "李女士", "张先生")
    assert only(Call).person_id is None


@pytest.mark.parametrize(("keys", "mine", "theirs"), [("1", "报修", "投诉"), ("2", "投诉", "报修")])
def test_what_one_family_reported_is_told_to_nobody_else(dials, app, keys, mine, theirs):
    two_families(OWNER)
    dials(OWNER).presses("1", "3", "1").says().hangs_up()
    dials(OWNER).presses("2", "3", "4", "2").says().hangs_up()
    call = dials(OWNER).presses("5").hears("不止一人").never_hears("工单 2", "等待接单").presses("1")
    call.hears("1502室请按1").presses(keys).hears(f"，{mine}，").never_hears(f"，{theirs}，")


def test_the_family_of_one_home_presses_a_key_before_it_hears_of_its_tickets(dials, app):
    with transaction() as session:
        home = a_home(session, a_project(session))
        an_owner(session, home, OWNER)
        an_owner(session, home, OWNER, "张伟", "张先生", role=ContactRole.FAMILY)
    dials(OWNER).presses("1", "3").says().hangs_up()
    dials(OWNER).presses("5").never_hears("等待接单").presses("1").hears("等待接单")


def test_a_later_matter_on_the_same_call_is_not_taken_for_progress(dials, app, every):
    two_families(OWNER)
    dials(OWNER).presses("1", "3", "1").says().hangs_up()
    call = dials(OWNER).presses("5", "1").hears("哪一套").presses("1").hears("等待接单").presses("9", "1", "4")
    call.hears("请在滴声后").says()
    assert [t.category for t in every(Ticket)] == ["access", "blockage"]


def test_a_keeper_of_several_homes_is_one_person_and_asked_which(dials, app, only):
    with transaction() as session:
        project = a_project(session)
        homes = [a_home(session, project, place) for place in ("3-2-1502", "5-1-301")]
        an_owner(session, homes[0], "+8613600000001")
        an_owner(session, homes[1], "+8613600000002", "张伟", "张先生")
        keeper = an_owner(session, homes, OWNER, "赵管", "老赵", role=ContactRole.KEEPER).id
        second = homes[1].id
    call = dials(OWNER).hears("老赵，您好").presses("1", "3").hears("哪一套").never_hears("张先生", "李女士")
    call.presses("2").says()
    assert (only(Ticket).home_id, only(Ticket).person_id) == (second, keeper)
