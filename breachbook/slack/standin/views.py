"""Modals in stacks of at most three, and Home tabs, with Slack's error codes."""

from collections.abc import Mapping
from typing import Any, Literal

from breachbook.slack.standin.arguments import Refused
from breachbook.slack.standin.messages import with_ids
from breachbook.slack.standin.schema import problems_of_view
from breachbook.slack.standin.state import BOT, Record, State

Arguments = Mapping[str, Any]
_MOST = 3


def open_view(state: State, given: Arguments) -> Record:
    """Open a modal for the user of a trigger."""
    asked = _checked(given["view"])
    user = state.take_trigger(given.get("trigger_id", ""))
    return {"view": add(state, user, asked, None)}


def push(state: State, given: Arguments) -> Record:
    """Lay a modal over the one the user of a trigger has open."""
    asked = _checked(given["view"])
    user = state.take_trigger(given.get("trigger_id", ""))
    open_now = of_user(state, user)
    if not open_now:
        raise Refused("not_found")
    return {"view": add(state, user, asked, open_now[-1])}


def update(state: State, given: Arguments) -> Record:
    """Replace what an open modal or a Home tab shows, unless it changed since `hash`."""
    held = _find(state, given)
    kind: Literal["modal", "home"] = "home" if held["view"]["type"] == "home" else "modal"
    asked = _checked(given["view"], kind)
    _fresh(held["view"], given)
    return {"view": replace(state, held, asked)}


def publish(state: State, given: Arguments) -> Record:
    """Replace a person's Home tab, unless it changed since `hash`."""
    asked = _checked(given["view"], "home")
    user = given["user_id"]
    if user not in state.data["users"] or user == BOT["user_id"]:
        raise Refused("invalid_arguments", "[ERROR] invalid `user_id`")
    held = state.data["homes"].get(user)
    if held is not None:
        _fresh(held["view"], given)
        return {"view": replace(state, held, asked)}
    view = _made(state, asked)
    state.data["homes"][user] = {"user": user, "view": view}
    state.save()
    return {"view": view}


def of_user(state: State, user: str) -> list[Record]:
    """List a person's open modals, the one on top last; each {user, view}."""
    return [held for held in state.data["views"].values() if held["user"] == user]


def add(state: State, user: str, asked: Mapping[str, Any], under: Record | None) -> Record:
    """Open a modal over the one `under` it.

    Raises:
        Refused: ``push_limit_reached`` or ``duplicate_external_id``.
    """
    root = under["view"]["root_view_id"] if under else None
    stack = [held for held in of_user(state, user) if held["view"]["root_view_id"] == root]
    if under and len(stack) >= _MOST:
        raise Refused("push_limit_reached")
    _unique(state, asked)
    view = _made(state, asked)
    view |= {
        "root_view_id": root or view["id"],
        "previous_view_id": under["view"]["id"] if under else None,
    }
    state.data["views"][view["id"]] = {"user": user, "view": view}
    state.save()
    return view


def replace(state: State, held: Record, asked: Mapping[str, Any]) -> Record:
    """Show something else in a view that stays the same view."""
    kept = {
        key: held["view"][key]
        for key in ("id", "root_view_id", "previous_view_id")
        if key in held["view"]
    }
    _unique(state, asked, held["view"]["id"])
    held["view"] = {**_made(state, asked), **kept}
    held.pop("errors", None)
    state.save()
    view: Record = held["view"]
    return view


def close(state: State, view_id: str) -> None:
    """Take a modal away; what lay over it goes too."""
    gone = {view_id}
    for held in list(state.data["views"].values()):
        view = held["view"]
        if view["id"] in gone or view.get("previous_view_id") in gone:
            gone.add(view["id"])
            del state.data["views"][view["id"]]
    state.save()


def _made(state: State, asked: Mapping[str, Any]) -> Record:
    fixed = {
        "team_id": state.data["team_id"],
        "app_installed_team_id": state.data["team_id"],
        **BOT,
    }
    defaults = {"private_metadata": "", "callback_id": "", "external_id": ""}
    view = {**defaults, **asked, "id": state.new_id("V"), **fixed}
    view["hash"] = f"{int(state.now())}.{state.new_id('h')}"
    view["state"] = {"values": {}}
    with_ids(state, view)
    return view


def _checked(view: Any, kind: Literal["modal", "home"] = "modal") -> Mapping[str, Any]:
    found = problems_of_view(view, kind)
    if found:
        raise Refused("invalid_arguments", *found)
    checked: Mapping[str, Any] = view
    return checked


def checked_modal(view: Any) -> Mapping[str, Any]:
    """Check a modal an app answers a submission with.

    Raises:
        Refused: ``invalid_arguments`` with every problem.
    """
    return _checked(view)


def _find(state: State, given: Arguments) -> Record:
    if ("view_id" in given) == ("external_id" in given):
        raise Refused("invalid_arguments", "[ERROR] view_id or external_id, one of them")
    for held in [*state.data["views"].values(), *state.data["homes"].values()]:
        view = held["view"]
        if view["id"] == given.get("view_id") or view["external_id"] == given.get("external_id"):
            found: Record = held
            return found
    raise Refused("not_found")


def _fresh(view: Record, given: Arguments) -> None:
    if given.get("hash") and given["hash"] != view["hash"]:
        raise Refused("hash_conflict")


def _unique(state: State, asked: Mapping[str, Any], but: str = "") -> None:
    name = asked.get("external_id")
    for held in [*state.data["views"].values(), *state.data["homes"].values()]:
        if name and held["view"]["external_id"] == name and held["view"]["id"] != but:
            raise Refused("duplicate_external_id")
