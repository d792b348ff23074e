"""The three steps of an upload: ask for an address, send the bytes there, share the file."""

from collections.abc import Mapping
from typing import Any

from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.messages import post_message
from breachbook.slack.standin.state import Record, State


def upload_url(state: State, given: Mapping[str, Any], base: str) -> Record:
    """Announce a file; its bytes go to the answered address."""
    if given["length"] < 1:
        raise Refused("invalid_arguments", "[ERROR] length must be at least 1")
    file_id = state.new_id("F")
    state.data["files"][file_id] = {
        "id": file_id,
        "name": given["filename"],
        "size": given["length"],
        "uploaded": False,
    }
    state.save()
    return {"upload_url": f"{base}/upload/{file_id}", "file_id": file_id}


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
        if "thread_ts" in given:
            told["thread_ts"] = given["thread_ts"]
        posted = post_message(state, told)
        posted["message"] |= {"files": shared, "text": given.get("initial_comment", "")}
        state.save()
    return {"files": [{"id": file["id"], "title": file["title"]} for file in shared]}


def _uploaded(state: State, item: object) -> Record:
    if not isinstance(item, Mapping) or set(item) - {"id", "title", "highlight_type"}:
        raise Refused("invalid_arguments", "[ERROR] files: id, title and highlight_type only")
    file: Record | None = state.data["files"].get(item.get("id"))
    if file is None or not file["uploaded"]:
        raise Refused("file_not_found")
    return {**file, "title": item.get("title") or file["name"]}
