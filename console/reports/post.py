"""One mail to a few readers: handed over, refused, or nobody knows."""

import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum

import structlog

from base.clock import now
from base.mailing import MailServer
from base.settings import is_loopback

log = structlog.get_logger(__name__)
ANSWER_S = 15.0
_PLAIN = SMTP.clone(cte_type="7bit")
"""Lines end as RFC 5321 has it (a bare line feed is refused by many), and no byte asks the server for eight bits."""


class Posted(StrEnum):
    """What became of it. Only what was `refused` may be sent again."""

    SENT = "sent"
    REFUSED = "refused"
    UNSURE = "unsure"


def post(server: MailServer, to: Sequence[str], subject: str, body: str, *, id: str) -> tuple[Posted, str]:
    """Hand a mail over, and say what is wrong (a word, and the server's code) where it was not taken. Never raises.

    1. Until its words have been sent, whatever fails means that nobody has it.
    2. Once they have, an answer of the server decides; without one, nobody knows.
    """
    letter = _letter(server, to, subject, body, id)
    try:
        line = _line(server)
    except (OSError, smtplib.SMTPException, ValueError) as error:  # a user or password that is not in ASCII
        return Posted.REFUSED, _fault(error)
    with_words = False
    try:
        if fault := _addressed(line, server, to):
            return Posted.REFUSED, fault
        with_words = True
        code, _said = line.data(letter.as_bytes())
    except smtplib.SMTPDataError as error:  # refused before a word was sent
        return Posted.REFUSED, _fault(error)
    except (OSError, smtplib.SMTPException) as error:
        return (Posted.UNSURE if with_words else Posted.REFUSED), _fault(error)
    finally:
        line.close()
    return (Posted.SENT, "") if code == 250 else (Posted.REFUSED, f"code {code}")


def _addressed(line: smtplib.SMTP, server: MailServer, to: Sequence[str]) -> str:
    """Say from whom it comes and to whom it goes. Empty, or why the server will not carry it to one of them: then to
    nobody, since whoever had it would have it twice when it goes again.
    """
    code, _said = line.mail(server.sender)
    refused = [answer for answer, _ in ((code, b""), *(line.rcpt(one) for one in to)) if answer not in {250, 251}]
    return f"code {refused[0]}" if refused else ""


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
