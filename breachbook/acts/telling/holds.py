"""What is told of legal holds: reminders to the custodian, and to those who keep the matter when they stay silent."""

from breachbook import ladder
from breachbook.acts.telling.scene import Said, Scene, root
from breachbook.agenda import Tell
from breachbook.matter import Hold
from breachbook.slack.client import Posted
from breachbook.slack.dated import hold_button


def reminder(scene: Scene, item: Tell) -> Said:
    """Remind a custodian that their hold is not acknowledged; one without Slack is reminded by others."""
    hold = _hold(scene, item)
    if _user(scene, hold) is None:
        return escalation(scene, item)
    due = (("Please acknowledge by", hold.reply_by),) if hold.reply_by else ()
    return scene.note(
        "You are under a legal hold and have not acknowledged it yet. Keep everything that the notice"
        " you received names; then acknowledge it here.",
        to=hold.custodian, title="Legal hold", moments=due,
        buttons=(hold_button(scene.matter.id, hold.id),),
    )  # fmt: skip


def escalation(scene: Scene, item: Tell) -> Said:
    """Tell those who keep the matter that a custodian did not acknowledge."""
    hold = _hold(scene, item)
    counsel = scene.reference.people.with_any(ladder.ESCALATION)
    return scene.note(
        f"{_name(scene, hold)} has not acknowledged the legal hold {hold.id}. Speak to them; when they"
        " confirm, they press the button they were sent, or type"
        f" `breachbook hold acknowledge {scene.matter.id} {hold.id}`.",
        title="Legal hold not acknowledged", moments=(("Delivered", hold.issued_at),),
        people=scene.everybody(person for person in counsel if scene.matter.sees(person)),
    )  # fmt: skip


def settled(scene: Scene, item: Tell, channel: str) -> Posted:
    """Take the button off the hold that was delivered, and off its reminders."""
    hold = _hold(scene, item)
    user = _user(scene, hold)
    if user is None:
        return root(scene)
    direct = scene.slack.open_dm(user)
    word = "acknowledged; thank you" if hold.state == "acknowledged" else "released"
    said = scene.note(f"The legal hold on you is {word}.", title="Legal hold")
    last = None
    for posted in _shown(scene, hold, direct, user):
        last = scene.rewrite(posted, said.blocks, said.text)
    if last is not None:
        return last
    return scene.slack.post_once(direct, item.key, said.blocks, said.text, attempted=item.again)


def _shown(scene: Scene, hold: Hold, direct: str, user: str) -> list[Posted]:
    """Find the messages with the button: the delivery by its key, the reminders as they were sent."""
    found = [
        Posted(message.channel, message.ts)
        for message in scene.matter.messages.values()
        if message.what == "hold-reminder"
        and message.about == f"{hold.id}|{hold.custodian}"
        and message.channel
        and message.ts
    ]
    step = hold.id.rpartition("-")[0]
    act = scene.matter.instance(step, hold.custodian).acts.get("issue")
    delivered = scene.slack.find(direct, f"{act.key}/{user}") if act else None
    return [*([delivered] if delivered else []), *found]


def _hold(scene: Scene, item: Tell) -> Hold:
    hold, _, custodian = item.about.partition("|")
    return scene.matter.holds[hold, custodian]


def _user(scene: Scene, hold: Hold) -> str | None:
    # A custodian need not be on the matter: the hold is theirs to know, and nothing else of it.
    people = scene.workspace.people
    identity = people[hold.custodian].slack if hold.custodian in people else None
    return identity.user_id if identity else None


def _name(scene: Scene, hold: Hold) -> str:
    people = scene.workspace.people
    return people[hold.custodian].name if hold.custodian in people else hold.custodian
