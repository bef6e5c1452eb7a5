"""One mail to a few readers: handed over, refused, or nobody knows."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum

import structlog

from base.addresses import is_loopback
from base.clock import now
from base.mailing import MailServer

log = structlog.get_logger(__name__)
ANSWER_S = 15.0
TAKEN, FORWARDED = 250, 251
"""What a server answers that takes a mail (RFC 5321)."""
_PLAIN = SMTP.clone(cte_type="7bit")
"""Lines end as RFC 5321 has it (a bare line feed is refused by many), and no byte asks the server for eight bits."""


class Posted(StrEnum):
    """What became of it. Only what was `refused` may be sent again."""

    SENT = "sent"
    REFUSED = "refused"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of a mail, and what was wrong (a word, and the server's code); `to` are those who have it, or may."""

    became: Posted
    fault: str = ""
    to: tuple[str, ...] = ()


def post(server: MailServer, to: Sequence[str], subject: str, body: str, *, id: str) -> Handed:
    """Hand a mail over to everybody whom the server takes it for; `refused`: somebody has yet to get it. Never raises.

    1. Until its words have been sent, whatever fails means that nobody has it.
    2. Once they have, an answer of the server decides; without one, nobody knows.
    """
    letter = _letter(server, to, subject, body, id)
    try:
        line = _line(server)
    except (OSError, smtplib.SMTPException, ValueError) as error:  # a user or password that is not in ASCII
        return Handed(Posted.REFUSED, _fault(error))
    with_words, fault = False, ""
    taken: tuple[str, ...] = ()
    try:
        taken, fault = _addressed(line, server, to)
        if not taken:
            return Handed(Posted.REFUSED, fault)
        with_words = True
        code, _said = line.data(letter.as_bytes())
    except smtplib.SMTPDataError as error:  # refused before a word was sent
        return Handed(Posted.REFUSED, _fault(error))
    except (OSError, smtplib.SMTPException) as error:
        return Handed(Posted.UNSURE, _fault(error), taken) if with_words else Handed(Posted.REFUSED, _fault(error))
    finally:
        line.close()
    if code != TAKEN:
        return Handed(Posted.REFUSED, f"code {code}")
    return Handed(Posted.REFUSED if fault else Posted.SENT, fault, taken)


def _addressed(line: smtplib.SMTP, server: MailServer, to: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Say from whom it comes and to whom it goes: for whom the server takes it, and why not for the first of the
    others. One address that is wrong keeps it from nobody else.
    """
    code, _said = line.mail(server.sender)
    if code != TAKEN:
        return (), f"code {code}"
    answers = {one: line.rcpt(one)[0] for one in to}
    refused = [answer for answer in answers.values() if answer not in {TAKEN, FORWARDED}]
    return tuple(one for one, answer in answers.items() if answer in {TAKEN, FORWARDED}), (
        f"code {refused[0]}" if refused else ""
    )


def _line(server: MailServer) -> smtplib.SMTP:
    """A line to the server, encrypted wherever it is not this machine, and known by our name there."""
    tls = ssl.create_default_context()
    if server.is_tls:
        line: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=ANSWER_S, context=tls)
    else:
        line = smtplib.SMTP(server.host, server.port, timeout=ANSWER_S)
    try:
        line.ehlo_or_helo_if_needed()
        if not server.is_tls and line.has_extn("starttls"):
            line.starttls(context=tls)
            line.ehlo()
        elif not server.is_tls and not is_loopback(f"//{server.host}"):
            raise smtplib.SMTPNotSupportedError("no encryption")
        if server.user:
            line.login(server.user, server.password)
    except BaseException:
        line.close()
        raise
    return line


def _letter(server: MailServer, to: Sequence[str], subject: str, body: str, id: str) -> EmailMessage:
    letter = EmailMessage(_PLAIN)
    letter["From"], letter["To"], letter["Subject"] = server.sender, ", ".join(to), subject
    letter["Message-ID"] = f"<{id}@{server.sender.rpartition('@')[2]}>"
    letter["Date"] = now()
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(body)
    return letter


def _fault(error: Exception) -> str:
    """A word for what failed, without addresses: those are secrets."""
    code = getattr(error, "smtp_code", None)
    log.warning("mail_failed", error=type(error).__name__, code=code)
    return f"code {code}" if code else type(error).__name__
