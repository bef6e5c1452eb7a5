"""The plainest hotline that could work, to be measured against: a bare Flask view on the same server and database.

It checks the signature with the carrier's library, does one ORM select and one insert with commit, and answers
fixed TwiML. Nothing of ours is in the way: not our transaction, not our lock, not our door. What becomes of a text is
taken as plainly.
"""

import os
from datetime import UTC, datetime

from flask import Flask, Response, request
from sqlalchemy import DateTime, Engine, String, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from twilio.request_validator import RequestValidator

from directory.models import Number

TWIML = (
    '<?xml version="1.0" encoding="UTF-8"?><Response><Gather action="/bare" numDigits="1" timeout="6">'
    '<Say language="cmn-CN" voice="Polly.Zhiyu-Neural">您好，这里是二十四小时服务热线。报修请按1，投诉请按2，'
    "咨询请按3，建议留言请按4，查询处理进度请按5，人工服务请按9。</Say></Gather><Redirect>/bare</Redirect></Response>"
)


class Own(DeclarativeBase):
    """Tables of this application alone."""


class Visit(Own):
    """One webhook."""

    __tablename__ = "bench_visit"
    id: Mapped[int] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(20))
    told: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def create_app() -> Flask:
    """The whole of it."""
    app = Flask(__name__, static_folder=None)
    engine = _engine(os.environ["DATABASE_URL"])
    validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
    public_url = os.environ["PUBLIC_URL"]

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.post("/bare")
    @app.post("/sms/status")
    def webhook_arrives() -> Response:
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(public_url + request.environ["RAW_URI"], request.form, signature):
            return Response(status=403)
        with Session(engine) as session:
            caller = session.scalars(select(Number).where(Number.number == request.form["From"])).first()
            session.add(Visit(
                sid=request.form.get("CallSid") or request.form["MessageSid"], number=caller.number if caller else "",
                told=request.form.get("Digits") or request.form.get("MessageStatus", ""), at=datetime.now(UTC),
            ))  # fmt: skip
            session.commit()
        return Response(TWIML, mimetype="text/xml")

    return app


def make_tables(url: str) -> None:
    """Its table, in a database that has ours."""
    engine = create_engine(url)
    Own.metadata.create_all(engine)
    engine.dispose()


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url)
    # as safe as ours: a write-ahead log that is waited for. The write lock is taken only before the insert (the
    # driver begins no transaction for a select), where ours has it before anything is read
    engine = create_engine(url, connect_args={"timeout": 10, "isolation_level": "IMMEDIATE"})

    @event.listens_for(engine, "connect")
    def prepare(connection, _record) -> None:  # type: ignore[no-untyped-def]  # the driver's own
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine
