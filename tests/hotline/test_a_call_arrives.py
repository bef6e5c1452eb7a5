"""A call arrives: who is greeted how, and what is offered."""

import pytest

from base import clock
from base.database import transaction
from directory.models import Language
from hotline.models import Call
from tests.hotline.conftest import BY_NIGHT, OWNER, STRANGER
from tests.make import a_home, a_project, an_owner

OFFERS = (
    "请直接按0", "报修请按1", "投诉请按2", "咨询请按3", "建议和信箱请按4", "查询处理进度请按5", "人工服务请按9",
    "重听请按星号",
)  # fmt: skip
SENTINELS = ("+8656696", "+86282452253", "+266696687", "+7378742833", "+2562533", "+7748283", "anonymous", "")


def test_a_known_owner_is_greeted_by_her_salutation_and_offered_everything(dials, estate):
    call = dials(OWNER).hears("李女士，您好", "本次通话可能会被录音", "For English, press 8", *OFFERS)
    assert call.words.index("For English") < call.words.index("可能会被录音"), "right after the greeting"
    call.never_hears("1502", "李梅")


def test_a_stranger_is_a_dear_resident(dials, estate):
    dials(STRANGER).hears("尊敬的业主，您好", *OFFERS)


def test_the_star_says_it_again_and_eight_changes_the_language_and_back(dials, estate):
    call = dials(OWNER).presses("*").hears("报修请按1").presses("8").hears("For repairs, press 1")
    call.presses("8").hears("报修请按1")


def test_who_speaks_english_starts_in_english(dials, app):
    with transaction() as session:
        an_owner(session, a_home(session, a_project(session)), OWNER, "Ann Lee", "Ms Lee", language=Language.EN)
    dials(OWNER).hears("Hello, Ms Lee", "For an emergency", "For repairs, press 1", "中文服务请按8")


def test_a_chinese_salutation_is_not_read_by_an_english_voice(dials, estate):
    dials(OWNER).presses("8").never_hears("李女士")


@pytest.mark.parametrize("number", ["+862155556666", OWNER])
def test_nobodys_name_is_told_on_a_landline_or_a_shared_telephone(dials, app, number):
    with transaction() as session:
        home = a_home(session, a_project(session))
        an_owner(session, home, number)
        if number == OWNER:
            an_owner(session, home, number, "张伟", "张先生")
    dials(number).hears("尊敬的业主，您好").never_hears("李女士", "张先生", "1502")


@pytest.mark.parametrize("sentinel", SENTINELS)
def test_a_withheld_caller_is_served_and_never_stored(dials, estate, only, sentinel):
    dials(sentinel).hears("尊敬的业主，您好", "请直接按0")
    assert only(Call).from_number is None


@pytest.mark.parametrize("number", ["+1" * 200, "sip:x@y", "０", "'; drop table call", "+", "\u0000", "+861380013800a"])
def test_absurd_numbers_are_nobody(dials, estate, only, number):
    dials(number).hears("尊敬的业主，您好")
    assert only(Call).from_number is None


def test_on_the_companys_number_a_stranger_chooses_the_estate(dials, app, only):
    with transaction() as session:
        a_project(session, "幸福花园")
        other = a_project(session, "翠湖苑", name_en="Lake Court").id
    call = dials(STRANGER).hears("请直接按0", "幸福花园请按1", "翠湖苑请按2").presses("7").hears("没有这个选项")
    call.presses("8").hears("For Lake Court, press 2").presses("2").hears("For repairs, press 1")
    assert only(Call).project_id == other


def test_the_called_number_decides_the_estate(dials, app, only):
    with transaction() as session:
        a_project(session, "幸福花园")
        other = a_project(session, "翠湖苑", "+862161234567").id
    dials(STRANGER, "+862161234567").hears("报修请按1")
    assert only(Call).project_id == other


def test_more_estates_than_a_voice_may_offer_come_in_pages(dials, app):
    with transaction() as session:
        for i in range(1, 8):
            a_project(session, f"{i}村")
    call = dials(STRANGER).hears("5村请按5", "更多选项请按9").never_hears("6村")
    call.presses("9").hears("6村请按1", "7村请按2").presses("3").hears("没有这个选项").presses("2").hears("报修请按1")


def test_at_night_it_says_so_and_every_key_means_what_it_means_by_day(dials, estate):
    clock.stop_at(BY_NIGHT)
    dials(OWNER).hears("现在是夜间值班时间", "何时答复将随单号告诉您", *OFFERS).never_hears("次日")


def test_silence_has_its_own_words_and_ends_at_a_person(dials, estate):
    call = dials(OWNER).is_silent().hears("没有收到您的按键", "报修请按1").is_silent()
    call.hears("正在为您转接人工服务")
    assert call.rung == ["+8613900000001"]


def test_wrong_keys_have_their_own_words_and_count_and_end_at_a_person(dials, estate):
    call = dials(OWNER).presses("7").hears("没有这个选项").is_silent().hears("没有收到").presses("7")
    call.hears("没有这个选项").presses("7").hears("正在为您转接人工服务")


def test_our_own_number_calling_is_turned_away(dials, estate, every):
    call = dials("+864008001234")
    assert call.verb.tag == "Reject"
    assert every(Call) == []
