"""A walk through the menus by clicking follows the rules of the telephone, from the first words to an end."""

import pytest

from hotline.actions import acts
from hotline.menu import Words
from hotline.menubook import book
from hotline.menuwalk import LONGEST, Ground, Stop, walk
from hotline.menuwords import ACTS, ENTRIES

USUAL = {"company": Words("回音物业", "Huiyin"), "empty": Words("", "")}


def walked(first: str, *presses: str, top: str = "main.top") -> list[Stop]:
    return walk(Ground(book(), first, top, USUAL), presses)


@pytest.mark.parametrize(
    ("first", "presses", "kinds", "ends"),
    [
        ("main.top", ("1", "2", "2", "to:repair.message", "speak"),
         "question question question act question end", "@received"),
        ("main.top", ("0",), "question ring", "@emergency"),
        ("main.top", ("0", "to:emergency.kind", "1", "to:emergency.message", "silence", "silence"),
         "question ring question act question question end", "@received"),
        ("main.top", ("silence", "silence", "to:person.message", "speak"),
         "question question ring question end", "@received"),
        ("main.top", ("wrong", "wrong", "wrong"), "question question question ring", "@person"),
        ("main.top", ("1", "#", "*"), "question question question question", "main.top"),
        ("main.top", ("8",), "question question", "main.top"),
        ("night.top", ("5", "to:progress.ref", "digits"), "question act question question", "progress.tail"),
        ("projects.choose", ("1",), "question act", "@project"),
        ("projects.choose", ("1", "to:main.top", "9"), "question act question ring", "@person"),
        ("known.trouble", ("9",), "question act", "@other_matter"),
        ("main.top", ("7", "1"), "question", "main.top"),
        ("night.top", ("5", "to:progress.ref", "digits", "#"), "question act question question question",
         "progress.ref"),
        ("main.top", ("1", "3", "to:repair.message", "0"), "question question act question ring", "@person"),
        ("main.top", ("1", "3", "to:repair.message", "#", "0"), "question question act question question ring",
         "@person"),
        ("main.top", ("1", "3", "to:repair.message", "*", "#", "speak"),
         "question question act question question question end", "@received"),
        ("main.top", ("1", "3", "to:repair.message", "#", "#"), "question question act question question",
         "repair.message"),
    ],
)  # fmt: skip
def test_a_walk_ends_where_a_call_would(first, presses, kinds, ends):
    stops = walked(first, *presses)
    assert [stop.kind for stop in stops] == kinds.split()
    assert stops[-1].name == ends


def test_each_stop_says_what_is_heard_in_both_languages():
    first, again = walked("main.top", "wrong")
    assert first.said[-1].zh.startswith("如遇电梯困人")
    assert "For repairs, press 1." in first.said[-1].en
    assert [words.en for words in again.said] == [
        "That is not one of the choices. Please choose again.", first.said[-1].en,
    ]  # fmt: skip


@pytest.mark.parametrize(("press", "times", "words"), [
    ("silence", 2, "We did not hear a key."), ("wrong", 3, "That is not one of the choices. Please choose again."),
])  # fmt: skip
def test_where_patience_ends_its_words_are_heard_too(press, times, words):
    ended = walked("main.top", *[press] * times)[-1]
    assert (ended.kind, [said.en for said in ended.said]) == ("ring", [words])


def test_what_is_known_only_during_a_call_is_called_by_its_name():
    *_, asked = walked("known.trouble")
    assert "〔已知的停水停电等〕" in asked.said[-1].zh
    assert "{" not in asked.said[-1].zh + asked.said[-1].en


def test_an_estate_that_is_known_is_not_asked_for_again_and_an_unknown_one_is():
    known = walked("main.top", "4", "1")[-1]
    assert "to:projects.choose" not in known.offers
    assert "to:suggestion.message" in known.offers
    assert "to:repair.message" not in known.offers, "a suggestion is no repair"
    unknown = walked("projects.choose", "1")[-1]
    assert unknown.offers == ("to:main.top", "to:known.trouble")


def test_hash_takes_back_what_the_key_had_said():
    stops = walked("main.top", "2", "#", "4", "1")
    assert "to:suggestion.message" in stops[-1].offers
    assert "to:complaint.message" not in stops[-1].offers


def test_a_walk_has_an_end_even_if_nobody_stops_it():
    assert len(walked("main.top", *["*"] * 500)) == LONGEST + 1


def test_every_act_can_be_walked_through_and_every_way_comes_out():
    assert set(ACTS) <= set(acts.ACTS), "a walk does only what the telephone does"
    for entry in ENTRIES:
        stops = walked(entry)
        for _ in range(20):
            if stops[-1].kind in {"ring", "end"}:
                break
            ahead = stops[-1].offers
            press = "silence" if "silence" in ahead else ahead[-1]
            stops += walk(Ground(book(), entry, "main.top"), [*_presses(stops), press])[-1:]
        assert stops[-1].kind in {"ring", "end"} or "person.message" in stops[-1].offers[-1], entry


def _presses(stops: list[Stop]) -> list[str]:
    return [("silence" if "silence" in stop.offers else stop.offers[-1]) for stop in stops[:-1]]
