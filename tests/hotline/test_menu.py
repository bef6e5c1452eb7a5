"""Which step follows which key."""

from dataclasses import replace

import pytest

from hotline import menubook
from hotline.actions.acts import ACTS, KEPT, LISTS, VALUES
from hotline.asking import page_of, question
from hotline.hearing import (
    AskAgain,
    Begin,
    Follow,
    GiveUp,
    GoBack,
    Tally,
    hear,
    hear_message,
    message_keys,
    mishear,
)
from hotline.menu import Book, Choice, Menu, MenuStep, Patience, Words
from hotline.menubook import book, categories
from hotline.menuwords import ACTS as ACT_WORDS
from hotline.menuwords import FACTS, FILLED
from hotline.menuwords import LISTS as LIST_NAMES
from tickets.triage import CATEGORIES

SILENT, WRONG = Words("没有按键", "no key"), Words("按错了", "wrong key")
STEP = MenuStep(
    "m.s", "key", Words("您好。", "Hello."), Patience(SILENT, 2, "@person"), Patience(WRONG, 3, "@desk"),
    (Choice("1", "m.t", {"purpose": "repair"}, Words("报修", "repairs")), Choice("0", "@person")),
)  # fmt: skip
LIST = MenuStep(
    "m.l", "key", Words("", ""), STEP.silence, STEP.wrong, (Choice("0", "@person"),), to="@chosen", lists="homes"
)
DIGITS = MenuStep("m.d", "digits", Words("", ""), STEP.silence, STEP.wrong, (Choice("0", "@person"),), to="@keyed")

MAY_BE_LEFT_OPEN = replace(DIGITS, silence=replace(STEP.silence, times=1))


@pytest.mark.parametrize(
    ("step", "keys", "tally", "move"),
    [
        (STEP, "1", Tally(1, 2), Follow("m.t", {"purpose": "repair"})),
        (STEP, "0", Tally(), Follow("@person")),
        (STEP, "*", Tally(1, 2), AskAgain(None, Tally())),
        (STEP, "", Tally(), AskAgain(SILENT, Tally(1, 0))),
        (STEP, "", Tally(0, 2), AskAgain(SILENT, Tally(1, 2))),
        (STEP, "", Tally(1, 2), GiveUp(SILENT, "@person")),
        (STEP, "7", Tally(1, 0), AskAgain(WRONG, Tally(1, 1))),
        (STEP, "7", Tally(1, 1), AskAgain(WRONG, Tally(1, 2))),
        (STEP, "7", Tally(0, 2), GiveUp(WRONG, "@desk")),
        (STEP, "#", Tally(1, 2), GoBack()),
        (LIST, "2", Tally(), Follow("@chosen", picked=1)),
        (LIST, "3", Tally(), AskAgain(WRONG, Tally(0, 1))),
        (LIST, "0", Tally(), Follow("@person")),
        (LIST, "9", Tally(), AskAgain(WRONG, Tally(0, 1))),
        (DIGITS, "1502", Tally(), Follow("@keyed", digits="1502")),
        (DIGITS, "0", Tally(), Follow("@person")),
        (DIGITS, "00", Tally(), Follow("@keyed", digits="00")),
        (DIGITS, "15*2", Tally(), AskAgain(WRONG, Tally(0, 1))),
        (DIGITS, "*", Tally(), AskAgain(None, Tally())),
        (DIGITS, "#", Tally(1, 2), GoBack()),
        (MAY_BE_LEFT_OPEN, "#", Tally(0, 2), GiveUp(SILENT, "@person")),
        (DIGITS, "", Tally(), AskAgain(SILENT, Tally(1, 0))),
    ],
)
def test_what_follows(step, keys, tally, move):
    assert hear(step, keys, tally, listed=2) == move


MESSAGE = MenuStep(
    "m.v", "message", Words("", ""), STEP.silence, STEP.silence, (Choice("0", "@person"), Choice("9", "@main")),
    to="@received",
)  # fmt: skip
OF_OLD = replace(MESSAGE, choices=())


@pytest.mark.parametrize(
    ("step", "keys", "is_spoken", "move"),
    [
        (MESSAGE, "0", False, Follow("@person")),
        (MESSAGE, "0", True, Follow("@person")),
        (OF_OLD, "0", False, Follow("@person")),
        (OF_OLD, "0", True, Follow("@person")),
        (MESSAGE, "9", False, Follow("@main")),
        (MESSAGE, "9", True, Follow("@main")),
        (OF_OLD, "9", False, Begin()),
        (MESSAGE, "#", False, Begin()),
        (MESSAGE, "#", True, Follow("@received")),
        (MESSAGE, "5", False, Begin()),
        (MESSAGE, "*", False, AskAgain(None, Tally())),
        (MESSAGE, "*", True, AskAgain(None, Tally())),
        (MESSAGE, "", True, Follow("@received")),
        (MESSAGE, "", False, AskAgain(SILENT, Tally(1))),
    ],
)
def test_what_follows_before_the_tone_and_in_a_message(step, keys, is_spoken, move):
    assert hear_message(step, keys, Tally(), is_spoken=is_spoken) == move


def test_silence_after_a_message_adds_nothing_and_without_one_it_is_borne_as_often_as_the_menu_says():
    assert hear_message(MESSAGE, "", Tally(), is_spoken=False, has_spoken=True) == Follow("@received")
    assert hear_message(MESSAGE, "", Tally(1), is_spoken=False) == Follow("@person")
    assert hear_message(MESSAGE, "", Tally(), is_spoken=False, is_over=True) == Follow("@person")


def test_a_message_is_ended_by_the_keys_that_mean_something_there_and_by_no_other():
    assert message_keys(MESSAGE) == "#*09"
    assert message_keys(OF_OLD) == "#*0"


def test_words_not_understood_have_a_patience_of_their_own():
    unheard = Words("没听懂", "not understood")
    step = replace(STEP, unheard=Patience(unheard, 2, "@person"))
    assert mishear(step, Tally(1, 2)) == AskAgain(unheard, Tally(1, 2, 1))
    assert mishear(step, Tally(0, 0, 1)) == GiveUp(unheard, "@person")
    assert hear(step, "1", Tally(1, 2, 1)) == Follow("m.t", {"purpose": "repair"})
    assert mishear(STEP, Tally()) == AskAgain(WRONG, Tally(0, 1)), "where none are heard they are a wrong key"


def test_the_more_key_turns_the_page_only_of_a_long_list():
    assert hear(LIST, "9", Tally(), listed=5, has_more=True) == AskAgain(None, Tally(), turns_page=True)


def test_pages_of_a_long_list_go_round():
    seven = tuple(range(7))
    assert [page_of(seven, page) for page in range(3)] == [
        ((0, 1, 2, 3, 4), True),
        ((5, 6), True),
        ((0, 1, 2, 3, 4), True),
    ]
    assert page_of((1, 2), 4) == ((1, 2), False)
    assert page_of((), 0) == ((), False)


def test_a_question_offers_its_keys_in_the_order_of_the_file():
    assert question(STEP, "zh") == "您好。报修请按1。"
    assert question(STEP, "en") == "Hello. For repairs, press 1."
    assert question(LIST, "zh", ["甲", "乙"], has_more=True) == "甲请按1。乙请按2。更多选项请按9。"


def test_the_way_back_is_offered_where_there_is_one_and_never_while_digits_end_with_the_same_key():
    assert question(STEP, "zh", can_go_back=True) == "您好。报修请按1。返回上一步请按井号。"
    assert question(STEP, "en", can_go_back=True) == "Hello. For repairs, press 1. To go back, press hash."
    assert question(DIGITS, "en", can_go_back=True) == ""


def test_whoever_is_asked_for_a_message_hears_that_0_is_a_person_and_hash_starts_it():
    asked = [step for menu in book().menus.values() for step in menu.steps if step.asks == "message"]
    assert len(asked) > 9
    for step in asked:
        zh, en = question(step, "zh"), question(step, "en")
        assert "请按0" in zh
        assert "井号直接开始" in zh, step.name
        assert "press 0" in en
        assert "press hash to start" in en, step.name


def test_the_menus_and_the_hotline_mean_the_same_names():
    inner = {"@ring", "@after_ring", "@nobody", "@emergency_told", "@wait", "@call_noted"}
    assert set(ACTS) - inner == set(ACT_WORDS)
    assert set(KEPT) == FACTS
    assert set(LISTS) == LIST_NAMES
    assert set(VALUES) == set(FILLED)


def test_every_category_of_a_menu_has_a_name_for_staff():
    set_by_menus = {
        c.sets["category"] for m in book().menus.values() for s in m.steps for c in s.choices if "category" in c.sets
    }
    assert {code for code in set_by_menus if code not in categories()} == set()
    assert all(words.zh and words.en for words in categories().values())


def test_no_more_than_five_keys_lead_on_beside_those_that_always_mean_the_same():
    for menu in book().menus.values():
        for step in menu.steps:
            assert len([c for c in step.choices if c.key not in "089"]) <= 5, step.name


def test_a_category_that_only_a_menu_knows_is_called_as_the_menu_offers_it(monkeypatch):
    step = book().step("complaint.category")
    pests = Choice("6", "@report", {"category": "pests"}, Words("虫害", "pests"))
    menu = Menu("complaint", is_top=False, steps=(replace(step, choices=(*step.choices, pests)),))
    monkeypatch.setattr(menubook, "book", lambda: Book({"complaint": menu}))
    known = categories.__wrapped__()
    assert (known["pests"].zh, known["pests"].en) == ("虫害", "pests")
    assert known["noise"].zh == CATEGORIES["noise"].zh
