"""A matter's channel: who is in it, its topic, and the pinned overview that follows the matter."""

import logging

from breachbook import overview as content
from breachbook.acts.telling.requests import lacking
from breachbook.acts.telling.scene import GONE, Scene, root
from breachbook.agenda import Tell
from breachbook.slack.client import Posted
from breachbook.slack.overview import Overview, overview_blocks, overview_text
from breachbook.slack.web import SlackError

log = logging.getLogger(__name__)


def channel(scene: Scene) -> str:
    """Give the matter's channel; made when its first message is posted."""
    if scene.matter.channel is not None:
        return scene.matter.channel
    name = f"breach-{scene.matter.id.lower()}"
    return scene.slack.create_channel(name, f"{scene.matter.id}: restricted to its people", ())


def members(scene: Scene, item: Tell, channel: str) -> Posted:
    """Let in who may see the matter, and put out everybody else; who cannot be invited is logged.

    Raises:
        SlackError: Somebody could not be put out; nothing more is said in the channel until then.
    """
    wanted = content.members(scene.matter, scene.reference)
    there = scene.slack.members(channel)
    ours = str(scene.slack.identity().get("user_id", ""))
    for user in there:
        if user not in (*wanted, ours):
            scene.slack.kick(channel, user)
    for user in wanted:
        if user not in there:
            _invite(scene, channel, user)
    return root(scene)


def _invite(scene: Scene, channel: str, user: str) -> None:
    try:
        scene.slack.invite(channel, [user])
    except SlackError as error:
        if error.unknown or error.code == "ratelimited":
            raise
        log.error("%s: %s is not in the channel: %s", scene.matter.id, user, error)


def topic(scene: Scene, item: Tell, channel: str) -> Posted:
    """Say in the channel's topic how severe the leak is and what is to be done next, or that it is closed."""
    severity = f"severity: {content.severity(scene.matter) or 'not yet rated'}"
    if not scene.matter.open:
        scene.slack.set_topic(channel, " | ".join([scene.matter.id, "closed", severity]))
        return root(scene)
    parts = [scene.matter.id, severity]
    following = content.upcoming(scene.matter)[:1]
    parts += [f"next: {record.safe} {scene.title(record)}" for record in following]
    none = "no deadline runs now" if content.counted(scene.matter) else "no deadline yet"
    scene.slack.set_topic(channel, " | ".join(parts if following else [*parts, none]))
    return root(scene)


def overview(scene: Scene, item: Tell, channel: str) -> Posted:
    """Bring the pinned overview up to the matter; post and pin it when it is not there."""
    shown = _overview(scene)
    blocks, text = overview_blocks(shown), overview_text(shown)
    standing = _standing(scene)
    if standing is not None:
        try:
            scene.slack.update(standing, blocks, text)
        except SlackError as error:
            # Somebody deleted it: another takes its place.
            if error.code not in GONE:
                raise
        else:
            return standing
    posted = scene.slack.post_once(channel, item.key, blocks, text, attempted=item.again)
    scene.slack.pin(posted)
    return posted


def _standing(scene: Scene) -> Posted | None:
    sent = [m for m in scene.matter.messages.values() if m.what == "overview" and m.ts]
    if not sent or sent[-1].channel is None or sent[-1].ts is None:
        return None
    return Posted(sent[-1].channel, sent[-1].ts)


def _overview(scene: Scene) -> Overview:
    matter = scene.matter
    now = scene.workspace.now()
    late = content.overdue_ids(matter, scene.reference, now)
    rows = content.overview(matter, scene.reference, late, content.unreachable_ids(matter, now))
    report = scene.file.values.get(matter.report["report"], {})
    titles = {row["id"]: scene.title(matter.deadlines[row["id"]]) for row in rows["deadlines"]}
    return Overview(
        rows=rows,
        title=str(report.get("title", "")) if isinstance(report, dict) else "",
        playbook=scene.playbook.title,
        steps={step.id: step.title for step in scene.playbook.steps},
        titles=titles,
        names={row["id"]: scene.named(row["id"]).name for row in rows["people"]},
        links={row["id"]: scene.link(f"card/{row['id']}") for row in rows["approvals"]},
        lacks={
            row["id"]: lacking(scene, matter.approvals[row["id"]]) for row in rows["approvals"]
        },
        example=matter.example,
    )
