"""Block Kit's composition objects and elements, as checks.

Authority: Slack's reference of composition objects and block elements, for the kinds listed here.
"""

from collections.abc import Iterator, Mapping
from datetime import date, time

from breachbook.slack.standin.checks import (
    Check,
    array,
    both,
    error,
    mapping,
    one_of,
    parsed,
    string,
    typed,
    whole,
)

BOOLEAN = one_of(True, False)
ID = string(255)
TYPE: Mapping[str, Check] = {"type": string(50)}


def text(most: int) -> Check:
    """Check a text object, plain or mrkdwn."""
    marked = mapping(_words(most), {"verbatim": BOOLEAN})
    return typed({"plain_text": _plain(most), "mrkdwn": marked})


def plain_only(most: int) -> Check:
    """Check a text object that must be plain."""
    return typed({"plain_text": _plain(most)})


def _plain(most: int) -> Check:
    return mapping(_words(most), {"emoji": BOOLEAN})


def _words(most: int) -> dict[str, Check]:
    return {**TYPE, "text": string(most)}


def _option(words: Check, **more: Check) -> Check:
    return mapping({"text": words, "value": string(150)}, {"description": plain_only(75), **more})


CONFIRM = mapping(
    {
        "title": plain_only(100),
        "text": text(300),
        "confirm": plain_only(30),
        "deny": plain_only(30),
    },
    {"style": one_of("primary", "danger")},
)
_CHOICE = _option(plain_only(75))
_TICK = _option(text(75))
_GROUP = mapping({"label": plain_only(75), "options": array(_CHOICE, 1, 100)}, {})
_ACTION: Mapping[str, Check] = {"action_id": ID, "confirm": CONFIRM}
_FOCUS: Mapping[str, Check] = {**_ACTION, "focus_on_load": BOOLEAN}
_MENU: Mapping[str, Check] = {**_FOCUS, "placeholder": plain_only(150)}
_MANY: Mapping[str, Check] = {**_MENU, "max_selected_items": whole(1, 10_000)}
_OPTIONS: Mapping[str, Check] = {
    "options": array(_CHOICE, 1, 100),
    "option_groups": array(_GROUP, 1, 100),
}
_USERS = array(string(50), 1, 1000)


def options_of(element: Mapping[str, object]) -> list[Mapping[str, object]]:
    """List the options of an element, those in groups too; what is malformed is left out."""
    groups = element.get("option_groups")
    holders = [element, *(groups if isinstance(groups, list) else [])]
    listed = [holder.get("options") for holder in holders if isinstance(holder, Mapping)]
    options = [option for each in listed if isinstance(each, list) for option in each]
    return [option for option in options if isinstance(option, Mapping)]


def _chosen_exists(value: object, at: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        return
    many = value.get("initial_options")
    chosen = [value["initial_option"]] if "initial_option" in value else []
    chosen += many if isinstance(many, list) else []
    known = options_of(value)
    for each in chosen:
        if each not in known:
            yield error("initial option must exactly match one of the options", at)


def _listed_once(value: object, at: str) -> Iterator[str]:
    if isinstance(value, Mapping) and ("options" in value) == ("option_groups" in value):
        yield error("must define either `options` or `option_groups`", at)


def _bounded(value: object, at: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        return
    least, most = value.get("min_length"), value.get("max_length")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        yield error("min_length must not be more than max_length", at)


_DISPATCH = mapping(
    {},
    {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 1, 2)},
)
BUTTON = mapping(
    {**TYPE, "text": plain_only(75)},
    {
        **_ACTION,
        "value": string(2000, 0),
        "url": string(3000),
        "style": one_of("primary", "danger"),
        "accessibility_label": string(75),
    },
)
OVERFLOW = mapping(
    {**TYPE, "options": array(_option(plain_only(75), url=string(3000)), 1, 5)}, _ACTION
)
SELECT = both(
    mapping(TYPE, {**_MENU, **_OPTIONS, "initial_option": _CHOICE}), _listed_once, _chosen_exists
)
MULTI_SELECT = both(
    mapping(TYPE, {**_MANY, **_OPTIONS, "initial_options": array(_CHOICE, 1, 100)}),
    _listed_once,
    _chosen_exists,
)
CHECKBOXES = both(
    mapping(
        {**TYPE, "options": array(_TICK, 1, 10)},
        {**_FOCUS, "initial_options": array(_TICK, 1, 10)},
    ),
    _chosen_exists,
)
RADIO = both(
    mapping({**TYPE, "options": array(_TICK, 1, 10)}, {**_FOCUS, "initial_option": _TICK}),
    _chosen_exists,
)
DATE = parsed(date.fromisoformat, "YYYY-MM-DD")
TIME = parsed(time.fromisoformat, "HH:mm")
TEXT_INPUT = both(
    mapping(
        TYPE,
        {
            "action_id": ID,
            "initial_value": string(3000, 0),
            "multiline": BOOLEAN,
            "min_length": whole(0, 3000),
            "max_length": whole(1, 3000),
            "placeholder": plain_only(150),
            "focus_on_load": BOOLEAN,
            "dispatch_action_config": _DISPATCH,
        },
    ),
    _bounded,
)

_SHARED: Mapping[str, Check] = {
    "static_select": SELECT,
    "users_select": mapping(TYPE, {**_MENU, "initial_user": string(50)}),
    "datepicker": mapping(TYPE, {**_MENU, "initial_date": DATE}),
    "timepicker": mapping(TYPE, {**_MENU, "initial_time": TIME, "timezone": string(100)}),
    "checkboxes": CHECKBOXES,
    "radio_buttons": RADIO,
}
_MULTI: Mapping[str, Check] = {
    "multi_static_select": MULTI_SELECT,
    "multi_users_select": mapping(TYPE, {**_MANY, "initial_users": _USERS}),
}
_INSTANT: Mapping[str, Check] = {
    "datetimepicker": mapping(
        TYPE, {**_FOCUS, "initial_date_time": whole(1_000_000_000, 9_999_999_999)}
    ),
}
_PRESSED: Mapping[str, Check] = {"button": BUTTON, "overflow": OVERFLOW}
IN_ACTIONS = typed({**_PRESSED, **_SHARED, **_INSTANT})
IN_SECTION = typed({**_PRESSED, **_SHARED, **_MULTI})
IN_INPUT = typed({**_SHARED, **_MULTI, **_INSTANT, "plain_text_input": TEXT_INPUT})
