"""Development never leaks: what an installation may and may not start with."""

import shutil
from pathlib import Path

import pytest
from flask import Flask
from pydantic import BaseModel, ValidationError

from app import create_app
from base.addresses import is_loopback
from base.database import Database, transaction
from base.errors import SettingsError
from base.prices import by_country
from base.settings import ROOT, SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN, Settings
from dev.environment import house_environment
from directory.actions import transferable
from oncall.actions import tonight
from oncall.ladder import Post
from tests.make import a_member_of_staff, a_project, a_shift
from tests.tickets.test_actions import AT

REAL = {
    "huiyin_env": "production",
    "secret_key": "k" * 40,
    "twilio_account_sid": "AC" + "1" * 32,
    "twilio_auth_token": "real-token",
    "public_url": "https://hotline.example.com",
    "hotline_number": "+862112345678",
}


def settings(**given: object) -> Settings:
    return Settings(_env_file=None, **given)  # type: ignore[arg-type]


def test_a_bare_installation_is_a_development_one_on_the_sandbox() -> None:
    bare = settings()
    bare.check()
    assert bare.is_development
    assert (bare.account_sid, bare.auth_tokens) == (SANDBOX_ACCOUNT_SID, (SANDBOX_AUTH_TOKEN,))


def test_a_copied_example_changes_nothing(tmp_path: Path) -> None:
    shutil.copy(ROOT / ".env.example", tmp_path / ".env")
    assert Settings(_env_file=tmp_path / ".env") == settings()
    copied = house_environment(tmp_path, {"PORT": "8010"})
    (tmp_path / ".env").unlink()
    assert {name: value for name, value in copied.items() if name in house_environment(tmp_path, {"PORT": "8010"})} == (
        house_environment(tmp_path, {"PORT": "8010"})
    )
    known = {name.lower(): value for name, value in copied.items() if name.lower() in Settings.model_fields}
    assert Settings(_env_file=None, **known).address == "http://127.0.0.1:8010"  # type: ignore[arg-type]


def test_a_socket_is_named_by_its_whole_path() -> None:
    with pytest.raises(ValidationError, match="whole path"):
        settings(redis_url="unix://var/valkey.sock")


@pytest.mark.parametrize(
    ("hotline", "said"),
    [("+864008001234", "4008001234"), ("+868008101234", "8008101234"), ("+862112345678", "+862112345678")],
)
def test_a_400_number_is_told_without_a_country_that_alone_can_dial_it(hotline: str, said: str) -> None:
    assert settings(hotline_number=hotline).hotline_said == said


def test_owners_are_asked_after_half_an_hour_and_on_a_desk_after_seconds() -> None:
    assert settings().callback_after_s == 20
    assert settings(**REAL).callback_after_s == 1800
    assert settings(**REAL, callback_delay_s=0).callback_after_s == 0
    with pytest.raises(ValidationError):
        settings(callback_delay_s=-1)


def test_a_complete_production_starts() -> None:
    settings(**REAL).check()


@pytest.mark.parametrize("missing", [name for name in REAL if name != "huiyin_env"])
def test_production_with_anything_missing_is_refused_by_name(missing: str) -> None:
    given = {name: value for name, value in REAL.items() if name != missing}
    with pytest.raises(SettingsError, match=missing.upper()):
        settings(**given).check()


@pytest.mark.parametrize(
    "leak",
    [
        {"public_url": "https://demo.example.com"},
        {"host": "0.0.0.0"},
        {"twilio_api_base": "https://api.twilio.com"},
    ],
)
def test_development_that_can_be_reached_from_outside_counts_as_production(leak: dict[str, str]) -> None:
    leaking = settings(**leak)
    assert not leaking.is_development
    assert SANDBOX_AUTH_TOKEN not in leaking.auth_tokens
    with pytest.raises(SettingsError, match=r"(?s)HUIYIN_ENV: .*outside this machine.*SECRET_KEY"):
        leaking.check()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("twilio_auth_token", SANDBOX_AUTH_TOKEN),
        ("twilio_account_sid", SANDBOX_ACCOUNT_SID),
        ("twilio_api_base", "http://127.0.0.1:8001"),
        ("public_url", "http://hotline.example.com"),
        ("secret_key", "short"),
    ],
)
def test_production_refuses_what_belongs_to_the_sandbox(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name.upper()):
        settings(**{**REAL, name: value}).check()


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://[::1]:8000", True),
        ("http://127.9.9.9", True),
        ("http://10.0.0.1", False),
        ("https://127.0.0.1.example.com", False),
        ("http://0.0.0.0:8000", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(address: str, is_ours: bool) -> None:
    assert is_loopback(address) is is_ours


def test_production_refuses_a_database_with_demo_people(database_url: str, tmp_path: Path) -> None:
    production = settings(**REAL, database_url=database_url, redis_url="unix:///nowhere", var_dir=tmp_path)
    create_app(production)
    database = Database(database_url)
    with database.transaction() as session:
        a_project(session, is_demo=True)
    database.close()
    with pytest.raises(SettingsError, match="demo estate"):
        create_app(production)


def test_a_view_that_says_nothing_about_who_may_enter_is_refused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from app import _refuse_unguarded_views  # noqa: PLC0415

    monkeypatch.setitem(app.view_functions, "forgotten", lambda: "hello")
    with pytest.raises(SettingsError, match="forgotten"):
        _refuse_unguarded_views(app)


def test_bad_settings_are_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    from base.settings import read_settings  # noqa: PLC0415

    monkeypatch.setenv("HOTLINE_NUMBER", "400-123")
    with pytest.raises(SettingsError, match=r"HOTLINE_NUMBER: .*E\.164"):
        read_settings()


@pytest.mark.parametrize(
    ("said", "why"),
    [("CN=0.05", "CN:0.045"), ("CN:-1", "CN:0.045"), ("UK:0.29", "no country UK"), ("HK:0.3 HK:0.4", "two prices")],
)  # fmt: skip
def test_prices_by_country_that_cannot_be_read_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, said: str, why: str
) -> None:
    from base.settings import read_settings  # noqa: PLC0415

    monkeypatch.setenv("CALL_COST_BY_COUNTRY", said)
    with pytest.raises(SettingsError, match=f"CALL_COST_BY_COUNTRY: .*{why}"):
        read_settings()


def test_prices_by_country_are_read_with_spaces_or_commas() -> None:
    assert by_country("") == {}
    assert by_country("CN:0.045 HK:0.38,GB:1") == {"CN": 0.045, "HK": 0.38, "GB": 1.0}


def test_invented_colleagues_are_never_dialled_by_a_real_carrier(app: Flask) -> None:
    """A production start while the database is away cannot look for them; no door leads to them all the same."""
    with transaction() as session:
        wang = a_member_of_staff(session, is_demo=True)
        a_shift(session, a_project(session, number="+862155550100"), wang, Post.FIRST, AT)
        assert transferable(session, wang.number)
        assert wang.number in tonight(session, at=AT).by_called["+862155550100"]
        app.extensions["settings"] = settings(**REAL)
        assert not transferable(session, wang.number)
        assert tonight(session, at=AT).by_called["+862155550100"] == []
        assert tonight(session, at=AT).everybody == []


SECOND = {
    "second_carrier_account_sid": "AC" + "2" * 32, "second_carrier_auth_token": "another-token",
    "second_carrier_api_base": "https://api.example.net", "second_carrier_number": "+85230001111",
}  # fmt: skip


def test_a_second_carrier_takes_emergencies_and_staff_over_unless_told_otherwise() -> None:
    assert (settings().second_account, settings().taken_over) == (None, frozenset())
    known = settings(**REAL, **SECOND)
    known.check()
    assert known.taken_over == {"emergency", "staff"}
    assert settings(**SECOND, second_carrier_classes="emergency, service").taken_over == {"emergency", "service"}
    with pytest.raises(ValidationError, match="can be taken over"):
        settings(**SECOND, second_carrier_classes="emergency,care")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"second_carrier_account_sid": REAL["twilio_account_sid"]}, "SECOND_CARRIER_ACCOUNT_SID"),
        ({"second_carrier_auth_token": None}, "SECOND_CARRIER_AUTH_TOKEN"),
        ({"second_carrier_api_base": ""}, "SECOND_CARRIER_API_BASE"),
        ({"second_carrier_api_base": "http://127.0.0.1:9"}, "SECOND_CARRIER_API_BASE"),
        ({"second_carrier_number": "30001111"}, "SECOND_CARRIER_NUMBER"),
    ],
)
def test_half_a_second_carrier_is_refused(change: dict[str, object], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        settings(**REAL, **(SECOND | change)).check()


def test_a_second_carrier_outside_this_machine_is_no_development() -> None:
    assert settings(**SECOND | {"second_carrier_api_base": "http://127.0.0.1:8002"}).is_development
    assert not settings(**SECOND).is_development


def test_no_check_of_a_setting_hides_another() -> None:
    """Of two checks of one name in the classes that make up the settings only one would ever be made."""
    parts = [part for part in Settings.__mro__ if issubclass(part, BaseModel)]
    names = [name for part in parts for name in part.__pydantic_decorators__.field_validators if name in vars(part)]
    assert "_is_a_server" in names
    assert len(names) == len(set(names))
