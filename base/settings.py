"""The settings of an installation: one typed object, read once from the environment and `.env`."""

import re
from functools import cached_property, lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from base.accounts import Account, SecondCarrier
from base.entrance import Entrance
from base.errors import SettingsError
from base.keptdays import KeptDays
from base.mailing import Mailing
from base.mirrors import MirrorList
from base.prices import PriceList
from base.watchers import SCHEME, watchers

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"

SANDBOX_ACCOUNT_SID = "AC" + "5a" * 16
SANDBOX_AUTH_TOKEN = "sandbox-auth-token"  # noqa: S105  a token of the sandbox, refused outside loopback
SANDBOX_API_BASE = "http://127.0.0.1:8001"
SANDBOX_NUMBER = "+864008001234"
TWILIO_API_BASE = "https://api.twilio.com"

DATABASES = ("sqlite", "postgresql+psycopg")
QUEUES = ("redis", "rediss", "unix", SCHEME)

DRILLS = "^(([1-9]|1[0-9]|2[0-8]|mon|tue|wed|thu|fri|sat|sun) ([01][0-9]|2[0-3]):[0-5][0-9])?$"
"""A day of the month that every month has, or of the week, and a time."""
RECORDINGS = r"file://.+|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^?#]*)?(\?endpoint=https?://[^&#]+)?"
"""A folder as an address, or a bucket, with the address of a store that is not Amazon's."""
ORIGIN = r"https?://(\[[0-9a-fA-F:.]+\]|[a-z0-9.-]+)(:\d{1,5})?"
"""Where a house of one's own may be told: a scheme, a host and a port."""
_HEARTBEAT = "请填 https 地址 / set an https address"

Rate = Annotated[float, Field(ge=0)]


class Settings(SecondCarrier, PriceList, MirrorList, Entrance, KeptDays, Mailing):
    """Every setting, with its default. `.env.example` lists exactly these."""

    # an empty line of a copied .env.example means the default, here and in the development runner
    model_config = SettingsConfigDict(
        env_file=(VAR / "dev.env", ROOT / ".env"), env_ignore_empty=True, extra="ignore", frozen=True
    )

    huiyin_env: str = Field("development", pattern="^(development|production)$")
    database_url: str = f"sqlite:///{VAR / 'huiyin.db'}"
    redis_url: str = f"unix://{VAR / 'valkey.sock'}"
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    public_url: str = ""
    secret_key: SecretStr | None = None
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr | None = None
    twilio_auth_token_previous: SecretStr | None = None
    twilio_api_base: str = ""
    hotline_number: str = ""
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
    duty_phone: str = ""
    ladders_file: str = ""
    overruns_file: str = ""
    changes_file: str = ""
    triage_words_file: str = ""
    clocks_file: str = ""
    drills_at: str = Field("", pattern=DRILLS)
    heartbeat_url: SecretStr | None = None
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
    bereaved_days: int = Field(365, ge=1)
    birthday_leap_month: str = Field("regular", pattern="^(regular|leap|both)$")
    birthday_leap_day: str = Field("02-28", pattern="^(02-28|03-01)$")
    messages_kept_days: int = Field(400, ge=400)
    recordings_kept_days: int = Field(90, ge=1)
    photos_kept_days: int = Field(400, ge=1)
    transcriber: str = Field("", pattern=r"^([\w.]+:\w+)?$")
    recordings_url: str = str(VAR / "recordings")
    var_dir: Path = VAR
    sms_signature: str = "【回音物业】"
    company_name: str = "回音物业"
    company_name_en: str = "Huiyin Property"
    timezone: str = "Asia/Shanghai"
    default_region: str = Field("CN", pattern="^[A-Z]{2}$")
    api_rate: int = Field(600, ge=0)
    trusted_proxies: int = Field(0, ge=0, le=5)
    webhook_allow: str = ""
    voice_zh: str = "Polly.Zhiyu-Neural"
    voice_en: str = "Polly.Joanna-Neural"
    metrics_token: SecretStr | None = None
    log_format: str = Field("", pattern="^(json|plain)?$")

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, OSError):
            raise ValueError("没有这个时区 / there is no such time zone; like Asia/Shanghai") from None
        return value

    @field_validator("database_url")
    @classmethod
    def _is_a_database_we_speak_to(cls, value: str) -> str:
        try:
            is_known = make_url(value).drivername in DATABASES
        except (ArgumentError, ValueError):
            is_known = False
        if not is_known:  # what was written may hold a password: it is not repeated
            raise ValueError(
                "请写成 / write it as sqlite:////whole/path.db or postgresql+psycopg://user:password@host/name"
            )
        return value

    @field_validator("public_url", "twilio_api_base")
    @classmethod
    def _no_slash_at_the_end(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("heartbeat_url")
    @classmethod
    def _is_safe_to_ask(cls, value: SecretStr | None) -> SecretStr | None:
        address = value.get_secret_value() if value else ""
        try:
            parts = urlsplit(address)
            is_here = parts.scheme == "http" and is_loopback(address)
        except ValueError:
            raise ValueError(_HEARTBEAT) from None
        if address and not (parts.hostname and (parts.scheme == "https" or is_here)):
            raise ValueError(_HEARTBEAT)  # its path is a secret: it is not repeated
        return value

    @field_validator("recordings_url")
    @classmethod
    def _is_a_folder_or_a_bucket(cls, value: str) -> str:
        if "://" in value and not re.fullmatch(RECORDINGS, value):
            raise ValueError(
                "请写文件夹路径，或 / write the path of a folder, or s3://bucket/prefix?endpoint=https://store"
            )
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_a_queue_we_speak_to(cls, value: str) -> str:
        try:
            scheme = urlsplit(value).scheme
            _known = watchers(value) if scheme == SCHEME else urlsplit(value).port
        except ValueError:
            scheme = ""
        if scheme not in QUEUES:
            raise ValueError(
                "请写成 / write it as redis://host:6379, rediss://…, unix:///whole/path or "
                "redis+sentinel://:password@host:26379,host:26379,host:26379/group"
            )
        if scheme == "unix" and not value.startswith("unix:///"):
            raise ValueError(
                f"{value} 不是完整的套接字路径 / does not name a socket: "
                "write its whole path after unix://, like unix:///run/v.sock"
            )
        return value

    @field_validator("webhook_allow")
    @classmethod
    def _names_places(cls, value: str) -> str:
        if not all(map(_is_origin, filter(None, map(str.strip, value.split(","))))):
            raise ValueError("请写成 / write it as http://127.0.0.1:9000,https://erp.intranet (scheme, host and port)")
        return value

    @field_validator("hotline_number", "duty_phone")
    @classmethod
    def _is_e164(cls, value: str) -> str:
        if value and not re.fullmatch(r"\+[1-9]\d{5,14}", value):
            raise ValueError("请写成国际格式 / write it as E.164, like +862112345678")
        return value

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


@lru_cache
def is_loopback(address: str) -> bool:
    """True if the host of `address` (a URL, or `//host`) is this machine and only this machine."""
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_origin(place: str) -> bool:
    try:
        return bool(re.fullmatch(ORIGIN, place)) and urlsplit(place).port != 0
    except ValueError:  # a port beyond the last one
        return False


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
