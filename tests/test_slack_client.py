"""The client against the stand-in: one message under one key, and errors that keep secrets."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from breachbook.errors import EngineError
from breachbook.slack.blocks import section
from breachbook.slack.client import SlackClient, Upload
from breachbook.slack.standin import Standin
from breachbook.slack.web import SlackError
from tests.slack_world import CHANNEL, COUNSEL, ENGINEER, SETTINGS, STRANGER

BLOCKS = [section("hello")]


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[Standin]:
    """A running stand-in."""
    with Standin(tmp_path / "slack.json", SETTINGS) as made:
        yield made


@pytest.fixture
def waits() -> list[float]:
    """The waits a client made, instead of waiting."""
    return []


@pytest.fixture
def client(standin: Standin, waits: list[float]) -> SlackClient:
    """A client of the stand-in."""
    token = standin.state.data["token"]
    return SlackClient(token, base_url=standin.api_url, pause=waits.append)


def _messages(standin: Standin) -> list[dict[str, object]]:
    return standin.state.messages(CHANNEL)


def _fault(standin: Standin, method: str, kind: str, times: int = 1, **more: object) -> None:
    standin.state.faults.append({"method": method, "kind": kind, "times": times, **more})


def test_post_carries_its_key(standin: Standin, client: SlackClient) -> None:
    """A message stands under its key and is found by it, and only by it."""
    posted = client.post(CHANNEL, BLOCKS, "hello", "m/s/1/x")

    assert client.find(CHANNEL, "m/s/1/x") == posted
    assert client.find(CHANNEL, "m/s/1/y") is None
    assert _messages(standin)[0]["metadata"] == {
        "event_type": "breachbook",
        "event_payload": {"key": "m/s/1/x"},
    }


def test_lost_answer_leads_to_one_message(standin: Standin, client: SlackClient) -> None:
    """When Slack acted but its answer was lost, the second attempt finds the message."""
    _fault(standin, "chat.postMessage", "lose-answer")
    with pytest.raises(SlackError) as lost:
        client.post(CHANNEL, BLOCKS, "hello", "key")

    again = client.post_once(CHANNEL, "key", BLOCKS, "hello", attempted=True)

    assert lost.value.unknown
    assert [message["ts"] for message in _messages(standin)] == [again.ts]


def test_crash_after_posting_leads_to_one_message(
    standin: Standin, client: SlackClient, tmp_path: Path
) -> None:
    """A process posts and dies at once; one that knows only the key does not post again."""
    program = (
        "import os, signal, sys\n"
        "from breachbook.slack.client import SlackClient\n"
        "from breachbook.slack.blocks import section\n"
        "client = SlackClient(sys.argv[1], base_url=sys.argv[2])\n"
        f"client.post({CHANNEL!r}, [section('hello')], 'hello', 'key')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    arguments = [sys.executable, "-c", program, standin.state.data["token"], standin.api_url]
    died = subprocess.run(arguments, check=False, timeout=30)

    client.post_once(CHANNEL, "key", BLOCKS, "hello", attempted=True)

    assert died.returncode == -9
    assert len(_messages(standin)) == 1


def test_first_attempt_does_not_search(standin: Standin, client: SlackClient) -> None:
    """Without an earlier attempt nothing is searched: the same key posts as told."""
    client.post_once(CHANNEL, "key", BLOCKS, "hello", attempted=False)
    _fault(standin, "conversations.history", "lose-answer", 99)

    client.post_once(CHANNEL, "other", BLOCKS, "hello", attempted=False)

    assert len(_messages(standin)) == 2


def test_copy_of_a_key_by_someone_else_is_ignored(standin: Standin, client: SlackClient) -> None:
    """Another app's message with our key does not keep ours from being posted."""
    ours = client.post(CHANNEL, BLOCKS, "hello", "key")
    _messages(standin)[0]["bot_id"] = "B0FORGER"

    again = client.post_once(CHANNEL, "key", BLOCKS, "hello", attempted=True)

    assert again != ours
    assert client.find(CHANNEL, "key") == again


def test_key_is_found_beyond_the_first_page(standin: Standin, client: SlackClient) -> None:
    """A key is found behind hundreds of newer messages."""
    first = client.post(CHANNEL, BLOCKS, "hello", "key")
    newer = [{**_messages(standin)[0], "ts": f"{float(first.ts) + n:.6f}", "metadata": {}}
             for n in range(1, 450)]  # fmt: skip
    _messages(standin).extend(newer)

    assert client.find(CHANNEL, "key") == first


def test_files_hang_in_the_thread_once(standin: Standin, client: SlackClient) -> None:
    """Files missing after a crash are added to the card's thread; those there are not repeated."""
    one, two = Upload("letter.pdf", b"%PDF one"), Upload("annex.pdf", b"%PDF two")
    posted = client.post(CHANNEL, BLOCKS, "hello", "key", [one])

    client.post_once(CHANNEL, "key", BLOCKS, "hello", [one, two], attempted=True)
    client.post_once(CHANNEL, "key", BLOCKS, "hello", [one, two], attempted=True)

    parent, *replies = _messages(standin)
    names = [file["name"] for reply in replies for file in reply["files"]]  # type: ignore[attr-defined]
    assert names == ["letter.pdf", "annex.pdf"]
    assert {reply["thread_ts"] for reply in replies} == {parent["ts"], posted.ts}
    (file_id,) = [
        file["id"] for file in standin.state.data["files"].values() if file["name"] == "letter.pdf"
    ]
    assert standin.state.file_path(file_id).read_bytes() == b"%PDF one"


def test_update_replaces_what_is_shown_and_keeps_the_key(
    standin: Standin, client: SlackClient
) -> None:
    """A card that changes state stays findable."""
    posted = client.post(CHANNEL, BLOCKS, "hello", "key")

    client.update(posted, [section("decided")], "decided")

    assert _messages(standin)[0]["text"] == "decided"
    assert client.find(CHANNEL, "key") == posted


def test_channel_is_created_once(standin: Standin, client: SlackClient) -> None:
    """Creating a matter's channel twice leads to the same private one, with everyone in it."""
    first = client.create_channel("leak-2026-0002", "A matter", [COUNSEL])
    second = client.create_channel("leak-2026-0002", "A matter", [COUNSEL, ENGINEER])

    channel = standin.state.data["channels"][first]
    assert first == second
    assert channel["is_private"]
    assert channel["topic"] == "A matter"
    assert channel["members"][1:] == [COUNSEL, ENGINEER]


def test_channel_of_someone_else_is_not_taken(standin: Standin, client: SlackClient) -> None:
    """A private channel of that name which we are not in is an error, not ours."""
    client.create_channel("leak-2026-0003", "A matter", [])
    for channel in standin.state.data["channels"].values():
        channel["members"] = [STRANGER]

    with pytest.raises(SlackError, match="name_taken"):
        client.create_channel("leak-2026-0003", "A matter", [])


def test_direct_message_goes_to_the_same_place(client: SlackClient) -> None:
    """A person has one direct-message channel."""
    channel = client.open_dm(COUNSEL)

    assert client.open_dm(COUNSEL) == channel
    assert client.post(channel, BLOCKS, "hello", "key").channel == channel


def test_whisper_is_for_members_only(standin: Standin, client: SlackClient) -> None:
    """An ephemeral message shows to one member, as plain text."""
    client.ephemeral(CHANNEL, COUNSEL, "<!channel> *no*")

    (shown,) = standin.state.data["ephemerals"]
    assert shown["blocks"][0]["text"]["type"] == "plain_text"
    assert shown["text"] == "&lt;!channel&gt; *no*"
    with pytest.raises(SlackError, match="user_not_in_channel"):
        client.ephemeral(CHANNEL, "U0NOBODY", "hello")


def test_people_topic_and_pin_of_a_channel(standin: Standin, client: SlackClient) -> None:
    """Members are listed and put out, a topic is escaped and cut, a pin is set once."""
    channel = client.create_channel("leak-2026-0004", "A matter", [COUNSEL, ENGINEER])
    posted = client.post(channel, BLOCKS, "hello", "key")
    for _ in range(2):
        client.kick(channel, ENGINEER)
        client.pin(posted)
    client.set_topic(channel, "<!channel> " + "x" * 300)

    topic = standin.state.data["channels"][channel]["topic"]
    assert client.members(channel)[1:] == [COUNSEL]
    assert [pin["ts"] for pin in standin.state.data["pins"][channel]] == [posted.ts]
    assert topic.startswith("&lt;!channel&gt; xxx")
    assert len(topic) == 250
    assert posted.ts.replace(".", "") in client.permalink(posted)


def test_home_is_published(standin: Standin, client: SlackClient) -> None:
    """A person's Home is replaced as a whole."""
    for text in ("one", "two"):
        client.publish_home(COUNSEL, {"type": "home", "blocks": [section(text)]})

    (home,) = standin.state.data["homes"].values()
    assert home["view"]["blocks"][0]["text"]["text"] == "two"


def test_less_patience_is_shared_knowledge(
    standin: Standin, client: SlackClient, waits: list[float]
) -> None:
    """A client that does not wait long leaves the method alone until Slack wants to hear it again."""
    hasty = client.within(3.0)
    _fault(standin, "chat.postMessage", "rate-limit", 1, retry_after=60)
    for each in (hasty, hasty, client):
        with pytest.raises(SlackError, match="ratelimited"):
            each.post(CHANNEL, BLOCKS, "hello", "key")

    assert waits == []
    assert standin.state.faults[0]["times"] == 0
    assert hasty.find(CHANNEL, "key") is None


def test_rate_limit_is_waited_for(
    standin: Standin, client: SlackClient, waits: list[float]
) -> None:
    """Slack's Retry-After is obeyed, then the call succeeds once."""
    _fault(standin, "chat.postMessage", "rate-limit", 2, retry_after=7)

    client.post(CHANNEL, BLOCKS, "hello", "key")

    assert waits == [7.0, 7.0]
    assert len(_messages(standin)) == 1


def test_rate_limit_is_not_waited_for_without_end(
    standin: Standin, client: SlackClient, waits: list[float]
) -> None:
    """When Slack asks for more than 30 s in all, the call fails and nothing was posted."""
    _fault(standin, "chat.postMessage", "rate-limit", 99, retry_after=20)

    with pytest.raises(SlackError, match="ratelimited") as limited:
        client.post(CHANNEL, BLOCKS, "hello", "key")

    assert waits == [20.0]
    assert not limited.value.unknown
    assert _messages(standin) == []


def test_error_says_the_next_move_and_no_secret(standin: Standin) -> None:
    """A refused token is named by its problem, never by itself."""
    secret = "xoxb-very-secret"
    client = SlackClient(secret, base_url=standin.api_url)

    with pytest.raises(EngineError) as refused:
        client.post(CHANNEL, BLOCKS, "hello", "key")

    assert str(refused.value) == (
        "slack refused chat.postMessage: invalid_auth; set the bot token of this workspace"
    )
    assert secret not in repr(client)
    assert refused.value.__cause__ is None


def test_dead_slack_is_an_unknown_outcome(standin: Standin, client: SlackClient) -> None:
    """A connection that is refused says that the outcome is unknown."""
    standin.stop()

    with pytest.raises(SlackError, match="no_answer; look for its key") as gone:
        client.post(CHANNEL, BLOCKS, "hello", "key")

    assert gone.value.unknown


@pytest.mark.parametrize(
    "url", ["http://slack.com/api/", "ftp://127.0.0.1/", "http://127.0.0.1.evil.example/", ""]
)
def test_token_is_never_sent_in_clear_over_a_network(url: str) -> None:
    """Plain HTTP is for the loopback address only."""
    with pytest.raises(EngineError, match="allowed: https"):
        SlackClient("xoxb-1", base_url=url)


def test_over_limit_blocks_are_refused(client: SlackClient) -> None:
    """What Slack would not take, the stand-in does not take."""
    too_many = [section("x")] * 51

    with pytest.raises(SlackError, match="invalid_blocks"):
        client.post(CHANNEL, too_many, "hello", "key")


def test_restarted_standin_still_has_the_message(tmp_path: Path) -> None:
    """A stand-in process that is killed and started again still has messages and files."""
    state, settings = tmp_path / "slack.json", tmp_path / "settings.json"
    settings.write_text(json.dumps(SETTINGS))
    command = [sys.executable, "-m", "breachbook.slack.standin", "--state", str(state)]

    @contextmanager
    def running(*more: str) -> Iterator[SlackClient]:
        with subprocess.Popen([*command, *more], stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            url = json.loads(child.stdout.readline())["api_url"]
            try:
                yield SlackClient(json.loads(state.read_text())["token"], base_url=url)
            finally:
                child.kill()

    with running("--settings", str(settings)) as client:
        posted = client.post(CHANNEL, BLOCKS, "hello", "key", [Upload("a.pdf", b"%PDF")])
    with running() as client:
        found = client.find(CHANNEL, "key")
        again = client.post_once(
            CHANNEL, "key", BLOCKS, "hello", [Upload("a.pdf", b"%PDF")], attempted=True
        )

    assert found == again == posted
    assert state.stat().st_mode & 0o777 == 0o600
    assert len(json.loads(state.read_text())["messages"][CHANNEL]) == 2


def test_standin_ends_with_its_parent(tmp_path: Path) -> None:
    """With --until-eof the process ends when the one that started it is gone."""
    command = [sys.executable, "-m", "breachbook.slack.standin", "--until-eof", "--state"]
    command.append(str(tmp_path / "slack.json"))
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        child.stdin.close()

        assert child.wait(10) == 0
