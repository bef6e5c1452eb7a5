"""What people type, what sheets spoil, what carriers send."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number

from telephony.numbers import (
    SHORT_SERVICES,
    WITHHELD,
    NumberKind,
    ReadNumber,
    at_home,
    is_machine,
    is_withheld,
    read_number,
    sms_capable,
)
from telephony.regions import zones
from telephony.unreadable import Unreadable

MOBILE = "+8613800138000"


@pytest.mark.parametrize(
    "raw",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "\u200b13800138000\xa0",
        "'13800138000",
        "+86 138 0013 8000",
        "0086 138 0013 8000",
        "8613800138000",
        "013800138000",
        "１３８００１３８０００",
        "＋８６１３８００１３８０００",
        13800138000,
        13800138000.0,
        "13800138000.0",
        "1.3800138E10",
        "1.3800138000E+10",
    ],
    ids=repr,
)
def test_a_mobile_is_read_however_it_was_typed(raw: object) -> None:
    assert read_number(raw) == ReadNumber(MOBILE, "", NumberKind.MOBILE, "CN")


@pytest.mark.parametrize(
    ("raw", "number", "kind", "region"),
    [
        ("19912345678", "+8619912345678", NumberKind.MOBILE, "CN"),
        ("19212345678", "+8619212345678", NumberKind.MOBILE, "CN"),
        ("16212345678", "+8616212345678", NumberKind.MOBILE, "CN"),
        ("17012345678", "+8617012345678", NumberKind.MOBILE, "CN"),
        ("010-62345678", "+861062345678", NumberKind.LANDLINE, "CN"),
        (1062345678.0, "+861062345678", NumberKind.LANDLINE, "CN"),
        ("（0571）88889999", "+8657188889999", NumberKind.LANDLINE, "CN"),
        (57188889999, "+8657188889999", NumberKind.LANDLINE, "CN"),
        ("400-800-8888", "+864008008888", NumberKind.SHARED_COST, "CN"),
        ("4001234567", "+864001234567", NumberKind.SHARED_COST, "CN"),
        ("8008008888", "+868008008888", NumberKind.SHARED_COST, "CN"),
        ("+852 9123 4567", "+85291234567", NumberKind.MOBILE, "HK"),
        ("00852 9123 4567", "+85291234567", NumberKind.MOBILE, "HK"),
        ("+853 6612 3456", "+85366123456", NumberKind.MOBILE, "MO"),
        ("+886 0912 345 678", "+886912345678", NumberKind.MOBILE, "TW"),
        ("+1 650 253 0000", "+16502530000", NumberKind.MOBILE, "US"),
        ("+65 8123 4567", "+6581234567", NumberKind.MOBILE, "SG"),
        ("+44 (0)20 7946 0958", "+442079460958", NumberKind.LANDLINE, "GB"),
        ("+44 7911 123456", "+447911123456", NumberKind.MOBILE, "GG"),
    ],
)
def test_what_can_be_done_with_a_number(raw: object, number: str, kind: NumberKind, region: str) -> None:
    assert read_number(raw) == ReadNumber(number, "", kind, region)


@pytest.mark.parametrize(
    ("raw", "number", "extension"),
    [
        ("400 820 8888 转 1234", "+864008208888", "1234"),
        ("400-820-8888分机1234", "+864008208888", "1234"),
        ("4008208888 ext. 12", "+864008208888", "12"),
        ("4008208888,1234", "+864008208888", "1234"),
        ("010-62345678-801", "+861062345678", "801"),
        ("62345678转8", "+862162345678", "8"),
    ],
)
def test_extensions_stand_apart(raw: str, number: str, extension: str) -> None:
    read = read_number(raw, area_code="021")
    assert isinstance(read, ReadNumber)
    assert (read.number, read.extension) == (number, extension)


def test_a_local_number_takes_the_area_code_of_its_project() -> None:
    read = read_number("88889999", area_code="0571")
    assert read == ReadNumber("+8657188889999", "", NumberKind.LANDLINE, "CN")
    assert refusal("88889999") == "座机缺区号"


def test_a_region_reads_what_was_typed_without_a_country() -> None:
    assert read_number("91234567", region="HK") == ReadNumber("+85291234567", "", NumberKind.MOBILE, "HK")
    assert read_number("0912345678", region="TW") == ReadNumber("+886912345678", "", NumberKind.MOBILE, "TW")


def refusal(raw: object, area_code: str = "") -> str:
    read = read_number(raw, area_code=area_code)
    assert isinstance(read, Unreadable), read
    assert read.why_en
    return read.why_zh.split("；")[0].split("，")[0]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("", "没有号码"),
        (None, "没有号码"),
        ("1.38E+10", "表格软件把号码变成了科学计数法"),
        ("1.38001E+10", "表格软件把号码变成了科学计数法"),
        ("138001380001", "手机号应为 11 位"),
        ("1380013800", "手机号应为 11 位"),
        ("+86138001380001", "手机号应为 11 位"),
        ("14012345678", "没有这样的号码"),
        ("+1 555 010 0100", "没有这样的号码"),
        ("0912345678", "像是香港、澳门或台湾的号码"),
        ("91234567", "像是香港、澳门或台湾的号码"),
        ("10690000123", "106 开头的是短信端口"),
        ("106900001234567890", "106 开头的是短信端口"),
        ("+86106900001234", "106 开头的是短信端口"),
        ("+1 900 234 5678", "这是声讯收费或卫星号码"),
        ("+979 123 456 789", "这是声讯收费或卫星号码"),
        ("13800138000/13900139000", "号码里有不认识的字符"),
        ("张三", "号码里有不认识的字符"),
        ("13800138000转12345678", "分机号太长"),
        (float("nan"), "号码里有不认识的字符"),
        (float("inf"), "号码里有不认识的字符"),
        (-13800138000, "号码里有不认识的字符"),
        pytest.param(10**5000, "号码里有不认识的字符", id="five thousand digits"),
        pytest.param("1" * 10_000, "内容太长", id="ten thousand ones"),
    ],
)
def test_a_refused_number_says_what_to_do(raw: object, why: str) -> None:
    assert refusal(raw) == why


@pytest.mark.parametrize("short", sorted(SHORT_SERVICES | {"911", "999", "95588", "10086", "955888"}))
@pytest.mark.parametrize("prefix", ["", "+86", "0086", "021"])
def test_nobody_can_be_given_a_service_number(short: str, prefix: str) -> None:
    assert isinstance(read_number(prefix + short, area_code="021"), Unreadable)


def test_91234567_is_asked_about_even_where_landlines_are_local() -> None:
    assert refusal("91234567", area_code="021") == "像是香港、澳门或台湾的号码"


@pytest.mark.parametrize("raw", [*sorted(WITHHELD), "anonymous", "Unavailable", " RESTRICTED ", "sip:anonymous@x"])
def test_a_withheld_caller_is_nobody(raw: str) -> None:
    assert is_withheld(raw)
    assert isinstance(read_number(raw), Unreadable)


@pytest.mark.parametrize("raw", [None, "", "  ", "266696687", "86282452253"])
def test_silence_and_bare_sentinels_are_withheld_too(raw: str | None) -> None:
    assert is_withheld(raw)


@pytest.mark.parametrize("raw", [MOBILE, "2562533", "+862162345678", "stranger"])
def test_what_is_not_withheld(raw: str) -> None:
    assert not is_withheld(raw)


def test_a_sentinel_does_not_come_back_through_an_area_code() -> None:
    assert isinstance(read_number("2452253", area_code="028"), Unreadable)


def test_machines_that_send_texts_are_known() -> None:
    assert is_machine("+8610690000123")
    assert is_machine("10655000123456")
    assert not is_machine("+861062345678")
    assert not is_machine(MOBILE)


def test_only_mobiles_take_texts() -> None:
    assert [kind for kind in NumberKind if sms_capable(kind)] == [NumberKind.MOBILE]
    assert sms_capable("mobile")
    assert not sms_capable("shared_cost")


DIGITISH = st.text(alphabet="0123456789+-() .转,xEe/;#０９一\u200b", max_size=30)


@given(st.one_of(st.text(), DIGITISH, st.integers(), st.floats(), st.none(), st.booleans(), st.binary()))
def test_nothing_makes_it_raise_and_what_comes_out_exists(raw: object) -> None:
    for area_code in ("", "021", "abc"):
        read = read_number(raw, area_code=area_code)
        if isinstance(read, ReadNumber):
            assert phonenumbers.is_valid_number(phonenumbers.parse(read.number))
            assert read.number not in WITHHELD
            assert len(read.extension) <= 7


@given(st.one_of(DIGITISH, st.from_regex(r"(\+86|0086|)1[3-9][0-9]{9}(转[0-9]{1,7})?", fullmatch=True)))
def test_a_number_reads_as_itself(raw: str) -> None:
    read = read_number(raw, area_code="021")
    if isinstance(read, ReadNumber):
        again = read_number(read.number)
        assert again == ReadNumber(read.number, "", read.kind, read.region)
        if read.extension:
            assert read_number(f"{read.number} ext {read.extension}") == read


@pytest.mark.parametrize(
    ("number", "known"),
    [
        ("+8613800138000", {"Asia/Shanghai"}), ("+85298765432", {"Asia/Hong_Kong"}),
        ("+14155550100", {"America/Los_Angeles"}),
        ("+61412345678", {"Australia/Sydney", "Australia/Perth"}), ("+882161234567", set()), ("nonsense", set()),
    ],
)  # fmt: skip
def test_where_somebody_may_be(number: str, known: set[str]) -> None:
    assert known <= set(zones(number))
    assert bool(zones(number)) == bool(known)


def test_a_country_with_one_zone_needs_no_look_at_the_number() -> None:
    """What is known by the first digits is what the library says of the whole number, in every country."""
    for region in phonenumbers.SUPPORTED_REGIONS:
        for kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.TOLL_FREE):
            if (example := phonenumbers.example_number_for_type(region, kind)) is not None:
                says = [zone for zone in time_zones_for_number(example) if zone != UNKNOWN_TIMEZONE]
                assert list(zones(phonenumbers.format_number(example, PhoneNumberFormat.E164))) == says, (region, kind)


@pytest.mark.parametrize(
    ("number", "home"),
    [
        ("+8613800138000", "13800138000"), ("+86138****8000", "138****8000"),
        ("+862162345678", "02162345678"), ("+8621****5678", "021****5678"), ("+861065001234", "01065001234"),
        ("+864118765432", "04118765432"), ("+864008001234", "4008001234"), ("+8640****1234", "40****1234"),
        ("+85291234567", "+85291234567"), ("+8695588", "95588"), ("", ""),
    ],
)  # fmt: skip
def test_a_number_is_shown_as_it_is_written_at_home(number: str, home: str) -> None:
    assert at_home(number) == home
