"""Files: the three steps of an app's upload, what people attach, and who may see which."""

from collections.abc import Mapping
from typing import Any

from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.messages import post_message
from breachbook.slack.standin.shown import file_object
from breachbook.slack.standin.state import BOT, Record, State


def upload_url(state: State, given: Mapping[str, Any]) -> Record:
    """Announce a file; its bytes go to the answered address."""
    if given["length"] < 1:
        raise Refused("invalid_arguments", "[ERROR] length must be at least 1")
    file_id = state.new_id("F")
    state.data["files"][file_id] = {
        "id": file_id,
        "name": given["filename"],
        "size": given["length"],
        "created": int(state.now()),
        "uploaded": False,
    }
    state.save()
    return {"upload_url": f"{state.url}/upload/{file_id}", "file_id": file_id}


def receive(state: State, file_id: str, body: bytes) -> int:
    """Take a file's bytes; gives the HTTP status: 404 unknown, 400 when the length differs."""
    file: Record | None = state.data["files"].get(file_id)
    if file is None or file["uploaded"]:
        return 404
    if len(body) != file["size"]:
        return 400
    state.file_path(file_id).write_bytes(body)
    file["uploaded"] = True
    state.save()
    return 200


def complete(state: State, given: Mapping[str, Any]) -> Record:
    """Share uploaded files, in a channel's thread where one is given."""
    listed = given["files"]
    if not isinstance(listed, list) or not listed:
        raise Refused("invalid_arguments", "[ERROR] files must be a list of files")
    shared = [_uploaded(state, item) for item in listed]
    if "channel_id" in given:
        told = {"channel": given["channel_id"], "text": given.get("initial_comment") or " "}
        share(state, shared, given["channel_id"])
        if "thread_ts" in given:
            told["thread_ts"] = given["thread_ts"]
        posted = post_message(state, told)
        posted["message"] |= {"files": shared, "text": given.get("initial_comment", "")}
        state.save()
    return {"files": [{"id": file["id"], "title": file["title"]} for file in shared]}


def share(state: State, shared: list[Record], channel: str) -> None:
    """Remember that files may be seen in a channel."""
    for each in shared:
        kept = state.data["files"][each["id"]]
        kept["channels"] = sorted({*kept.get("channels", ()), channel})


def keep(state: State, user: str, name: str, body: bytes) -> Record:
    """Take a file a person attaches.

    Raises:
        Refused: ``file_empty``, as Slack takes no empty file.
    """
    if not body:
        raise Refused("file_empty")
    file: Record = {
        "id": state.new_id("F"),
        "name": name or "file",
        "size": len(body),
        "user": user,
    }
    file |= {"title": file["name"], "created": int(state.now()), "uploaded": True}
    state.data["files"][file["id"]] = file
    state.file_path(file["id"]).write_bytes(body)
    return file


def info(state: State, given: Mapping[str, Any]) -> Record:
    """Describe a file the app may see."""
    return {"file": file_object(state, seen_by_app(state, given["file"]))}


def seen_by_app(state: State, file_id: str) -> Record:
    """Find a file that the app uploaded or that is in a channel with it.

    Raises:
        Refused: ``file_not_found``.
    """
    file: Record | None = state.data["files"].get(file_id)
    if file is None or not file["uploaded"]:
        raise Refused("file_not_found")
    places = [state.data["channels"][each] for each in file.get("channels", ())]
    if "user" in file and not any(BOT["user_id"] in place["members"] for place in places):
        raise Refused("file_not_found")
    return file


def seen_by(state: State, user: str, file_id: str) -> Record:
    """Find a file that is in a channel with a person, or that they uploaded.

    Raises:
        Refused: ``file_not_found``.
    """
    file: Record | None = state.data["files"].get(file_id)
    if file is None or not file["uploaded"]:
        raise Refused("file_not_found")
    places = [state.data["channels"][each] for each in file.get("channels", ())]
    if file.get("user") != user and not any(user in place["members"] for place in places):
        raise Refused("file_not_found")
    return file


def _uploaded(state: State, item: object) -> Record:
    if not isinstance(item, Mapping) or set(item) - {"id", "title", "highlight_type"}:
        raise Refused("invalid_arguments", "[ERROR] files: id, title and highlight_type only")
    file: Record | None = state.data["files"].get(item.get("id"))
    if file is None or not file["uploaded"]:
        raise Refused("file_not_found")
    return {**file, "title": item.get("title") or file["name"]}
