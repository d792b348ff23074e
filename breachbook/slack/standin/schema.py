"""Block Kit's rules as checks: what Slack would refuse, the stand-in refuses, with the same words.

Authority: Slack's reference of blocks and views, for the kinds listed here; a kind that is not
listed is refused, which is stricter than Slack.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from breachbook.slack.standin.checks import Check, array, error, mapping, one_of, string, typed
from breachbook.slack.standin.objects import (
    BOOLEAN,
    ID,
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    TYPE,
    plain_only,
    text,
)

MAX_MESSAGE_BLOCKS, MAX_VIEW_BLOCKS = 50, 100


def problems_of_blocks(blocks: object, most: int = MAX_MESSAGE_BLOCKS) -> list[str]:
    """List what is wrong with a message's blocks; empty when Slack would take them."""
    return [*array(_block, 0, most)(blocks, "/blocks"), *_repeated_ids(blocks)]


def problems_of_view(view: object, kind: Literal["modal", "home"] = "modal") -> list[str]:
    """List what is wrong with a view; empty when Slack would take it."""
    found = list(_VIEWS[kind](view, "/view"))
    if isinstance(view, Mapping):
        blocks = view.get("blocks")
        found += _repeated_ids(blocks)
        if kind == "modal" and _inputs(blocks) and "submit" not in view:
            found.append(error("submit is required when there is an input block", "/view"))
        if sum(element.get("focus_on_load") is True for element in _inputs(blocks)) > 1:
            found.append(error("only one element may have focus_on_load", "/view"))
    return found


_BLOCK_ID: Mapping[str, Check] = {"block_id": ID}


def _section(value: object, at: str) -> Iterator[str]:
    parts = {
        "text": text(3000),
        "fields": array(text(2000), 1, 10),
        "accessory": IN_SECTION,
        "expand": BOOLEAN,
    }
    yield from mapping(TYPE, {**parts, **_BLOCK_ID})(value, at)
    if isinstance(value, Mapping) and not {"text", "fields"} & set(value):
        yield error("must define either `text` or `fields`", at)


_block = typed(
    {
        "header": mapping({**TYPE, "text": plain_only(150)}, _BLOCK_ID),
        "section": _section,
        "context": mapping({**TYPE, "elements": array(text(3000), 1, 10)}, _BLOCK_ID),
        "divider": mapping(TYPE, _BLOCK_ID),
        "actions": mapping({**TYPE, "elements": array(IN_ACTIONS, 1, 25)}, _BLOCK_ID),
        "input": mapping(
            {**TYPE, "label": plain_only(2000), "element": IN_INPUT},
            {
                "hint": plain_only(2000),
                "optional": BOOLEAN,
                "dispatch_action": BOOLEAN,
                **_BLOCK_ID,
            },
        ),
    }
)
_VIEW: Mapping[str, Check] = {
    "private_metadata": string(3000, 0),
    "callback_id": ID,
    "external_id": ID,
}
_BLOCKS: Mapping[str, Check] = {"blocks": array(_block, 0, MAX_VIEW_BLOCKS)}
_VIEWS: Mapping[str, Check] = {
    "modal": mapping(
        {"type": one_of("modal"), "title": plain_only(24), **_BLOCKS},
        {
            **_VIEW,
            "submit": plain_only(24),
            "close": plain_only(24),
            "clear_on_close": BOOLEAN,
            "notify_on_close": BOOLEAN,
        },
    ),
    "home": mapping({"type": one_of("home"), **_BLOCKS}, _VIEW),
}


def _repeated_ids(blocks: object) -> list[str]:
    found: list[str] = []
    seen: list[object] = []
    for index, block in enumerate(blocks if isinstance(blocks, list) else []):
        if not isinstance(block, Mapping):
            continue
        at = f"/blocks/{index}"
        block_id = block.get("block_id")
        if block_id is not None and block_id in seen:
            found.append(error(f"`block_id` already exists: {block_id}", at))
        seen.append(block_id)
        elements = block.get("elements")
        listed = elements if isinstance(elements, list) else []
        ids = [str(each.get("action_id")) for each in listed if _is_named(each)]
        if len(ids) != len(set(ids)):
            found.append(error("`action_id` already exists in this block", f"{at}/elements"))
    return found


def _is_named(element: object) -> bool:
    return isinstance(element, Mapping) and element.get("action_id") is not None


def _inputs(blocks: object) -> list[Mapping[str, object]]:
    listed = blocks if isinstance(blocks, list) else []
    inputs = [each for each in listed if isinstance(each, Mapping) and each.get("type") == "input"]
    elements = [block.get("element") for block in inputs]
    return [element if isinstance(element, Mapping) else {} for element in elements]
