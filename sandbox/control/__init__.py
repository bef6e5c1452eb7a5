"""The control API: telephones, clock, faults, log; for the page and for anybody's tests."""

from aiohttp import web

from sandbox.control import network, phones
from sandbox.control.door import PEOPLE, control
from sandbox.people import People


def add_routes(app: web.Application, people: People) -> None:
    """Open the control API."""
    app[PEOPLE] = people
    for method, path, do in (*phones.ROUTES, *network.ROUTES):
        app.router.add_route(method, "/sandbox" + path, control(do))
