"""The part of a page that lives: it says which version it shows, and gets 304 while that is the newest."""

from flask import Response, make_response, request

_VERSION = "HX-PTag"


def shown() -> str:
    """The version that stands on the page which asks; empty where it shows none yet."""
    return request.headers.get(_VERSION, "")


def unchanged(version: str) -> Response:
    """What stands on the page is the newest."""
    return Response(status=304, headers={_VERSION: version})


def living(page: str, version: str) -> Response:
    """The part anew, with the version it will say when it asks again."""
    response = make_response(page)
    response.headers[_VERSION] = version
    return response
