"""Webhooks: one request under one idempotency key, and a read-back that tells whether it took."""

import json
import time
from collections.abc import Mapping
from typing import Any

import httpx

from breachbook.connectors import templates
from breachbook.connectors.address import resolve
from breachbook.connectors.contract import Call, Description, Outcome, Plan, Seen
from breachbook.connectors.recipe import SECRET, Act, Check, HttpRecipe
from breachbook.connectors.registry import Surroundings
from breachbook.connectors.values import values_of
from breachbook.errors import BreachbookError

_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
# It may be working on the same key (409) or have given up waiting (408): look before judging.
_UNDECIDED = frozenset({408, 409})
_MAX_ANSWER = 1024 * 1024


class _SecretError(BreachbookError):
    """A secret that the recipe refers to is not set, or cannot stand in a header."""


class HttpConnector:
    """Carries out an `HttpRecipe`.

    Redirects are not followed, proxies of the environment are not used, certificates are checked.
    Secrets are looked up at each call and are in no plan, outcome or error.
    """

    def __init__(self, recipe: HttpRecipe, surroundings: Surroundings) -> None:
        self._recipe = recipe
        self._surroundings = surroundings

    def describe(self) -> Description:
        """Say that it acts by itself."""
        return Description(self._recipe.title, False, self._recipe.undo is not None)

    def plan(self, call: Call) -> Plan:
        """Write out each request whole, with references in the place of secrets; asks nobody.

        Raises:
            ContentError: A parameter or the address is missing or not allowed.
        """
        recipe, base, values = self._recipe, self._base(), values_of(self._recipe, call)
        act = _request(recipe.do, base, values)
        data: dict[str, Any] = {"do": act, "headers": dict(recipe.headers), "target": call.target}
        lines = [
            f"send {act['method']} {act['url']} with {json.dumps(act['body'], ensure_ascii=False)}"
        ]
        if recipe.check is not None:
            look = _question(recipe.check, base, values)
            data["check"] = look
            lines.append(f"then read {look['url']}: {look['field']} must be {look['equals']}")
        if recipe.undo is not None:
            data["undo"] = _request(recipe.undo, base, values)
            lines.append(f"it can be taken back by {recipe.undo.method} {data['undo']['url']}")
        return Plan(data, tuple(lines))

    def execute(self, call: Call, key: str) -> Outcome:
        """Send the request once; see `Connector.execute`."""
        return self._act(self._recipe.do, call, key)

    def undo(self, call: Call, key: str) -> Outcome:
        """Send the recipe's way back once; see `Connector.undo`."""
        if self._recipe.undo is None:
            return Outcome("failed", "not-undoable", "the recipe names no way back")
        return self._act(self._recipe.undo, call, f"{key}/undo")

    def verify(self, call: Call, key: str) -> Seen:
        """Read back once; anything but a clear answer is ``unknown``."""
        check = self._recipe.check
        if check is None:
            return "unknown"
        look = _question(check, self._base(), {**values_of(self._recipe, call), "key": key})
        try:
            with (
                self._client() as client,
                client.stream("GET", look["url"], headers=self._headers()) as got,
            ):
                if got.status_code in check.absent:
                    return "not-taken"
                if got.status_code != httpx.codes.OK:
                    return "unknown"
                answer = json.loads(self._body(got))
        except (httpx.HTTPError, _SecretError, ValueError, RecursionError):
            return "unknown"
        return _judge(answer, check)

    def _act(self, act: Act, call: Call, key: str) -> Outcome:
        values = {**values_of(self._recipe, call), "key": key}
        request = _request(act, self._base(), values)
        try:
            headers = {**self._headers(), "Idempotency-Key": key}
            with (
                self._client() as client,
                client.stream(
                    request["method"], request["url"], headers=headers, json=request["body"]
                ) as got,
            ):
                return _outcome(got.status_code, act)
        except _SecretError as error:
            return Outcome("failed", "no-secret", str(error))
        except _NOTHING_SENT:
            return Outcome("failed", "not-connected", "no connection, nothing was sent")
        except httpx.HTTPError:
            return Outcome("unknown", "no-answer", "sent, but no answer came back")

    def _client(self) -> httpx.Client:
        timeout = float(self._recipe.timeout_seconds)
        return httpx.Client(trust_env=False, follow_redirects=False, timeout=timeout)

    def _base(self) -> str:
        recipe, around = self._recipe, self._surroundings
        file = f"recipes/{recipe.id}.yaml"
        return resolve(recipe.address, around.environment, example=around.example, file=file)

    def _headers(self) -> dict[str, str]:
        return {name: self._resolved(value) for name, value in self._recipe.headers.items()}

    def _resolved(self, value: str) -> str:
        match = SECRET.match(value)
        if match is None:
            return value
        secret = self._surroundings.environment.get(match["name"], "")
        if not secret or not secret.isascii() or not secret.isprintable():
            raise _SecretError(f"environment variable {match['name']} is not set, or unfit")
        return f"{match['scheme']} {secret}" if match["scheme"] else secret

    def _body(self, response: httpx.Response) -> bytes:
        # A timeout bounds one read; a server that drips would otherwise hold the step for hours.
        end = time.monotonic() + self._recipe.timeout_seconds
        body = b""
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > _MAX_ANSWER or time.monotonic() > end:
                raise ValueError("the answer is too long or too slow")
        return body


def _request(act: Act, base: str, values: Mapping[str, str]) -> dict[str, Any]:
    return {
        "method": act.method,
        "url": base + templates.fill_path(act.path, values),
        "body": templates.fill(act.body, values),
        "expect": list(act.expect),
    }


def _question(check: Check, base: str, values: Mapping[str, str]) -> dict[str, Any]:
    data = check.model_dump(mode="json")
    del data["path"]
    return {**data, "url": base + templates.fill_path(check.path, values)}


def _outcome(status: int, act: Act) -> Outcome:
    if status in act.expect:
        return Outcome("done", "accepted", f"answered {status}")
    if 400 <= status <= 499 and status not in _UNDECIDED:
        return Outcome("failed", "refused", f"refused with {status}")
    expected = ", ".join(map(str, act.expect))
    return Outcome("unknown", "unexpected-answer", f"answered {status}, expected {expected}")


def _judge(answer: Any, check: Check) -> Seen:
    for part in check.field.split("."):
        if not isinstance(answer, dict) or part not in answer:
            return "unknown"
        answer = answer[part]
    # True == 1 in Python, but not in JSON.
    same = type(answer) is type(check.equals) and answer == check.equals
    return "took" if same else "not-taken"
