"""How Alembic meets our database: on a connection it is given, with every model loaded."""

from alembic import context

import base.pulse
import console.api.models
import console.reports.models
import directory.accessmodels
import directory.auditmodels
import directory.rostermodels
import hotline.models
import messages.models
import oncall.mirrormodels
import oncall.models
import outreach.entrymodels
import outreach.models
import outreach.surveymodels
import tickets.complaintmodels
import tickets.promisemodels
import tickets.proposalmodels
from base.database import Base, Moment, Word

EVERY_TABLE = (
    base.pulse,
    console.api.models,
    console.reports.models,
    directory.accessmodels,
    directory.auditmodels,
    directory.rostermodels,
    hotline.models,
    messages.models,
    oncall.mirrormodels,
    oncall.models,
    outreach.entrymodels,
    outreach.models,
    outreach.surveymodels,
    tickets.complaintmodels,
    tickets.promisemodels,
    tickets.proposalmodels,
)


def _render(kind, thing, _autogen):
    # migrations must not depend on today's classes: our own column types are written as what they are kept as
    if kind == "type" and isinstance(thing, Word):
        return "sa.String(length=20)"
    if kind == "type" and isinstance(thing, Moment):
        return "sa.DateTime(timezone=True)"
    return False


connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    connection.exec_driver_sql("SET lock_timeout = '5s'")
    connection.exec_driver_sql("SET statement_timeout = 0")
    connection.commit()
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=_render,
    compare_type=True,
    compare_server_default=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
connection.commit()
