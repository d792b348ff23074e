"""The morning digest: once a working morning in a person's own zone, and only when something waits."""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from breachbook.digest import Digests, due_on
from breachbook.engine_host import EngineHost
from breachbook.people import Person
from tests.cases_core import LETTER, Case
from tests.telling_world import Telling, key_of, quiet, telling, texts

CHICAGO = Person(id="ida", name="Ida", roles=["ip-counsel"], zone="America/Chicago")
MORNING = datetime(2026, 11, 17, 14, 31, tzinfo=UTC)  # 08:31 in Chicago, 22:31 in Shanghai


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """A matter whose letters wait for approval."""
    with quiet():
        case = Case.install(tmp_path_factory.mktemp("digest") / "w")
        case.report()
        case.advance()
        case.answer()
        case.advance()
        yield case


@pytest.fixture
def world(staged: Case, tmp_path: Path) -> Iterator[Telling]:
    """A copy with a Slack of its own, on Tuesday morning in Chicago."""
    case = staged.copy(tmp_path / "w")
    case.clock.now = MORNING
    with telling(case, tmp_path) as made:
        yield made


def _digests(world: Telling) -> Digests:
    return Digests(world.case.workspace, world.case.library, world.client)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-17T08:29:59-06:00", None),
        ("2026-11-17T08:30:00-06:00", "2026-11-17"),
        ("2026-11-17T11:59:59-06:00", "2026-11-17"),
        ("2026-11-17T12:00:00-06:00", None),
        ("2026-11-21T09:00:00-06:00", None),
        ("2026-11-22T09:00:00-06:00", None),
        ("2026-03-09T08:30:00-05:00", "2026-03-09"),
    ],
)
def test_morning_is_the_persons_own(moment: str, day: str | None) -> None:
    """From 08:30 to noon on Monday to Friday where the person is, summer time included."""
    found = due_on(CHICAGO, datetime.fromisoformat(moment).astimezone(UTC))

    assert (found.isoformat() if found else None) == day


def test_digest_goes_to_who_has_something_where_it_is_morning(world: Telling) -> None:
    """David in Chicago gets what waits for him; Lin Yue, where it is night, and idle people nothing."""
    got = _digests(world).send_due()

    request = world.case.request(LETTER, "larkmoor-supply")
    (told,) = world.direct("david-okafor")
    shown = texts(told["blocks"])
    assert got == ["david-okafor"]
    assert key_of(told) == "digest/david-okafor/2026-11-17"
    assert request in shown
    assert world.direct("lin-yue") == []
    assert world.direct("peter-lindgren") == []


def test_digest_is_sent_once(world: Telling) -> None:
    """Neither a second look nor a new process sends it again, nor one that lost the list of what was sent."""
    _digests(world).send_due()
    again = _digests(world).send_due()
    (world.case.workspace.run / "digests.json").unlink()
    _digests(world).send_due()

    assert again == []
    assert len(world.direct("david-okafor")) == 1


def test_lost_answer_sends_it_once(world: Telling) -> None:
    """Slack took it but did not say so: the next look finds it."""
    digests = _digests(world)
    world.fault("chat.postMessage", "lose-answer")
    first = digests.send_due()
    second = digests.send_due()

    assert first == []
    assert second == ["david-okafor"]
    assert len(world.direct("david-okafor")) == 1


def test_morning_that_was_missed_is_made_up_until_noon(world: Telling) -> None:
    """The engine was down at 08:30 and comes back at 11:00."""
    world.case.clock.pass_time(hours=2, minutes=29)
    got = _digests(world).send_due()

    assert got == ["david-okafor"]


def test_next_morning_has_its_own(world: Telling) -> None:
    """A new day, a new digest, while something still waits."""
    digests = _digests(world)
    digests.send_due()
    world.case.clock.pass_time(days=1, minutes=-20)
    early = digests.send_due()
    world.case.clock.pass_time(minutes=30)
    digests.send_due()

    keys = [key_of(m) for m in world.direct("david-okafor")]
    assert early == []
    assert keys[:1] == ["digest/david-okafor/2026-11-17"]


def test_silent_slack_stops_the_round(world: Telling) -> None:
    """While Slack does not answer nobody is noted as told, and only one call is tried."""
    world.fault("*", "outage", 1000)
    got = _digests(world).send_due()
    used = 1000 - world.standin.state.faults[0]["times"]

    assert got == []
    assert world.direct("david-okafor") == []
    assert used <= 4


def test_engine_sends_the_digests_on_its_timer(world: Telling) -> None:
    """The engine's process looks at the mornings of everybody, beside advancing the matters."""
    case = world.case

    async def serve() -> None:
        host = EngineHost(case.workspace, case.library, world.client, {})
        serving = asyncio.create_task(host.run())
        async with asyncio.timeout(20):
            while not any(key.startswith("digest/") for key in world.posted()):
                await asyncio.sleep(0.02)
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving

    asyncio.run(serve())

    assert "digest/david-okafor/2026-11-17" in world.posted()
