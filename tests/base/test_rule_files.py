"""A file of rules that is wrong is found when a process starts, and by the doctor: not when somebody is to be asked."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import cast

import click
import pytest

from app import create_app
from base.errors import SettingsError
from base.settings import Settings
from outreach import callbackrules, questionnairefile, spotchecks

FILES = [
    (callbackrules, "RULES", callbackrules.rules_of_the_house, "- kind: repair\n", "must fit every ticket"),
    (callbackrules, "RULES", callbackrules.rules_of_the_house, "- kind: [", "callbackrules.yaml:.*not YAML"),
    (spotchecks, "RULES", spotchecks.rules_of_the_house, "after: 1\n", "is missing"),
    (spotchecks, "RULES", spotchecks.rules_of_the_house, "a: b: c\n", "spotchecks.yaml:1: .*not YAML"),
    (questionnairefile, "FILE", questionnairefile.questionnaires, "[]\n", "key: questionnaire"),
]
"""Whose file, under which name it is kept, what reads it, something wrong, and what is said of that."""
Written = Callable[[ModuleType, str, object, str], None]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Written]:
    """Puts another text in the place of a file of rules."""
    forget: list[Callable[[], None]] = []

    def puts(module: ModuleType, constant: str, reads: object, text: str) -> None:
        own = tmp_path / cast("Path", getattr(module, constant)).name
        own.write_text(text, encoding="utf-8")
        monkeypatch.setattr(module, constant, own)
        forget.append(reads.cache_clear)  # type: ignore[attr-defined]  # what `cache` adds
        forget[-1]()

    yield puts
    monkeypatch.undo()
    for each in forget:
        each()


@pytest.mark.parametrize(("module", "constant", "reads", "text", "words"), FILES)
def test_a_wrong_file_of_rules_starts_no_process(
    written: Written, settings: Settings, module: ModuleType, constant: str, reads: object, text: str, words: str
) -> None:
    written(module, constant, reads, text)
    with pytest.raises(SettingsError, match=words):
        create_app(settings)


@pytest.mark.parametrize(
    ("setting", "text", "line"),
    [
        ("overruns_file", "- warn: 10\n- warn: often\n", 2),
        ("changes_file", "- tell: [taken]\n- tell: [sung]\n", 2),
        ("triage_words_file", "version: 2026-11-28\nrepair:\n  moon: {zh: [x], en: [y]}\n", 3),
        ("clocks_file", "- level: P0\n  promised: arrive\n  ack: soon\n", 3),
        ("overruns_file", None, 1), ("changes_file", None, 1), ("triage_words_file", None, 1), ("clocks_file", None, 1),
    ],
)  # fmt: skip
def test_a_file_of_ones_own_that_is_wrong_or_missing_starts_no_process_and_is_named_with_its_line(
    settings: Settings, tmp_path: Path, setting: str, text: str | None, line: int
) -> None:
    own = tmp_path / "own.yaml"
    if text is not None:
        own.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=re.escape(f"{own}:{line}: ")):
        create_app(settings.model_copy(update={setting: str(own)}))


def test_the_doctor_names_every_wrong_file_and_goes_on(written: Written, settings: Settings) -> None:
    written(callbackrules, "RULES", callbackrules.rules_of_the_house, "- kind: repair\n")
    written(spotchecks, "RULES", spotchecks.rules_of_the_house, "after: 1\n")
    with click.Context(click.Command("flask")):
        app = create_app(settings)
    with app.app_context():
        done = app.test_cli_runner().invoke(args=["doctor"])
    app.extensions["database"].close()
    app.extensions["hints"].connection.close()
    bad = [line for line in done.output.splitlines() if line.startswith("!!  settings 设置: ")]
    assert [name for name in ("callbackrules.yaml", "spotchecks.yaml") if any(name in line for line in bad)] == [
        "callbackrules.yaml", "spotchecks.yaml",
    ]  # fmt: skip
    assert done.exit_code == 1
    assert "database" in done.output
