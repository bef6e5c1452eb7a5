"""Traditional Chinese is read as simplified, and simplified as itself."""

import pytest

from base.han import _PAIRS, simplified
from tickets.triagewords import words_of_the_house


def test_what_owners_abroad_write_is_read_as_ours() -> None:
    assert simplified("電梯困人，廚房著火了，請儘快") == "电梯困人，厨房着火了，请尽快"
    assert simplified("退訂 STOP ３") == "退订 STOP ３"


def test_our_own_words_stand_as_they_are() -> None:
    known = words_of_the_house()
    for word in (*(one.word for one in (*known.words, *known.dangers)), *known.harmless, *known.denied):
        assert simplified(word) == word


def test_each_pair_is_two_signs_and_none_is_listed_twice() -> None:
    pairs = _PAIRS.split()
    assert {len(pair) for pair in pairs} == {2}
    assert len({pair[0] for pair in pairs}) == len(pairs)
    assert simplified("".join(pair[1] for pair in pairs)) == "".join(pair[1] for pair in pairs)


@pytest.mark.parametrize("pair", ["後后", "著着", "於于", "麽么"])
def test_what_both_ways_of_writing_know_is_read_as_the_one_we_use(pair: str) -> None:
    assert simplified(pair[0]) == pair[1]
