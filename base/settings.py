"""The settings of an installation: one typed object, read once from the environment and `.env`."""

import re
from functools import cached_property
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsConfigDict

from base import addresses
from base.accounts import Account, SecondCarrier
from base.addresses import is_loopback
from base.entrance import Entrance
from base.errors import SettingsError
from base.keptdays import KeptDays
from base.mailing import Mailing
from base.mirrors import MirrorList
from base.prices import PriceList

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"

SANDBOX_ACCOUNT_SID = "AC" + "5a" * 16
SANDBOX_AUTH_TOKEN = "sandbox-auth-token"  # noqa: S105  a token of the sandbox, refused outside loopback
SANDBOX_API_BASE = "http://127.0.0.1:8001"
SANDBOX_NUMBER = "+864008001234"
TWILIO_API_BASE = "https://api.twilio.com"

DRILLS = "^(([1-9]|1[0-9]|2[0-8]|mon|tue|wed|thu|fri|sat|sun) ([01][0-9]|2[0-3]):[0-5][0-9])?$"
"""A day of the month that every month has, or of the week, and a time."""

Rate = Annotated[float, Field(ge=0)]


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError("没有这个时区 / there is no such time zone; like Asia/Shanghai") from None
    return value


def _e164(value: str) -> str:
    if value and not re.fullmatch(r"\+[1-9]\d{5,14}", value):
        raise ValueError("请写成国际格式 / write it as E.164, like +862112345678")
    return value


Zone = Annotated[str, AfterValidator(_zone)]
E164 = Annotated[str, AfterValidator(_e164)]


class Settings(SecondCarrier, PriceList, MirrorList, Entrance, KeptDays, Mailing):
    """Every setting, with its default. `.env.example` lists exactly these."""

    # an empty line of a copied .env.example means the default, here and in the development runner
    model_config = SettingsConfigDict(
        env_file=(VAR / "dev.env", ROOT / ".env"), env_ignore_empty=True, extra="ignore", frozen=True
    )

    huiyin_env: str = Field("development", pattern="^(development|production)$")
    database_url: addresses.DatabaseUrl = f"sqlite:///{VAR / 'huiyin.db'}"
    redis_url: addresses.QueueUrl = f"unix://{VAR / 'valkey.sock'}"
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    public_url: addresses.Unslashed = ""
    secret_key: SecretStr | None = None
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr | None = None
    twilio_auth_token_previous: SecretStr | None = None
    twilio_api_base: addresses.Unslashed = ""
    hotline_number: E164 = ""
    sms_from_emergency: str = ""
    sms_from_service: str = ""
    sms_from_care: str = ""
    sms_rate_emergency: Rate = 10
    sms_rate_service: Rate = 10
    sms_rate_care: Rate = 10
    sms_countries: str = "CN,HK,MO,TW"
    sms_two_way_countries: str = ""
    call_rate: Rate = 1
    carrier_answer_s: float = Field(8, ge=0.5, le=30)
    carrier_slow_part: float = Field(0.85, gt=0, le=1)
    carrier_lists_s: float = Field(5, gt=0, le=60)
    duty_phone: E164 = ""
    ladders_file: str = ""
    overruns_file: str = ""
    changes_file: str = ""
    triage_words_file: str = ""
    clocks_file: str = ""
    drills_at: str = Field("", pattern=DRILLS)
    heartbeat_url: addresses.SafeToAsk = None
    live_hunt: str = Field("in_order", pattern="^(in_order|at_once)$")
    queue_rounds: int = Field(15, ge=0, le=90)
    speech_menus: bool = False
    ring_back_minutes: int = Field(30, ge=1, le=1440)
    duty_reminder_minutes: int = Field(60, ge=0, le=720)
    duty_reminder_again_minutes: int = Field(30, ge=1, le=720)
    swaps_need_approval: bool = True
    handover_texts: str = Field("needed", pattern="^(never|needed|always)$")
    callback_delay_s: float | None = Field(None, ge=0)
    clocks_run: str = Field("service_hours", pattern="^(service_hours|always)$")
    group_calls: int = Field(3, ge=2, le=100)
    group_minutes: int = Field(30, ge=1, le=1440)
    satisfied_from: int = Field(4, ge=3, le=5)
    bereaved_days: int = Field(365, ge=1)
    birthday_leap_month: str = Field("regular", pattern="^(regular|leap|both)$")
    birthday_leap_day: str = Field("02-28", pattern="^(02-28|03-01)$")
    messages_kept_days: int = Field(400, ge=400)
    recordings_kept_days: int = Field(90, ge=1)
    photos_kept_days: int = Field(400, ge=1)
    transcriber: str = Field("", pattern=r"^([\w.]+:\w+)?$")
    recordings_url: addresses.Store = str(VAR / "recordings")
    var_dir: Path = VAR
    sms_signature: str = "【回音物业】"
    company_name: str = "回音物业"
    company_name_en: str = "Huiyin Property"
    timezone: Zone = "Asia/Shanghai"
    default_region: str = Field("CN", pattern="^[A-Z]{2}$")
    api_rate: int = Field(600, ge=0)
    trusted_proxies: int = Field(0, ge=0, le=5)
    webhook_allow: addresses.Origins = ""
    voice_zh: str = "Polly.Zhiyu-Neural"
    voice_en: str = "Polly.Joanna-Neural"
    metrics_token: SecretStr | None = None
    log_format: str = Field("", pattern="^(json|plain)?$")

    @cached_property
    def address(self) -> str:
        """How the carrier reaches us, without a slash at the end."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

    @cached_property
    def api_base(self) -> str:
        """Where the carrier's REST API is."""
        if self.twilio_api_base:
            return self.twilio_api_base
        return SANDBOX_API_BASE if self.huiyin_env == "development" else TWILIO_API_BASE

    @cached_property
    def is_development(self) -> bool:
        """True only while this says development *and* nothing can be reached from outside this machine."""
        return (
            self.huiyin_env == "development"
            and is_loopback(self.address)
            and is_loopback(self.api_base)
            and is_loopback(f"//{self.host}")
            and (self.second_account is None or is_loopback(self.second_account.api_base))
        )

    @property
    def logs_json(self) -> bool:
        """Whether the log is one JSON object a line: where nothing else is said, in production."""
        return self.log_format == "json" or (not self.log_format and not self.is_development)

    @property
    def requires_second_step(self) -> bool:
        """Whether who approves or reveals needs a second proof of who they are; on a desk only where it is asked."""
        return self.second_step == "required" or (not self.second_step and not self.is_development)

    @cached_property
    def account_sid(self) -> str:
        """The carrier account; the sandbox's in development."""
        return self.twilio_account_sid or (SANDBOX_ACCOUNT_SID if self.is_development else "")

    @cached_property
    def auth_tokens(self) -> tuple[str, ...]:
        """The tokens a webhook may be signed with: the present one, and the previous while rotating."""
        present = self.twilio_auth_token.get_secret_value() if self.twilio_auth_token else ""
        present = present or (SANDBOX_AUTH_TOKEN if self.is_development else "")
        previous = self.twilio_auth_token_previous
        return tuple(t for t in (present, previous.get_secret_value() if previous else "") if t)

    @cached_property
    def webhooks_allowed(self) -> frozenset[str]:
        """The places to which webhooks may go though they are of a house: `http://127.0.0.1:9000`."""
        return frozenset(filter(None, map(str.strip, self.webhook_allow.split(","))))

    @cached_property
    def first_account(self) -> Account:
        """The account at the first carrier, which has our numbers."""
        return Account(self.api_base, self.account_sid, self.auth_tokens)

    @cached_property
    def accounts(self) -> tuple[Account, ...]:
        """Whose webhooks are let in."""
        return (self.first_account, *((self.second_account,) if self.second_account else ()))

    @cached_property
    def hotline(self) -> str:
        """The company's own number, E.164."""
        return self.hotline_number or (SANDBOX_NUMBER if self.is_development else "")

    @cached_property
    def hotline_said(self) -> str:
        """The hotline as a text or a voice gives it: a 400 or 800 number, which no other country reaches, as it is
        dialled at home (`4008001234`), any other with its country, so that it can be dialled from everywhere.
        """
        return self.hotline.removeprefix("+86") if self.hotline.startswith(("+86400", "+86800")) else self.hotline

    @cached_property
    def two_way_countries(self) -> str:
        """Where a text can be answered, as `HK,US`; empty: by our table; on a desk everywhere (`*`)."""
        return self.sms_two_way_countries or ("*" if self.is_development else "")

    @cached_property
    def callback_after_s(self) -> float:
        """How long after an owner was told the result they are asked about it: half an hour, on a desk seconds."""
        if self.callback_delay_s is not None:
            return self.callback_delay_s
        return 20.0 if self.is_development else 1800.0

    def sender(self, kind: str) -> str:
        """The sending number or messaging-service sid for `emergency`, `service` or `care`."""
        return getattr(self, f"sms_from_{kind}") or self.hotline

    def check(self) -> None:
        """Refuse an installation that would leak, lose or forge. Raises `SettingsError` with every fault."""
        faults = self.second_faults(self.account_sid)
        faults += [] if self.is_development else self._production_faults()
        if faults:
            raise SettingsError("设置有误，拒绝启动 / refusing to start", *faults)

    def _production_faults(self) -> list[str]:
        faults = []
        if not self.secret_key or len(self.secret_key.get_secret_value()) < 32:
            faults.append("SECRET_KEY: 至少 32 个随机字符 / set at least 32 random characters")
        if not re.fullmatch(r"AC[0-9a-f]{32}", self.account_sid) or self.account_sid == SANDBOX_ACCOUNT_SID:
            faults.append("TWILIO_ACCOUNT_SID: 请填真实账户 / set the real account")
        if not self.auth_tokens or SANDBOX_AUTH_TOKEN in self.auth_tokens:
            faults.append("TWILIO_AUTH_TOKEN: 请填真实令牌 / set the real token")
        if is_loopback(self.api_base):
            faults.append(f"TWILIO_API_BASE: 是本机的沙盒 / a sandbox on this machine: {self.api_base}")
        if self.second_account is not None and is_loopback(self.second_account.api_base):
            faults.append("SECOND_CARRIER_API_BASE: 是本机的沙盒 / a sandbox on this machine")
        if is_loopback(self.address):
            faults.append(
                "PUBLIC_URL: 运营商访问不到，请填公网 https 地址 / "
                f"the carrier cannot reach {self.address}; set the public https address"
            )
        elif not self.address.startswith("https://"):
            faults.append(f"PUBLIC_URL: 必须是 https / must be https: {self.address}")
        if not self.hotline:
            faults.append("HOTLINE_NUMBER: 请填公司热线号码 / set the company's number as E.164")
        if faults and self.huiyin_env == "development":
            faults.insert(
                0,
                "HUIYIN_ENV: 本机以外可以访问，开发用的设置无效 / "
                "reachable from outside this machine: development values do not hold",
            )
        return faults


def read_settings() -> Settings:
    """The settings of this process. Raises `SettingsError` in plain words, never a validation trace."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("设置读不懂 / these settings cannot be read", *map(_fault, error.errors())) from None


def _fault(error: ErrorDetails) -> str:
    # a validator of ours speaks both languages, pydantic only one
    ours = error.get("ctx", {}).get("error")
    return f"{str(error['loc'][0]).upper()}: {ours or '不合要求 / ' + error['msg']}"
