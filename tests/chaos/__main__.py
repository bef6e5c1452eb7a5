"""Plays rounds under fire one after the other: `python -m tests.chaos --rounds 200`. Goes on where it stopped."""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from base.settings import VAR
from dev import postgres
from tests import stores
from tests.api.crowd import Count
from tests.chaos import bodies
from tests.chaos.ground import A_TENTH, REAL, ground, migrate
from tests.chaos.play import Round, Verdict
from tests.chaos.rounds import script

DONE = VAR / "chaos.jsonl"
KINDS = ("sqlite", "postgres")
PEOPLE, MANY = 300, 2000
MANY_ROUNDS = 5
"""So many rounds of many, with the patience of production, follow on the whole test."""
FULL = 200
"""From so many rounds on it is the whole test."""
STRETCH = 5.0
"""How much longer the fire lasts with the patience of production."""
HIDES_EVERY = 2
"""With it, every second round hides receipts and lists for minutes."""
AT_ONCE = 10
"""Rounds on one house; then everything begins anew."""


def main(words: list[str]) -> int:
    """Play what is asked for and not done yet; 1 if a round went wrong."""
    asked = asked_for(words)
    if asked.bodies:
        answered = [_bodies(kind, asked) for kind in (KINDS if asked.db == "both" else (asked.db,))]
        return 0 if all(answered) else 1
    ends_s = time.monotonic() + asked.minutes * 60
    answered = [_rounds(part, ends_s) for part in parts(asked)]
    return 0 if all(answered) else 1


def parts(asked: argparse.Namespace) -> list[argparse.Namespace]:
    """What is played one after the other: of the whole test a few rounds of many people too."""
    is_whole = asked.rounds >= FULL and asked.seed is None and not asked.many and asked.people is None
    return [asked, argparse.Namespace(**vars(asked) | {"many": True, "rounds": MANY_ROUNDS})] if is_whole else [asked]


def _rounds(asked: argparse.Namespace, ends_s: float) -> bool:
    """Whether every round that was played went well."""
    done, good = _done() if asked.seed is None else set(), True
    people = asked.people or (MANY if asked.many else PEOPLE)
    for kind in KINDS if asked.db == "both" else (asked.db,):
        count = asked.rounds if asked.db != "both" else -(-asked.rounds // len(KINDS))
        seeds = [asked.seed] if asked.seed is not None else list(range(1, count + 1))
        todo = [seed for seed in seeds if (seed, kind, people) not in done]
        print(f"{kind}: {len(seeds) - len(todo)} rounds of {people} people are done, {len(todo)} to be played")
        while todo and time.monotonic() < ends_s:
            played = _play(kind, todo[:AT_ONCE], people, is_real=asked.many, ends_s=ends_s)
            good &= all(verdict.is_good for verdict in played)
            todo = todo[len(played) :]
    return good


def again(seed: int, kind: str, people: int, *, is_real: bool) -> str:
    """How one round is played again, as it was."""
    many = " MANY=1" if is_real else ""
    usual = MANY if is_real else PEOPLE
    return f"make chaos SEED={seed} DB={kind}{many}" + (f' ARGS="--people {people}"' if people != usual else "")


def _bodies(kind: str, asked: argparse.Namespace) -> bool:
    """Send bodies to the API on one database, half of them if there are two, and say how they were answered."""
    number = asked.bodies if asked.db != "both" else -(-asked.bodies // len(KINDS))
    seed, count, began_s = asked.seed or 1, Count(), time.monotonic()
    with _database(kind) as (url, home):
        bodies.ask(url, home, number, seed, count)
    statuses = ", ".join(f"{status}: {times}" for status, times in count.by_status().items())
    print(f"{kind}, seed {seed}: {count.total()} bodies in {time.monotonic() - began_s:.0f} s; {statuses}", flush=True)
    for wrong in count.wrong:
        print(f"    {wrong}", flush=True)
    if count.wrong:
        print(f"    again: make chaos BODIES={asked.bodies} SEED={seed} DB={asked.db}", flush=True)
    return not count.wrong


def _play(kind: str, seeds: list[int], people: int, *, is_real: bool, ends_s: float) -> list[Verdict]:
    """Some rounds on a house of their own, each kept as it ends; the last is one that did not come to rest."""
    played: list[Verdict] = []
    settings, stretch = (REAL, STRETCH) if is_real else (A_TENTH, 1.0)
    with _database(kind) as (url, home), ground(url, home, people, stretch=stretch, **settings) as (house, estate):
        for seed in seeds:
            hides_all = is_real and seed % HIDES_EVERY == 0
            written = script(seed, people, stretch=stretch, hides_all=hides_all)
            try:
                verdict = Round(house, estate, written).play()
            except AssertionError as error:
                VAR.mkdir(exist_ok=True)
                log = shutil.copy(home / "house.log", VAR / f"chaos-{seed}-{kind}.log")
                verdict = Verdict(seed, kind, told=written.told(), wrong=[str(error), f"see {log}"])
            played.append(verdict)
            _keep(verdict, people)
            print(verdict.line(), flush=True)
            if not verdict.is_good:
                print(f"    again: {again(seed, kind, people, is_real=is_real)}", flush=True)
            if not verdict.people or time.monotonic() > ends_s:
                break
    return played


@contextmanager
def _database(kind: str) -> Iterator[tuple[str, Path]]:
    with tempfile.TemporaryDirectory(prefix="huiyin-chaos-") as name:
        home = Path(name)
        if kind == "sqlite":
            url = f"sqlite:///{home / 'huiyin.db'}"
            migrate(url)
            yield url, home
        else:
            with postgres.running() as server, stores.fresh_postgres(server, migrate) as url:
                yield url, home


def _done() -> set[tuple[int, str, int]]:
    if not DONE.exists():
        return set()
    kept = [json.loads(line) for line in DONE.read_text().splitlines()]
    return {(one["seed"], one["database"], one["size"]) for one in kept if one["good"]}


def _keep(verdict: Verdict, people: int) -> None:
    DONE.parent.mkdir(exist_ok=True)
    with DONE.open("a") as kept:
        kept.write(json.dumps(verdict.kept() | {"good": verdict.is_good, "size": people}, ensure_ascii=False) + "\n")


def asked_for(words: list[str]) -> argparse.Namespace:
    """What the words of a command ask for."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="how many, half of them on each database")
    parser.add_argument("--seed", type=int, help="only the round of this seed, also if it is done")
    parser.add_argument("--bodies", type=int, help="no rounds: so many made-up bodies for the API, in this process")
    parser.add_argument("--db", choices=("both", *KINDS), default="both")
    parser.add_argument("--people", type=int, help=f"for each notice ({PEOPLE}; {MANY} with --many)")
    parser.add_argument(
        "--minutes", type=float, default=600, help="begin no round after so many; the rest another time"
    )
    parser.add_argument("--many", action="store_true", help=f"{MANY} people, with the patience of production")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
