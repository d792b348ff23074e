"""What every connector promises, and what a webhook does when the other side misbehaves."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from breachbook.canonical import canonical, digest
from breachbook.connectors import Call, Connector, connector, load_recipe
from breachbook.errors import ContentError
from tests.webhooks import TOKEN, Target, serving

KEY = "LEAK-2026-0001/suspend/1/quality-02/0123456789abcdef"
CALL = Call("LEAK-2026-0001", "suspend", "quality-02", 1, {"reason": "left the company"})
HTTP = """\
id: portal
title: Suspend an account
connector: http
target_notices: true
alters_evidence: false
parameters: [reason]
address: env:PORTAL
headers: {Authorization: Bearer env:TOKEN, Accept: application/json}
do:
  path: "/BEHAVIOUR/{target}"
  body: {why: "{reason}", of: ["{matter}", 7, true]}
  expect: [200]
check: {path: "/CHECK", field: account.state, equals: suspended}
undo: {path: "/reactivate/{target}", expect: [200]}
timeout_seconds: 1
"""
PERSON = """\
id: portal
title: Suspend an account by hand
connector: person
target_notices: true
alters_evidence: false
parameters: [reason]
checklist: ["sign in as administrator", "suspend {target}: {reason}"]
proof: a screenshot of {target}
undo: ["reactivate {target}"]
"""


@pytest.fixture
def target() -> Iterator[Target]:
    """Serve a webhook target for one test."""
    with serving() as running:
        yield running


def made(
    folder: Path,
    text: str,
    url: str,
    *,
    example: bool = True,
    token: str = TOKEN,
) -> Connector:
    """Make a connector from the text of a recipe."""
    path = folder / "portal.yaml"
    path.write_text(text, "utf-8")
    return connector(
        load_recipe(path), example=example, environment={"PORTAL": url, "TOKEN": token}
    )


def webhook(folder: Path, target: Target, behaviour: str = "act", check: str = "") -> Connector:
    """Make a webhook whose target behaves in a given way."""
    text = HTTP.replace("BEHAVIOUR", behaviour).replace("/CHECK", check or "/state/{target}")
    return made(folder, text, target.url)


@pytest.fixture(params=["http", "person"])
def any_connector(request: pytest.FixtureRequest, tmp_path: Path, target: Target) -> Connector:
    """Give each kind of connector in turn."""
    if request.param == "http":
        return webhook(tmp_path, target)
    return made(tmp_path, PERSON, target.url)


def test_plan_is_canonical_and_repeats(any_connector: Connector, target: Target) -> None:
    """A plan has one digest for one call, another for another target, and asks nobody."""
    first = any_connector.plan(CALL)
    other = any_connector.plan(Call("LEAK-2026-0001", "suspend", "quality-03", 1, CALL.parameters))

    assert canonical(first.as_data()) == canonical(any_connector.plan(CALL).as_data())
    assert digest(first.as_data()) != digest(other.as_data())
    assert any("quality-02" in line for line in first.lines)
    assert target.seen == []


def test_plan_refuses_a_missing_parameter(any_connector: Connector) -> None:
    """A declared parameter that the account lacks is an error, never an empty text."""
    with pytest.raises(ContentError, match=r"parameters\.reason: got nothing"):
        any_connector.plan(Call("LEAK-2026-0001", "suspend", "quality-02", 1, {}))


def test_effect_happens_once_under_one_key(any_connector: Connector, target: Target) -> None:
    """Doing it again under the same key has no further effect."""
    any_connector.execute(CALL, KEY)
    any_connector.execute(CALL, KEY)

    assert max(target.effects.values(), default=0) <= 1
    assert any_connector.describe().undoable


def test_only_a_person_can_say_what_a_person_did(tmp_path: Path) -> None:
    """A connector for hand work acts on nothing, sees nothing and says so."""
    by_hand = made(tmp_path, PERSON, "")

    assert by_hand.describe().by_person
    assert by_hand.execute(CALL, KEY).code == "waits-for-person"
    assert by_hand.verify(CALL, KEY) == "unknown"
    assert by_hand.undo(CALL, KEY).effect == "unknown"


def test_webhook_sends_what_was_planned(tmp_path: Path, target: Target) -> None:
    """The request is the plan's, with the key, the content type and the secret in its header."""
    hook = webhook(tmp_path, target)
    plan: dict[str, Any] = hook.plan(CALL).as_data()

    outcome = hook.execute(CALL, KEY)

    method, path, headers, body = target.seen[0]
    assert (outcome.effect, outcome.code) == ("done", "accepted")
    assert plan["do"]["url"] == target.url + path
    assert (plan["do"]["method"], plan["do"]["body"]) == (method, body)
    assert body == {"why": "left the company", "of": ["LEAK-2026-0001", 7, True]}
    assert headers["Idempotency-Key"] == KEY
    assert headers["Authorization"] == f"Bearer {TOKEN}"


def test_webhook_is_read_back_and_undone(tmp_path: Path, target: Target) -> None:
    """The read-back follows the state; undo has its own key."""
    hook = webhook(tmp_path, target)

    assert hook.verify(CALL, KEY) == "not-taken"
    hook.execute(CALL, KEY)
    assert hook.verify(CALL, KEY) == "took"
    assert hook.undo(CALL, KEY).effect == "done"
    assert hook.verify(CALL, KEY) == "not-taken"
    assert set(target.effects) == {KEY, f"{KEY}/undo"}


@pytest.mark.parametrize(
    ("behaviour", "effect", "code", "seen"),
    [
        ("drop", "unknown", "no-answer", "took"),
        ("slow", "unknown", "no-answer", "took"),
        ("error", "unknown", "unexpected-answer", "took"),
        ("conflict", "unknown", "unexpected-answer", "took"),
        ("redirect", "unknown", "unexpected-answer", "not-taken"),
        ("refuse", "failed", "refused", "not-taken"),
    ],
)
def test_webhook_never_takes_silence_for_an_answer(
    tmp_path: Path, target: Target, behaviour: str, effect: str, code: str, seen: str
) -> None:
    """A lost, late or odd answer is unknown, not failed; the read-back tells; nothing resent."""
    hook = webhook(tmp_path, target, behaviour)

    outcome = hook.execute(CALL, KEY)

    assert (outcome.effect, outcome.code) == (effect, code)
    assert hook.verify(CALL, KEY) == seen
    assert [entry[0] for entry in target.seen] == ["POST", "GET"]


def test_webhook_fails_when_nothing_was_sent(tmp_path: Path) -> None:
    """Without a connection nothing happened, and the outcome says so."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        hook = made(tmp_path, HTTP, f"http://127.0.0.1:{unused.getsockname()[1]}")

        assert hook.execute(CALL, KEY).code == "not-connected"
        assert hook.verify(CALL, KEY) == "unknown"


@pytest.mark.parametrize("check", ["/none/{target}", "/long/{target}"])
def test_read_back_without_a_clear_answer_is_unknown(
    tmp_path: Path, target: Target, check: str
) -> None:
    """An answer without the field, or one without end, decides nothing."""
    assert webhook(tmp_path, target, check=check).verify(CALL, KEY) == "unknown"


def test_read_back_by_key(tmp_path: Path, target: Target) -> None:
    """A read-back may ask for the key itself; a status can say that nothing is there."""
    text = HTTP.replace("BEHAVIOUR", "act").replace("/CHECK", "/keys/{key}")
    text = text.replace(
        "account.state, equals: suspended", "state, equals: suspended, absent: [404]"
    )
    hook = made(tmp_path, text, target.url)

    assert hook.plan(CALL).as_data()["check"]["url"].endswith("/keys/{key}")
    assert hook.verify(CALL, KEY) == "not-taken"


def test_secret_is_in_nothing_that_is_kept(tmp_path: Path, target: Target) -> None:
    """Neither plan, outcome, object nor recipe holds a secret, even if the answer repeats it."""
    hook = webhook(tmp_path, target, "error")
    outcome = hook.execute(CALL, KEY)

    assert TOKEN not in f"{hook.plan(CALL)!r}{outcome!r}{hook!r}{vars(hook)['_recipe']!r}"


@pytest.mark.parametrize("token", ["", "two\nlines", "schlüssel"])
def test_missing_or_unfit_secret_sends_nothing(tmp_path: Path, target: Target, token: str) -> None:
    """Without its secret a webhook is not sent, and the secret's text is not repeated."""
    outcome = made(tmp_path, HTTP, target.url, token=token).execute(CALL, KEY)

    assert (outcome.effect, outcome.code) == ("failed", "no-secret")
    assert "TOKEN" in outcome.detail
    assert token == "" or token not in outcome.detail
    assert target.seen == []


@pytest.mark.parametrize(
    "reason", ['", "admin": true, "x": "', "{matter}", "{{7*7}}", "../../admin", "警告函"]
)
def test_values_are_data(tmp_path: Path, target: Target, reason: str) -> None:
    """A value stays one JSON text whatever it holds; it is never read as a template."""
    call = Call("LEAK-2026-0001", "suspend", "a/b?c#d", 1, {"reason": reason})
    plan = webhook(tmp_path, target).plan(call).as_data()

    assert plan["do"]["body"]["why"] == reason
    assert plan["do"]["url"].endswith("/act/a%2Fb%3Fc%23d")


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_value_that_would_change_the_path_is_refused(
    tmp_path: Path, target: Target, value: str
) -> None:
    """Dots and nothing survive percent-encoding, so they are refused."""
    call = Call("LEAK-2026-0001", "suspend", value, 1, CALL.parameters)

    with pytest.raises(ContentError, match=r"parameters\.target"):
        webhook(tmp_path, target).plan(call)


def test_proxies_of_the_environment_are_not_used(
    tmp_path: Path, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy set for the process does not see what is sent."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert webhook(tmp_path, target).execute(CALL, KEY).effect == "done"


@pytest.mark.parametrize(
    ("url", "example", "allowed"),
    [
        ("https://portal.example", True, "on this machine"),
        ("http://10.0.0.1", True, "on this machine"),
        ("http://127.0.0.1.portal.example", True, "on this machine"),
        ("http://portal.example", False, "https"),
        ("https://user:word@portal.example", False, "without user"),
        ("https://portal.example/?x=1", False, "without user, query"),
        ("ftp://portal.example", False, "https://portal.example"),
        ("http://[::1", True, "https://portal.example"),
        ("", True, "https://portal.example"),
    ],
)
def test_address_that_must_not_be_reached_is_refused(
    tmp_path: Path, url: str, example: bool, allowed: str
) -> None:
    """An example reaches this machine only; elsewhere an address is one host over TLS."""
    with pytest.raises(ContentError, match=rf"PORTAL.*{allowed}") as caught:
        made(tmp_path, HTTP, url, example=example).plan(CALL)

    assert "word" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1/api/"]
)
def test_address_on_this_machine_is_allowed_in_an_example(tmp_path: Path, url: str) -> None:
    """Every way to write the loopback is allowed, with a path to start from."""
    plan = made(tmp_path, HTTP, url).plan(CALL).as_data()

    assert plan["do"]["url"] == url.rstrip("/") + "/BEHAVIOUR/quality-02"
