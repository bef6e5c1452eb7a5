"""Numbers never reach a log whole."""

import logging
import smtplib
from collections.abc import Callable, Iterator

import pytest
import structlog
from pydantic import BaseModel

from base.log import configure_log, mask, mask_text


@pytest.fixture(autouse=True)
def _log_goes_on() -> Iterator[None]:
    """The log outlives the stream that a test caught it with."""
    yield
    configure_log(as_json=False)


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+8613800138000", "+86138****8000"),
        ("+85298765432", "+852****5432"),
        ("+862162345678", "+8621****5678"),
        ("12345", "1****5"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_number_loses_its_middle(number: str | None, masked: str) -> None:
    assert mask(number) == masked


def test_numbers_inside_a_sentence_are_masked_and_other_digits_are_not() -> None:
    text = "call from +8613800138000 (13800138000) about 261122-0034 at 2026-11-22"
    assert mask_text(text) == "call from +86138****8000 (138****8000) about 261122-0034 at 2026-11-22"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("业主13812346021要求", "业主138****6021要求"),
        ("请打021-50110001或13812346021。", "请打021****0001或138****6021。"),
        ("电话138 1234 6021", "电话138****6021"),
        ("138-1234-6021找我", "138****6021找我"),
        ("工单261122-0034，3号楼2单元1502室", "工单261122-0034，3号楼2单元1502室"),
    ],
)
def test_numbers_between_chinese_words_are_masked(text: str, masked: str) -> None:
    assert mask_text(text) == masked


def test_both_logs_mask(capsys: pytest.CaptureFixture[str]) -> None:
    configure_log(as_json=True)
    structlog.get_logger("x").warning("rang", number="+8613800138000")
    logging.getLogger("y").warning("rang %s", "+8613800138000")
    written = capsys.readouterr().err
    assert written.count("****8000") == 2
    assert "138000" not in written


def test_a_traceback_is_masked_too(capsys: pytest.CaptureFixture[str]) -> None:
    configure_log(as_json=False)
    try:
        raise ValueError("no such number: +8613800138000")
    except ValueError:
        logging.getLogger("y").exception("failed")
    written = capsys.readouterr().err
    assert "Traceback" in written
    assert "138000" not in written


@pytest.mark.parametrize("number", [
    "02150110001", "021-50110001", "4008001234", "400-800-1234", "0571-50110001", "8613800138000", "008613800138000",
    "86-13800138000", "862150110001", "%2B8613800138000",
])  # fmt: skip
def test_numbers_as_written_at_home_or_in_an_address_are_masked(number: str) -> None:
    assert number not in mask_text(f"call {number} now")


@pytest.mark.parametrize("word", ["1732579200", "261122-0034", "CA861380013800012345678901234567890", "86400"])
def test_other_digits_are_left_alone(word: str) -> None:
    assert mask_text(f"at {word} now") == f"at {word} now"


class _Floor(BaseModel):
    floor: int


WRITTEN = {"floor": "张三，3栋\n1502室"}  # not where it is used: a traceback shows that line
REFUSED = {"li.wen@mail.example.com": (550, b"no such user")}


def _is_refused() -> None:
    _Floor.model_validate(WRITTEN)


def _is_not_posted() -> None:
    raise smtplib.SMTPRecipientsRefused(REFUSED)


@pytest.mark.parametrize("fails", [_is_refused, _is_not_posted])
@pytest.mark.parametrize("as_json", [True, False])
def test_what_an_error_was_given_is_not_said(
    capsys: pytest.CaptureFixture[str], fails: Callable[[], None], as_json: bool
) -> None:
    configure_log(as_json=as_json)
    try:
        fails()
    except (ValueError, OSError):
        logging.getLogger("y").exception("failed")
        structlog.get_logger("x").exception("failed")
    written = capsys.readouterr().err
    assert written.count("Traceback") == 2
    for given in ("张三", "1502", "li.wen", "mail.example"):
        assert given not in written
