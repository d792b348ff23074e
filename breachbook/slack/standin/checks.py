"""Small checks of JSON that fit together: each yields what is wrong, in Slack's words, with its place."""

from collections.abc import Callable, Iterator, Mapping

Check = Callable[[object, str], Iterator[str]]


def error(text: str, pointer: str) -> str:
    """Word one problem as Slack does."""
    return f"[ERROR] {text} [json-pointer:{pointer}]"


def string(most: int, least: int = 1) -> Check:
    """Check a text's length."""

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield error("must be a string", at)
        # Astral characters count twice, as in Slack's own clients; the stricter reading.
        elif len(value) + sum(char > "\uffff" for char in value) > most:
            yield error(f"must be less than {most + 1} characters", at)
        elif len(value) < least:
            yield error(f"must be more than {least - 1} characters", at)

    return check


def parsed(read: Callable[[str], object], form: str) -> Check:
    """Check that a text can be read; `form` says how it should look."""

    def check(value: object, at: str) -> Iterator[str]:
        try:
            good = isinstance(value, str) and len(value) == len(form) and bool(read(value))
        except ValueError:
            good = False
        if not good:
            yield error(f"must be of the form {form}", at)

    return check


def whole(least: int, most: int) -> Check:
    """Check a whole number; both ends are allowed."""

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            yield error(f"must be a whole number from {least} to {most}", at)

    return check


def one_of(*allowed: object) -> Check:
    """Check that a value is one of a few."""

    def check(value: object, at: str) -> Iterator[str]:
        if value not in allowed:
            yield error(f"must be one of {', '.join(map(str, allowed))}", at)

    return check


def array(item: Check, least: int, most: int) -> Check:
    """Check a list's length and each item."""

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield error("must be an array", at)
            return
        if len(value) > most:
            yield error(f"no more than {most} items allowed", at)
        if len(value) < least:
            yield error(f"no fewer than {least} items allowed", at)
        for index, each in enumerate(value):
            yield from item(each, f"{at}/{index}")

    return check


def mapping(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    """Check an object's keys and each value; a key that is not named is a problem."""
    known = {**required, **optional}

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, Mapping):
            yield error("must be an object", at)
            return
        for key in required:
            if key not in value:
                yield error(f"missing required field: {key}", at)
        for key, part in value.items():
            if key not in known:
                yield error(f"invalid additional property: {key}", at)
            else:
                yield from known[key](part, f"{at}/{key}")

    return check


def typed(kinds: Mapping[str, Check]) -> Check:
    """Check an object by its ``type``."""

    def check(value: object, at: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, Mapping) else None
        if not isinstance(kind, str) or kind not in kinds:
            yield error(f"unsupported type: {kind}", f"{at}/type")
        else:
            yield from kinds[kind](value, at)

    return check


def both(first: Check, *others: Check) -> Check:
    """Check the same value several ways."""

    def check(value: object, at: str) -> Iterator[str]:
        for each in (first, *others):
            yield from each(value, at)

    return check
