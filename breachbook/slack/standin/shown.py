"""How Slack shows what the stand-in remembers: files with their addresses, messages with their files."""

import mimetypes
from collections.abc import Mapping
from typing import Any

from breachbook.slack.standin.state import BOT, Record, State


def file_object(state: State, file: Mapping[str, Any]) -> Record:
    """Describe a file; its addresses need the bot token as bearer."""
    mimetype = mimetypes.guess_type(file["name"])[0] or "application/octet-stream"
    private = f"{state.url}/files-pri/{state.data['team_id']}-{file['id']}"
    return {
        "id": file["id"],
        "name": file["name"],
        "title": file.get("title") or file["name"],
        "size": file["size"],
        "user": file.get("user", BOT["user_id"]),
        "created": file.get("created", 0),
        "mimetype": mimetype,
        "filetype": file["name"].rpartition(".")[2].lower(),
        "mode": "hosted",
        "is_external": False,
        "url_private": f"{private}/{file['id']}",
        "url_private_download": f"{private}/download/{file['id']}",
        "permalink": f"{state.url}/file/{file['id']}",
        "channels": file.get("channels", []),
    }


def message(state: State, kept: Mapping[str, Any], *, with_metadata: bool = False) -> Record:
    """Show a message as history and payloads do: with its thread and its files."""
    seen = {key: each for key, each in kept.items() if with_metadata or key != "metadata"}
    if "files" in seen:
        seen["files"] = [file_object(state, each) for each in seen["files"]]
    return seen


def in_thread(state: State, channel: str, parent: Record, *, with_metadata: bool) -> Record:
    """Show a parent message with how many replies it has."""
    replies = [
        each
        for each in state.messages(channel)
        if each.get("thread_ts") == parent["ts"] and each["ts"] != parent["ts"]
    ]
    seen = message(state, parent, with_metadata=with_metadata)
    if replies:
        users = sorted({each["user"] for each in replies})
        seen |= {"thread_ts": parent["ts"], "reply_count": len(replies), "reply_users": users}
        seen["latest_reply"] = replies[-1]["ts"]
    return seen
