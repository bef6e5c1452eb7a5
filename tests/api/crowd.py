"""Requests that nobody would write: made up from the API's own document, and judged by it."""

import itertools
from collections import Counter
from collections.abc import Iterator
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given
from hypothesis.strategies import SearchStrategy
from schemathesis.checks import not_a_server_error
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from console.api.document import openapi

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
A_STRETCH = 100
"""Requests on the same things; then there are new ones, which nobody has closed yet."""
MOST_WRONG = 20
LONGEST = 2000
HERE = {"REMOTE_ADDR": "127.0.0.1"}
"""Development answers nobody else."""


@dataclass
class Count:
    """How requests were answered, by operation and status, and what no answer should be."""

    answered: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def total(self) -> int:
        """How many were answered."""
        return sum(self.answered.values())

    def by_status(self) -> dict[int, int]:
        """How many of each status, whatever was asked."""
        found: Counter[int] = Counter()
        for (_, status), number in self.answered.items():
            found[status] += number
        return dict(sorted(found.items()))


class Crowd:
    """Programs with one token that ask for anything; `app` must not count how often."""

    def __init__(self, app: Flask, token: str) -> None:
        self.app, self.headers = app, {"Authorization": f"Bearer {token}"}
        with app.app_context():
            self.schema = schemathesis.openapi.from_dict(openapi())
        self.schema.app = app
        self.operations = [found.ok() for found in self.schema.get_all_operations()]

    def asks(self, each: int, *, seed: int, count: Count, is_bodies: bool = False) -> None:
        """Ask `each` operation (with `is_bodies` those that take a body) so often, half of it against the document,
        half of it about things that there are.
        """
        for operation in self.operations:
            if is_bodies and not operation.body:
                continue
            for begun in range(0, each, A_STRETCH):
                known = self._known(operation.path)
                kinds = list(itertools.product(GenerationMode, [{}, known] if known else [{}]))
                most = min(A_STRETCH, each - begun)
                for place, (mode, path) in enumerate(kinds):
                    share = most // len(kinds) + (place < most % len(kinds))
                    strategy = operation.as_strategy(generation_mode=mode, path_parameters=path or None)
                    self._run(strategy, share, seed + begun + place, count)

    def _run(self, strategy: SearchStrategy[Any], number: int, seed: int, count: Count) -> None:
        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=max(number, 1), database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck), print_blob=False,
        )  # fmt: skip
        @given(case=strategy)
        def ask(case: schemathesis.Case) -> None:
            answer = Context().run(case.call, headers=self.headers, environ_base=HERE)
            name = f"{case.method.upper()} {case.operation.path}"
            count.answered[name, answer.status_code] += 1
            try:
                # what goes against the document may be refused for whatever is looked at first: its length, say
                # (and a query that is left empty is none)
                is_left_empty = "" in (case.query or {}).values()
                unasked = [negative_data_rejection] if answer.status_code < 400 and not is_left_empty else []
                case.validate_response(answer, checks=CHECKS + unasked, headers=self.headers)
            except BaseExceptionGroup as wrong:
                if len(count.wrong) < MOST_WRONG:
                    said = "; ".join(str(one).split("\n\n")[0] for one in wrong.exceptions)
                    count.wrong.append(f"{name} {answer.status_code}: {said}\n{case.as_curl_command()[:LONGEST]}")

        ask()

    def _known(self, path: str) -> dict[str, object]:
        """The parameters of something that there is, made for this."""
        client, kind = self.app.test_client(), path.split("/")[3]

        def made(address: str, **body: object) -> Any:
            return client.post(f"/api/v1/{address}", json=body, headers=self.headers).json

        if "{" not in path:
            return {}
        if kind == "tickets":
            home = client.get("/api/v1/homes?limit=1", headers=self.headers).json["items"][0]["id"]
            return {"ref": made("tickets", kind="repair", category="burst_pipe", level="P1", home=home)["ref"]}
        if kind == "incidents":
            project = client.get("/api/v1/oncall", headers=self.headers).json["items"][0]["project"]
            return {"id": made("incidents", kind="water", project=project)["id"]}
        if kind == "campaigns":
            return {"id": next(self._campaigns(made))}
        return {"id": 1}

    def _campaigns(self, made: Any) -> Iterator[int]:
        text = {"zh": "今晚停水", "en": "No water tonight"}
        body = {"kind": "notice", "class": "service", "title": "停水", "text": text, "audience": {}}
        yield made("campaigns", **body)["id"]
