"""What every answer forbids a browser: the policy is as strict as it can be, and no page needs it looser."""

import re
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from werkzeug.test import TestResponse

from tests.console.conftest import Browser, LogIn
from tests.console.evening import Evening
from tests.console.test_roles import path_of

STRICT = {
    "default-src": "'none'", "script-src": "'nonce-…'", "style-src": "'self'", "img-src": "'self' data:",
    "connect-src": "'self'", "media-src": "'self'", "form-action": "'self'", "object-src": "'none'",
    "base-uri": "'none'", "frame-ancestors": "'none'",
}  # fmt: skip
INLINE = re.compile(r"<style|<[^>]*\s(style|on\w+)\s*=|javascript:", re.IGNORECASE)
"""What the policy forbids a page to bring with itself."""
LOOSE = re.compile(r"<style|\sstyle=|Attribute\(['\"]style|cssText|insertRule|\beval\(|new Function")
CONSOLE = Path(__file__).parents[2] / "console"


def policy_of(answer: TestResponse) -> dict[str, str]:
    parts = (part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: re.sub(r"(?<='nonce-)[\w-]{20,}(?=')", "…", sources) for name, sources in parts}


def test_every_page_is_under_the_strictest_policy_and_brings_nothing_that_it_forbids(
    app: Flask, logged_in: LogIn, evening: Evening
) -> None:
    client = logged_in("admin")
    rules = [
        rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("console.") and "GET" in rule.methods
    ]
    seen = 0
    for rule in rules:
        if rule.endpoint == "console.static_file":
            continue
        answer = client.get(path_of(rule.rule, evening))
        assert policy_of(answer) == STRICT, rule.rule
        if answer.mimetype == "text/html":
            assert not INLINE.search(answer.text), rule.rule
            seen += answer.status_code == 200
        answer.close()
    assert seen > 50


def test_no_file_of_ours_has_a_style_or_a_script_of_its_own() -> None:
    ours = [path for folder in ("templates", "static") for path in (CONSOLE / folder).rglob("*.*")]
    for path in ours:
        if "vendor" not in path.parts and path.suffix in {".html", ".js", ".svg"}:
            assert not LOOSE.search(path.read_text("utf-8")), path.name


def test_every_answer_says_what_else_a_browser_may_not_do(browser: Callable[[], Browser], evening: Evening) -> None:
    for path in ("/login", "/", "/tickets/000000-0000", "/api/v1/tickets"):
        answer = browser().get(path)
        assert policy_of(answer) == STRICT
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_only_scripts_that_a_page_names_by_its_own_nonce_run(logged_in: LogIn, app: Flask) -> None:
    client, nonces = logged_in("admin"), set()
    for path in ("/", "/", "/reports/calls", "/reports/monthly", "/oncall/month", "/plan/month", "/api/v1/docs"):
        page = client.get(path)
        (allowed,) = re.findall(r"script-src ([^;]*);", page.headers["Content-Security-Policy"])
        (nonce,) = re.findall(r"^'nonce-([\w-]{20,})'$", allowed)
        nonces.add(nonce)
        scripts = re.findall(r"<script[^>]*>", page.text)
        assert scripts, path
        assert all(f'nonce="{nonce}"' in script for script in scripts), path
    assert len(nonces) == 7, "of no use to the next page"
