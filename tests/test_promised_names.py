"""Names that carriers, scripts and other systems rely on: there may be more, and none of these is changed."""

from collections.abc import Iterable
from typing import Any

import click
import pytest
from flask import Flask

from base.access import Role
from base.settings import Settings
from console.api.document import openapi
from directory.cells import read_choice
from directory.columns import OCCUPANCIES, ROLES, Words, read_heads
from tests.base.test_commands import every_command

TICKET = {
    "ref", "kind", "category", "level", "status", "channel", "project", "owner_desk", "home", "caller_number",
    "summary", "assignee", "incident", "clocks", "opened_at", "resolved_at", "closed_at", "score", "timeline",
}  # fmt: skip
WORDS = {
    "Kind": {"repair", "complaint", "enquiry", "suggestion", "praise", "help", "emergency"},
    "Level": {"P0", "P1", "P2", "P3", "C1", "C2"},
    "Status": {"open", "acknowledged", "in_progress", "waiting", "resolved", "closed", "cancelled", "merged"},
    "Channel": {"call", "text", "web", "desk", "walk_in", "paper", "group", "email", "survey"},
    "CampaignKind": {"notice", "greeting", "survey"},
    "Occupancy": {"lived_in", "let", "vacant", "not_handed_over"},
    "ContactRole": {"owner", "co_owner", "family", "tenant", "keeper"},
}
PROPERTIES = {
    "Ticket": TICKET,
    "TicketPage": {"items", "next"},
    "NewCampaign": {"kind", "class", "text", "audience", "send_at", "valid_until", "title"},
    "NewAudience": {"project", "buildings", "occupancy", "roles"},
    "BothTexts": {"zh", "en"},
    "Approval": {"hash", "emergency_reason"},
    "Campaign": {
        "audience_size", "people", "numbers", "segments", "cost", "exclusions", "expected_finish", "hash", "counts",
    },
}  # fmt: skip
MOVES = {"acknowledge", "assign", "arrive", "note", "resolve", "close", "reopen", "refer"}
ASKED: dict[str, set[str]] = {
    "GET /tickets": {"status", "kind", "level", "project", "home", "q", "limit", "after"},
    "POST /tickets": set(),
    "GET /tickets/{ref}": set(),
    "POST /tickets/{ref}/events": set(),
    "POST /incidents": set(),
    "GET /incidents": {"limit", "after"},
    "POST /incidents/{id}/delay": set(),
    "POST /incidents/{id}/restore": set(),
    "POST /campaigns": set(),
    "GET /campaigns/{id}": set(),
    "POST /campaigns/{id}/approve": set(),
    "POST /campaigns/{id}/stop": set(),
    "POST /campaigns/{id}/resume": set(),
    "POST /campaigns/{id}/resend": set(),
    "GET /messages": {"campaign", "number", "state", "limit", "after"},
    "GET /homes": {"limit", "after"},
    "GET /people": {"limit", "after"},
    "PUT /people/{id}/consents": set(),
    "GET /oncall": set(),
    "POST /search": set(),
    "GET /openapi.json": set(),
    "GET /docs": set(),
}
"""By operation, what may be asked in its address."""
ADDRESSES = {
    "POST": {"/voice/incoming", "/voice/fallback", "/voice/status", "/sms/incoming", "/sms/status"},
    "GET": {"/healthz", "/readyz", "/metrics", "/shifts/<secret>.ics"},
}
COMMANDS = {
    "roster import": {"--dry-run", "--end-missing"},
    "roster template": set(),
    "staff add": {"--number", "--role", "--project", "--password-stdin"},
    "token create": {"--staff"},
    "menu check": set(),
    "menu draw": {"-o"},
    "notice send": set(),
    "greeting preview": set(),
    "fallback export": set(),
    "drill start": set(),
    "doctor": set(),
}
STAFF_ROLES = {"agent", "technician", "supervisor", "manager", "director", "quality", "admin"}
SETTINGS = {
    "DATABASE_URL", "REDIS_URL", "PORT", "PUBLIC_URL", "SECRET_KEY", "HUIYIN_ENV", "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN_PREVIOUS", "TWILIO_API_BASE", "HOTLINE_NUMBER", "SMS_FROM_EMERGENCY",
    "SMS_FROM_SERVICE", "SMS_FROM_CARE", "SMS_RATE_EMERGENCY", "SMS_RATE_SERVICE", "SMS_RATE_CARE", "CALL_RATE",
    "DUTY_PHONE", "RECORDINGS_URL", "SMS_SIGNATURE", "COMPANY_NAME", "TIMEZONE", "DEFAULT_REGION",
}  # fmt: skip
DEFAULTS = {
    "huiyin_env": "development", "port": 8000, "sms_rate_emergency": 10, "sms_rate_service": 10, "sms_rate_care": 10,
    "call_rate": 1, "sms_signature": "【回音物业】", "timezone": "Asia/Shanghai", "default_region": "CN",
}  # fmt: skip
COLUMNS = {
    "项目": "project", "楼栋": "building", "单元": "unit", "房号": "home", "入住状态": "occupancy", "姓名": "name",
    "称呼": "salutation", "角色": "role", "电话": "numbers", "语言": "language", "生日": "birthday", "农历": "lunar",
    "特别关怀": "special_care", "节日祝福": "care_consent", "邮箱": "email", "联系顺序": "contact_order",
}  # fmt: skip
OCCUPANCY = {"自住": "lived_in", "出租": "let", "空置": "vacant", "未收楼": "not_handed_over"}
ROLE = {"业主": "owner", "共有人": "co_owner", "家属": "family", "租户": "tenant", "代管人": "keeper"}
"""What stands in the roster's columns of words."""


@pytest.fixture
def told(app: Flask) -> dict[str, Any]:
    """What the API says of itself."""
    return openapi()


def test_the_api_is_asked_at_these_addresses_by_these_names(told: dict[str, Any]) -> None:
    shared = told["components"]["parameters"]
    for name, wanted in ASKED.items():
        method, _, path = name.partition(" ")
        operation = told["paths"][f"/api/v1{path}"][method.lower()]
        named = {(shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one)["name"]
                 for one in operation.get("parameters", [])}  # fmt: skip
        assert wanted <= named, name


def test_what_the_api_tells_and_is_told_has_these_fields_and_words(told: dict[str, Any]) -> None:
    shapes = told["components"]["schemas"]
    for name, fields in PROPERTIES.items():
        assert fields <= shapes[name]["properties"].keys(), name
    for name, words in WORDS.items():
        assert words <= set(shapes[name]["enum"]), name
    assert shapes["TicketMove"]["discriminator"]["mapping"].keys() >= MOVES


def test_the_outside_finds_these_addresses(app: Flask) -> None:
    there = {(method, rule.rule) for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    for method, addresses in ADDRESSES.items():
        assert {(method, address) for address in addresses} <= there


def test_scripts_find_these_commands_options_and_roles(app: Flask) -> None:
    there = dict(every_command(app))
    for name, options in COMMANDS.items():
        known = {option for one in there[name].params if isinstance(one, click.Option) for option in one.opts}
        assert options <= known, name
    assert {role.value for role in Role} >= STAFF_ROLES


def test_an_installation_is_set_up_by_these_names() -> None:
    assert {name.upper() for name in Settings.model_fields} >= SETTINGS


def test_what_is_not_set_is_so() -> None:
    assert {name: Settings.model_fields[name].default for name in DEFAULTS} == DEFAULTS


@pytest.mark.parametrize("heads", [COLUMNS.keys(), COLUMNS.values()])
def test_a_roster_has_these_columns_in_either_language_and_few_are_needed(heads: Iterable[str]) -> None:
    found = read_heads(list(heads))
    assert {field.value: place for field, place in found.places.items()} == {
        name: place for place, name in enumerate(COLUMNS.values())
    }
    assert set(read_heads([]).missing) == {"project", "building", "home", "name"}


@pytest.mark.parametrize(("words", "promised"), [(OCCUPANCIES, OCCUPANCY), (ROLES, ROLE)])
def test_a_roster_takes_these_words_in_either_language(words: Words, promised: dict[str, str]) -> None:
    for chinese, word in promised.items():
        assert read_choice(chinese, words, "") == read_choice(word, words, "") == word
