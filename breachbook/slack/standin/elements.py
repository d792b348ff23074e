"""What a person may press or enter in each kind of element, in the form Slack sends it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time
from typing import Any

from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.objects import options_of
from breachbook.slack.standin.state import Record

Entry = str | Sequence[str]
Element = Mapping[str, Any]
_MANY = ("multi_static_select", "multi_users_select", "checkboxes")


def elements_of(blocks: Sequence[Record]) -> Iterator[tuple[Record, Record]]:
    """Go through the elements of blocks, each with its block."""
    for block in blocks:
        listed = block["elements"] if block["type"] == "actions" else []
        for element in [*listed, block.get("accessory"), block.get("element")]:
            if element:
                yield block, element


def find(blocks: Sequence[Record], action_id: str, block_id: str | None = None) -> Record:
    """Find an element that can be pressed, with its ``block_id``.

    Raises:
        Refused: ``button_not_found``.
    """
    for block, element in elements_of(blocks):
        if element.get("action_id") == action_id and block_id in (None, block["block_id"]):
            return {**element, "block_id": block["block_id"]}
    raise Refused("button_not_found")


def pressed(element: Element, entry: Entry | None, users: Mapping[str, Any]) -> Record:
    """Give the action of a press or choice.

    Raises:
        Refused: ``entry_refused``.
    """
    kept = {key: element[key] for key in _SENT & set(element)}
    if element["type"] == "button":
        return kept
    return kept | entered(element, entry, users)


def entered(element: Element, entry: Entry | None, users: Mapping[str, Any]) -> Record:
    """Give what Slack sends for an entry; None leaves what the app had put in.

    Raises:
        Refused: ``entry_refused``: not one of the options, or not of the element's form.
    """
    kind = element["type"]
    given = initial(element) if entry is None else entry
    listed = [given] if isinstance(given, str) else list(given)
    listed = [each for each in listed if each != ""]
    if kind not in _MANY and len(listed) > 1:
        raise Refused("entry_refused", f"[ERROR] {element['action_id']}: one entry, not several")
    most = element.get("max_selected_items", len(listed))
    if len(listed) > most:
        raise Refused("entry_refused", f"[ERROR] {element['action_id']}: at most {most}")
    key, read = _READ[kind]
    values = [read(element, each, users) for each in listed]
    return {"type": kind, key: values if kind in _MANY else values[0] if values else None}


def is_empty(value: Mapping[str, Any]) -> bool:
    """Tell whether nothing was entered."""
    return not any(part for key, part in value.items() if key != "type")


def initial(element: Element) -> Entry:
    """Give what an app had put into an element, as a person would enter it."""
    for key in ("initial_value", "initial_user", "initial_users", "initial_date", "initial_time"):
        if key in element:
            found: Entry = element[key]
            return found
    if "initial_option" in element:
        return str(element["initial_option"]["value"])
    if "initial_options" in element:
        return [str(option["value"]) for option in element["initial_options"]]
    return str(element.get("initial_date_time", ""))


def entry_of(value: Mapping[str, Any]) -> Entry:
    """Turn what Slack sends back into what a person entered."""
    for key, part in value.items():
        if key == "type" or part is None:
            continue
        if isinstance(part, list):
            return [each["value"] if isinstance(each, Mapping) else each for each in part]
        return str(part["value"] if isinstance(part, Mapping) else part)
    return ""


_SENT = {
    "type",
    "action_id",
    "block_id",
    "text",
    "value",
    "style",
    "url",
    "placeholder",
    "confirm",
}


def _text(element: Element, given: str, _users: Mapping[str, Any]) -> str:
    least = element.get("min_length", 0)
    if not least <= len(given) <= element.get("max_length", 3000):
        raise Refused("entry_refused", f"[ERROR] {element['action_id']}: {len(given)} characters")
    return given


def _option(element: Element, given: str, _users: Mapping[str, Any]) -> Mapping[str, Any]:
    for option in options_of(element):
        if option["value"] == given:
            return option
    raise Refused("entry_refused", f"[ERROR] {element['action_id']}: no option {given}")


def _user(element: Element, given: str, users: Mapping[str, Any]) -> str:
    if given not in users:
        raise Refused("entry_refused", f"[ERROR] {element['action_id']}: no user {given}")
    return given


def _day(element: Element, given: str, _users: Mapping[str, Any]) -> str:
    return _parsed(element, given, lambda text: date.fromisoformat(text).isoformat())


def _hour(element: Element, given: str, _users: Mapping[str, Any]) -> str:
    return _parsed(element, given, lambda text: time.fromisoformat(text).strftime("%H:%M"))


def _instant(element: Element, given: str, _users: Mapping[str, Any]) -> int:
    return int(_parsed(element, given, lambda text: str(int(text))))


def _parsed(element: Element, given: str, read: Callable[[str], str]) -> str:
    try:
        return read(given)
    except ValueError:
        raise Refused("entry_refused", f"[ERROR] {element['action_id']}: got {given}") from None


_Reader = Callable[[Element, str, Mapping[str, Any]], object]
_READ: Mapping[str, tuple[str, _Reader]] = {
    "plain_text_input": ("value", _text),
    "static_select": ("selected_option", _option),
    "radio_buttons": ("selected_option", _option),
    "overflow": ("selected_option", _option),
    "multi_static_select": ("selected_options", _option),
    "checkboxes": ("selected_options", _option),
    "users_select": ("selected_user", _user),
    "multi_users_select": ("selected_users", _user),
    "datepicker": ("selected_date", _day),
    "timepicker": ("selected_time", _hour),
    "datetimepicker": ("selected_date_time", _instant),
}
