"""Reporting a leak from Slack: the command, the shortcuts, the form, and how a report stands."""

import logging
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slack_bolt import Ack, BoltContext

from breachbook.desk.aside import Aside
from breachbook.desk.attachments import fetch_into
from breachbook.desk.matters import NOT_YOURS, Matters
from breachbook.desk.speaking import FollowUp, Voice, follow, user_of
from breachbook.errors import ApprovalError, BreachbookError, ContentError
from breachbook.layout import MATTER_ID
from breachbook.slack import report_form
from breachbook.slack.blocks import cut
from breachbook.slack.files import file_rows
from breachbook.slack.forms import told_view
from breachbook.slack.web import SlackError

_LOG = logging.getLogger(__name__)
_MAY_NOT = (
    "Reporting from here is not among your roles; nothing was recorded."
    " Please tell your legal department at once, and delete nothing."
)
_NO_FORM = (
    "The form cannot be made: a file of the workspace has a problem, or names no trade secret."
    " Nothing was recorded. Please tell your legal department at once."
)
_USAGE = (
    "`/leak` reports a leak; `/leak status` shows how your reports stand,"
    " `/leak LEAK-2026-0001` one of them."
)
_NOT_FILED = "Your report was not recorded: {}"
_FILING = "Your report is kept and being filed. Its number comes in a moment; you may close this."
_SUMMARY = 2500


@dataclass(frozen=True, slots=True)
class Reporting:
    """Handlers of the intake; the reporter is whoever clicks."""

    matters: Matters
    voice: Voice

    def command(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Open the form, or say how reports stand, to the person alone."""
        asked = str(body.get("text", "")).split()
        if asked in ([], ["report"]):
            said = self._open(body, context, "")
        elif asked == ["status"]:
            said = self._statuses(context["person"])
        elif len(asked) == 1 and MATTER_ID.fullmatch(asked[0].upper()):
            view = self.matters.status(asked[0].upper(), context["person"])
            said = _standing(view) if view else NOT_YOURS
        else:
            said = _USAGE
        if not said:
            ack()
            return
        follow(context, self.voice.whisper(body, said, only_if_late=True))
        ack(text=cut(said, 3000), response_type="ephemeral")

    def anew(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Open the empty form."""
        if said := self._open(body, context, ""):
            follow(context, self.voice.whisper(body, said))
        ack()

    def of_message(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Open the form about a message, which is kept aside until the form is sent."""
        message = body.get("message")
        if not isinstance(message, Mapping) or not self.matters.may_report(context["person"]):
            follow(context, self.voice.whisper(body, _MAY_NOT))
            ack()
            return
        token = self._aside.keep(_kept(body, context["person"]))
        said = self._open(body, context, token, str(message.get("text", ""))[:_SUMMARY])
        if said:
            follow(context, self.voice.whisper(body, said))
        ack()

    def submit(self, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        """Check every field, and answer; then the matter is opened and its number shown in the form's place.

        In between the report waits in the inbox: opening may take longer than Slack waits.
        """
        person, values = context["person"], body["view"]["state"]["values"]
        report = report_form.read_report(values, person, self.matters.person(person).tz)
        try:
            if not self.matters.may_report(person):
                raise ApprovalError(_MAY_NOT)
            self.matters.check(report)
        except ContentError as error:
            ack(response_action="errors", errors=report_form.field_errors(error.problems, values))
            return
        except BreachbookError as error:
            said = _NOT_FILED.format(error)
            follow(context, self.voice.whisper(body, said, only_if_late=True))
            ack(response_action="errors", errors={"title": cut(said, 500)})
            return
        follow(context, FollowUp(lambda: self._file(body, report, person), is_owed=True))
        ack(response_action="update", view=told_view("Reported", _FILING))

    def _open(
        self, body: dict[str, Any], context: BoltContext, token: str, summary: str = ""
    ) -> str:
        """Have the form opened; else gives what to say."""
        if not self.matters.may_report(context["person"]):
            return _MAY_NOT
        try:
            view = report_form.report_view(self._choices(), token, summary)
        except (BreachbookError, ValueError) as error:
            _LOG.warning("no form: %s", error)
            return _NO_FORM
        follow(context, self.voice.open(body, view))
        return ""

    def _choices(self) -> report_form.Choices:
        workspace = self.matters.workspace
        found = {
            name: _titled(workspace.rows(name))
            for name in ("trade_secrets", "accounts", "sources")
        }
        people = [(p.id, p.name) for p in workspace.people.by_id.values()]
        parties = workspace.rows("parties")
        found |= {"holders": _titled(parties), "custodians": people, "suspects": people}
        places = [workspace.config.organisation.place]
        places += [
            row["place"]
            for name in ("parties", "sources")
            for row in workspace.rows(name).values()
        ]
        return report_form.Choices(found, sorted(set(places)), workspace.now())

    def _statuses(self, person: str) -> str:
        try:
            found = self.matters.statuses(person)
        except BreachbookError as error:
            _LOG.warning("no status: %s", error)
            return "How your reports stand cannot be read now."
        return "\n".join(_standing(view) for view in found) or "You have reported nothing."

    def _file(self, body: dict[str, Any], report: dict[str, Any], person: str) -> None:
        """Fetch what belongs to a message, and open the matter; again after a crash it is one matter."""
        view_id, user = str(body["view"].get("id")), user_of(body)
        token = str(body["view"].get("private_metadata") or "")
        with tempfile.TemporaryDirectory(dir=self.matters.workspace.run) as folder:
            paths, failed = self._attachments(token, person, Path(folder)) if token else ([], [])
            try:
                opened = self.matters.file_report(report, person, paths, failed)
            except BreachbookError as error:
                self.voice.show(view_id, told_view("Not reported", _NOT_FILED.format(error)))
                raise
        if token:
            self._aside.drop(token)
        view = report_form.filed_view(opened.matter, opened.new, opened.unreadable)
        if not self.voice.show(view_id, view):
            text = report_form.filed_text(opened.matter, opened.new, opened.unreadable)
            self.voice.tell("", user, text)

    def _attachments(self, token: str, person: str, folder: Path) -> tuple[list[Path], list[str]]:
        kept = self._aside.get(token, person)
        if kept is None:
            return [], ["slack-message.txt"]
        paths, failed = fetch_into(self.voice.slack, kept["files"], folder)
        text = folder / "slack-message.txt"
        text.write_text(_transcript(kept, self._permalink(kept)), "utf-8")
        return [text, *paths], failed

    def _permalink(self, kept: Mapping[str, Any]) -> str:
        question = {"channel": kept["channel"], "message_ts": kept["ts"]}
        try:
            told = self.voice.slack.call("chat.getPermalink", question)
        except SlackError as error:
            return f"not given ({error.code})"
        return str(told.get("permalink", ""))

    @property
    def _aside(self) -> Aside:
        return Aside(self.matters.workspace)


def _kept(body: dict[str, Any], person: str) -> dict[str, Any]:
    message, channel = body["message"], body.get("channel")
    place = channel if isinstance(channel, Mapping) else {}
    return {
        "person": person,
        "channel": str(place.get("id", "")),
        "channel_name": str(place.get("name", "")),
        "ts": str(message.get("ts", "")),
        "author": str(message.get("user") or message.get("bot_id") or ""),
        "text": str(message.get("text", "")),
        "files": file_rows(message),
    }


def _transcript(kept: Mapping[str, Any], permalink: str) -> str:
    return (
        f"Reported from Slack\nchannel: {kept['channel_name']} ({kept['channel']})\n"
        f"author: {kept['author']}\nts: {kept['ts']}\npermalink: {permalink}\n\n{kept['text']}\n"
    )


def _standing(view: Mapping[str, Any]) -> str:
    return f"{view['matter']}: {view['state']}, reported {str(view['reported_at'])[:10]}. {view['title']}"


def _titled(found: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    return [(key, str(row.get("title") or row.get("name") or key)) for key, row in found.items()]
