"""The environment in which the house runs on a developer's machine, and the secrets of this installation."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from base.addresses import is_loopback
from base.settings import SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN, SANDBOX_NUMBER
from dev import valkey

SECRETS = ("SECRET_KEY", "DEMO_PASSWORD_SEED")


class BeyondThisMachineError(ValueError):
    """The settings reach beyond this machine, where the runner's development values must not be used."""


def house_environment(root: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Return what every process gets: what is `given`, else `.env`, else `var/dev.env`, else the defaults.

    Raises BeyondThisMachineError when a setting reaches beyond this machine.
    """
    chosen = _without_empty(dotenv_values(root / ".env")) | dict(given)
    kept = _kept_secrets(root / "var" / "dev.env", valkey.url(root / "var" / "valkey"))
    environment = _defaults(chosen) | kept | chosen
    environment["HOST"] = "127.0.0.1"  # some shells export the machine's name under it
    _refuse_beyond(environment)
    return environment


def _defaults(chosen: Mapping[str, str]) -> dict[str, str]:
    port = chosen.get("PORT", "8000")
    sandbox_port = chosen.get("SANDBOX_PORT") or _port_of(chosen.get("TWILIO_API_BASE", "")) or "8001"
    return {
        "HUIYIN_ENV": "development",
        "PORT": port,
        "SANDBOX_PORT": sandbox_port,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TWILIO_API_BASE": f"http://127.0.0.1:{sandbox_port}",
        "TWILIO_ACCOUNT_SID": SANDBOX_ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": SANDBOX_AUTH_TOKEN,
        "HOTLINE_NUMBER": SANDBOX_NUMBER,
        "PYTHONUNBUFFERED": "1",
    }


def _port_of(address: str) -> str:
    return str(urlsplit(address).port or "")


def _kept_secrets(path: Path, redis_url: str) -> dict[str, str]:
    """Read the secrets of this installation and make the missing ones; other commands read the same file."""
    kept = _without_empty(dotenv_values(path))
    wanted = {name: kept.get(name) or secrets.token_urlsafe(36) for name in SECRETS} | {"REDIS_URL": redis_url}
    if wanted != kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(f"{name}='{value}'\n" for name, value in wanted.items())
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write("# Made by make run for this installation alone. Delete it for new secrets.\n" + lines)
    return wanted


def _refuse_beyond(environment: Mapping[str, str]) -> None:
    if environment["HUIYIN_ENV"] != "development":
        raise BeyondThisMachineError(f"HUIYIN_ENV={environment['HUIYIN_ENV']}")
    for name in ("PUBLIC_URL", "TWILIO_API_BASE"):
        if not is_loopback(environment[name]):
            raise BeyondThisMachineError(f"{name}={environment[name]}")


def _without_empty(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
