"""Block Kit's rules as checks: what Slack would refuse, the stand-in refuses, with the same words.

Authority: Slack's reference of blocks, block elements, composition objects and modal views, for
the kinds listed here; a kind that is not listed is refused, which is stricter than Slack.
"""

from collections.abc import Callable, Iterator, Mapping

Check = Callable[[object, str], Iterator[str]]

MAX_MESSAGE_BLOCKS, MAX_VIEW_BLOCKS = 50, 100


def problems_of_blocks(blocks: object, most: int = MAX_MESSAGE_BLOCKS) -> list[str]:
    """List what is wrong with a message's blocks; empty when Slack would take them."""
    return [*_array(_block, 0, most)(blocks, "/blocks"), *_repeated_ids(blocks)]


def problems_of_view(view: object) -> list[str]:
    """List what is wrong with a modal view; empty when Slack would take it."""
    found = list(_MODAL(view, "/view"))
    if isinstance(view, Mapping):
        blocks = view.get("blocks")
        found += _repeated_ids(blocks)
        if _has_input(blocks) and "submit" not in view:
            found.append(_error("submit is required when there is an input block", "/view"))
    return found


def _error(text: str, pointer: str) -> str:
    return f"[ERROR] {text} [json-pointer:{pointer}]"


def _string(most: int, least: int = 1) -> Check:
    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield _error("must be a string", at)
        # Astral characters count twice, as in Slack's own clients; the stricter reading.
        elif len(value) + sum(char > "\uffff" for char in value) > most:
            yield _error(f"must be less than {most + 1} characters", at)
        elif len(value) < least:
            yield _error(f"must be more than {least - 1} characters", at)

    return check


def _whole(least: int, most: int) -> Check:
    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            yield _error(f"must be a whole number from {least} to {most}", at)

    return check


def _one_of(*allowed: object) -> Check:
    def check(value: object, at: str) -> Iterator[str]:
        if value not in allowed:
            yield _error(f"must be one of {', '.join(map(str, allowed))}", at)

    return check


def _array(item: Check, least: int, most: int) -> Check:
    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield _error("must be an array", at)
            return
        if len(value) > most:
            yield _error(f"no more than {most} items allowed", at)
        if len(value) < least:
            yield _error(f"no fewer than {least} items allowed", at)
        for index, each in enumerate(value):
            yield from item(each, f"{at}/{index}")

    return check


def _object(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    known = {**required, **optional}

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, Mapping):
            yield _error("must be an object", at)
            return
        for key in required:
            if key not in value:
                yield _error(f"missing required field: {key}", at)
        for key, part in value.items():
            if key not in known:
                yield _error(f"invalid additional property: {key}", at)
            else:
                yield from known[key](part, f"{at}/{key}")

    return check


def _typed(kinds: Mapping[str, Check]) -> Check:
    def check(value: object, at: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, Mapping) else None
        if not isinstance(kind, str) or kind not in kinds:
            yield _error(f"unsupported type: {kind}", f"{at}/type")
        else:
            yield from kinds[kind](value, at)

    return check


def _text(most: int) -> Check:
    return _typed({"plain_text": _plain(most), "mrkdwn": _object(_words(most), _VERBATIM)})


def _plain(most: int) -> Check:
    return _object(_words(most), {"emoji": _BOOLEAN})


def _words(most: int) -> dict[str, Check]:
    return {"type": _ANY_TYPE, "text": _string(most)}


def _plain_only(most: int) -> Check:
    return _typed({"plain_text": _plain(most)})


_BOOLEAN = _one_of(True, False)
_ANY_TYPE = _string(50)
_VERBATIM = {"verbatim": _BOOLEAN}
_ID = _string(255)
_TYPE = {"type": _ANY_TYPE}

_OPTION = _object({"text": _text(75), "value": _string(150)}, {"description": _plain_only(75)})
_CONFIRM = _object(
    {
        "title": _plain_only(100),
        "text": _text(300),
        "confirm": _plain_only(30),
        "deny": _plain_only(30),
    },
    {"style": _one_of("primary", "danger")},
)
_BUTTON = _object(
    {**_TYPE, "text": _plain_only(75)},
    {
        "action_id": _ID,
        "value": _string(2000, 0),
        "url": _string(3000),
        "style": _one_of("primary", "danger"),
        "confirm": _CONFIRM,
        "accessibility_label": _string(75),
    },
)
_SELECT = _object(
    {**_TYPE, "options": _array(_OPTION, 1, 100)},
    {
        "action_id": _ID,
        "placeholder": _plain_only(150),
        "initial_option": _OPTION,
        "confirm": _CONFIRM,
        "focus_on_load": _BOOLEAN,
    },
)
_TEXT_INPUT = _object(
    _TYPE,
    {
        "action_id": _ID,
        "initial_value": _string(3000, 0),
        "multiline": _BOOLEAN,
        "min_length": _whole(0, 3000),
        "max_length": _whole(1, 3000),
        "placeholder": _plain_only(150),
        "focus_on_load": _BOOLEAN,
    },
)
_PRESSED = _typed({"button": _BUTTON, "static_select": _SELECT})
_FILLED = _typed({"plain_text_input": _TEXT_INPUT, "static_select": _SELECT})
_BLOCK_ID = {"block_id": _ID}


def _section(value: object, at: str) -> Iterator[str]:
    parts = {
        "text": _text(3000),
        "fields": _array(_text(2000), 1, 10),
        "accessory": _PRESSED,
        "expand": _BOOLEAN,
    }
    yield from _object(_TYPE, {**parts, **_BLOCK_ID})(value, at)
    if isinstance(value, Mapping) and not {"text", "fields"} & set(value):
        yield _error("must define either `text` or `fields`", at)


_block = _typed(
    {
        "header": _object({**_TYPE, "text": _plain_only(150)}, _BLOCK_ID),
        "section": _section,
        "context": _object({**_TYPE, "elements": _array(_text(3000), 1, 10)}, _BLOCK_ID),
        "divider": _object(_TYPE, _BLOCK_ID),
        "actions": _object({**_TYPE, "elements": _array(_PRESSED, 1, 25)}, _BLOCK_ID),
        "input": _object(
            {**_TYPE, "label": _plain_only(2000), "element": _FILLED},
            {
                "hint": _plain_only(2000),
                "optional": _BOOLEAN,
                "dispatch_action": _BOOLEAN,
                **_BLOCK_ID,
            },
        ),
    }
)
_MODAL = _object(
    {
        "type": _one_of("modal"),
        "title": _plain_only(24),
        "blocks": _array(_block, 0, MAX_VIEW_BLOCKS),
    },
    {
        "submit": _plain_only(24),
        "close": _plain_only(24),
        "private_metadata": _string(3000, 0),
        "callback_id": _ID,
        "clear_on_close": _BOOLEAN,
        "notify_on_close": _BOOLEAN,
        "external_id": _ID,
    },
)


def _repeated_ids(blocks: object) -> list[str]:
    found: list[str] = []
    seen: set[object] = set()
    for index, block in enumerate(blocks if isinstance(blocks, list) else []):
        if not isinstance(block, Mapping):
            continue
        at = f"/blocks/{index}"
        block_id = block.get("block_id")
        if block_id is not None and block_id in seen:
            found.append(_error(f"`block_id` already exists: {block_id}", at))
        seen.add(block_id)
        elements = block.get("elements")
        listed = elements if isinstance(elements, list) else []
        ids = [each.get("action_id") for each in listed if isinstance(each, Mapping)]
        named = [each for each in ids if each is not None]
        if len(named) != len(set(named)):
            found.append(_error("`action_id` already exists in this block", f"{at}/elements"))
    return found


def _has_input(blocks: object) -> bool:
    listed = blocks if isinstance(blocks, list) else []
    return any(isinstance(block, Mapping) and block.get("type") == "input" for block in listed)
