"""Making a Slack message an exhibit: the shortcut, its form, and sealing after the answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slack_bolt import Ack, BoltContext

from breachbook import rows
from breachbook.collecting import uploads
from breachbook.collecting.uploads import HandedIn
from breachbook.desk.aside import Aside
from breachbook.desk.attachments import fetch_into
from breachbook.desk.matters import NOT_YOURS, Matters
from breachbook.desk.speaking import FollowUp, Voice, close_form, follow, user_of
from breachbook.doers import COLLECTORS
from breachbook.errors import BreachbookError
from breachbook.slack import preserve_form
from breachbook.slack.files import file_rows

_NONE = (
    "There is no open matter in which collecting evidence is among your roles; nothing was kept."
)
_GONE = "The message is no longer kept here; press its shortcut again. Nothing was sealed."


@dataclass(frozen=True, slots=True)
class Preserving:
    """Handlers of the message shortcut; whoever presses it is the one who collects."""

    matters: Matters
    voice: Voice

    def of_message(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Open the form about a message, which is kept aside until the form is sent."""
        message, person = body.get("message"), context["person"]
        offered = self._offered(person)
        if not isinstance(message, Mapping) or not offered:
            follow(context, self.voice.whisper(body, _NONE))
            ack()
            return
        place = body.get("channel")
        channel = str(place.get("id", "")) if isinstance(place, Mapping) else ""
        token = self._aside.keep({"person": person, "channel": channel, "message": message})
        country = self.matters.workspace.config.organisation.place
        follow(
            context, self.voice.open(body, preserve_form.preserve_view(token, offered, country))
        )
        ack()

    def submit(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Check the form and answer; then fetch the files and seal, and tell the person."""
        person = context["person"]
        given = preserve_form.read_given(body["view"]["state"]["values"])
        token = str(body["view"].get("private_metadata") or "")
        problems = dict(given.problems)
        if not self._offered(person, given.matter):
            problems[preserve_form.MATTER] = NOT_YOURS
        if not problems:
            run = FollowUp(lambda: self._seal(body, given, token, person), is_owed=True)
            follow(context, run)
        close_form(self.voice, ack, body, context, "", problems)

    @property
    def _aside(self) -> Aside:
        return Aside(self.matters.workspace)

    def _offered(self, person: str, chosen: str | None = None) -> list[str]:
        """List the open matters in which a person may collect, newest first; or the chosen one alone."""
        workspace = self.matters.workspace
        seen = [row["matter"] for row in rows.current(workspace.root)
                if row["state"] == "open" and person in row["people"]
                and chosen in (None, row["matter"])]  # fmt: skip
        return [
            matter
            for matter in reversed(seen[-100:])
            if {*COLLECTORS} & {*workspace.matter(matter).refresh().roles.get(person, ())}
        ]

    def _seal(
        self, body: Mapping[str, Any], given: preserve_form.Given, token: str, person: str
    ) -> None:
        """Seal the message; done again after a kill, what was sealed is not sealed twice."""
        kept = self._aside.get(token, person)
        if kept is None:
            self.voice.tell("", user_of(body), _GONE)
            return
        try:
            text = self._sealed(kept, given, token, person)
        except BreachbookError as error:
            text = f"Nothing was sealed: {error}"
        self._aside.drop(token)
        self.voice.tell(str(kept["channel"]), user_of(body), text)

    def _sealed(
        self, kept: Mapping[str, Any], given: preserve_form.Given, token: str, person: str
    ) -> str:
        workspace = self.matters.workspace
        made = uploads.sealed(workspace.matter(given.matter).refresh(), token)
        failed: list[str] = []
        if made is None:
            folder = uploads.whole(workspace, token)
            if folder is None:
                folder, failed = self._gather(kept, given, token, person)
            made = uploads.seal(workspace, self.matters.library, folder)
            self.matters.woken(given.matter)
        missing = f" Not fetched, so not in it: {', '.join(failed)}." if failed else ""
        return (
            f"Sealed as {made.id} of {given.matter}: {made.files} files, {made.bytes:,} bytes."
            f" SHA-256 of the seal: {made.seal_sha256}.{missing}"
        )

    def _gather(
        self, kept: Mapping[str, Any], given: preserve_form.Given, token: str, person: str
    ) -> tuple[Path, list[str]]:
        """Lay the message and its files down; give the folder, and the names of files that did not come."""
        payload = uploads.begin(self.matters.workspace, token)
        message = json.dumps(kept["message"], ensure_ascii=False, sort_keys=True, indent=1)
        (payload / "message.json").write_text(message, "utf-8")
        _, failed = fetch_into(self.voice.slack, file_rows(kept["message"]), payload / "files")
        handed = HandedIn(
            kind="slack-message",
            matter=given.matter,
            person=person,
            method="slack",
            title=given.title,
            place=given.place,
            authority=given.authority,
            personal_data="personal_data" in given.marks,
            trade_secret="trade_secret" in given.marks,
            state_secret="state_secret" in given.marks,
            legal_basis=given.legal_basis,
            works_council=given.works_council,
        )
        return uploads.complete(payload, handed), failed
