"""A few rounds under fire on each database, and the scripts that seeds give; `make chaos` plays many more."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.chaos import __main__ as chaos
from tests.chaos.estate import Estate
from tests.chaos.ground import A_TENTH, ground, own_database
from tests.chaos.house import House
from tests.chaos.play import Round
from tests.chaos.rounds import FIRE_S, PROCESSES, script

SEEDS = (508, 1438)
PEOPLE = 60


@pytest.fixture(scope="module")
def place(
    database_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[House, Estate]]:
    """A house for rounds: five processes, a tenth of the usual patience, an estate."""
    home = tmp_path_factory.mktemp("rounds")
    with own_database(database_kind, request, home) as url, ground(url, home, PEOPLE, **A_TENTH) as here:
        yield here


def test_two_hundred_rounds_end_with_five_of_many_people_and_a_round_is_told_as_it_was() -> None:
    whole = [(part.rounds, part.many) for part in chaos.parts(chaos.asked_for(["--rounds", "200"]))]
    assert whole == [(200, False), (5, True)]
    for fewer in (["--rounds", "20"], ["--rounds", "200", "--many"], ["--rounds", "200", "--seed", "3"]):
        assert len(chaos.parts(chaos.asked_for(fewer))) == 1, fewer
    assert chaos.again(17, "sqlite", 300, is_real=False) == "make chaos SEED=17 DB=sqlite"
    assert chaos.again(2, "postgres", 2000, is_real=True) == "make chaos SEED=2 DB=postgres MANY=1"


@pytest.mark.chaos
@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_round_under_fire_everybody_has_it_once(place: tuple[House, Estate], seed: int) -> None:
    verdict = Round(*place, script(seed, PEOPLE)).play()
    assert verdict.is_good, verdict.line()
    assert verdict.people > PEOPLE


def test_a_seed_gives_the_same_script_again() -> None:
    assert [script(seed) for seed in range(50)] == [script(seed) for seed in range(50)]
    assert len({repr(replace(script(seed), seed=0)) for seed in range(50)}) == 50


def test_a_hundred_seeds_meet_every_trouble_and_kill_every_process() -> None:
    scripts = [script(seed) for seed in range(1, 101)]
    troubles = {span.rule["kind"] for one in scripts for span in one.spans}
    blows = [blow for one in scripts for blow in one.blows]
    assert len(troubles) == 17
    assert {blow.what for blow in blows} == {
        "killed", "a second one", "queue emptied", "queue killed", "queue hangs", "database held", "database restarts",
        "clocks jump",
    }  # fmt: skip
    assert {name for blow in blows if blow.what == "killed" for name in blow.names} == set(PROCESSES)
    assert any(blow.names == ("clock",) for blow in blows if blow.what == "a second one")
    assert max(span.until_s for one in scripts for span in one.spans) <= FIRE_S


def test_what_is_away_already_does_not_go_away_again() -> None:
    for seed in range(1, 201):
        away_until_s: dict[str, float] = {}
        for blow in script(seed).blows:
            place = blow.what.split()[0]
            assert blow.at_s > away_until_s.get(place, -1.0)
            away_until_s[place] = blow.at_s + blow.lasts_s


def test_only_who_asks_for_it_hides_receipts_and_lists_for_minutes() -> None:
    hidden = script(2, 2000, stretch=5.0, hides_all=True)
    longest = {span.rule["kind"]: span.until_s - span.from_s for span in hidden.spans}
    assert min(longest["receipt_lose"], longest["lists_away"]) > 180
    for seed in range(1, 201):
        assert not script(seed).hides_all
        assert max(s.until_s - s.from_s for s in script(seed).spans) <= FIRE_S
