"""What is told of legal holds: the stewards' notices, questions, reminders, and what was done or left undone.

Of a hold that its custodian is not told of nothing is ever said in the matter's channel.
"""

from breachbook.acts.telling.scene import Said, Scene, root
from breachbook.agenda import Tell
from breachbook.hold_book import RESUME, STEWARD, TASKS
from breachbook.hold_reminders import counsel, manager
from breachbook.matter import Hold
from breachbook.slack.blocks import Block
from breachbook.slack.client import Posted, Upload
from breachbook.slack.dated import hold_button, questions_button, steward_button

_AWAITED = {
    "acknowledgement": "has not acknowledged the legal hold {hold}",
    "answers": "has not answered the questions of the legal hold {hold}",
    "tasks": "has not reported what the legal hold {hold} asks for as done",
}
_REMINDED = {
    "acknowledgement": "You are under a legal hold and have not acknowledged it yet. Keep everything that the notice"
    " you received names; then acknowledge it here.",
    "answers": "You acknowledged a legal hold. Please answer its questions, so that nothing is overlooked;"
    " only counsel reads the answers.",
    "tasks": "A legal hold asks you to take measures in systems that you run. Report each as taken, with what"
    " proves it.",
}
_STATES = {
    "issued": "The legal hold on you was changed. Its new notice follows; please acknowledge that one.",
    "acknowledged": "The legal hold on you is acknowledged; thank you.",
    "answered": "The legal hold on you is acknowledged; thank you. Its questions are answered.",
    "exempt": "Nothing more is asked of you about this legal hold. Keep what its notice names.",
    "released": "The legal hold on you is released. The letter of release says what applies now.",
}


def reminder(scene: Scene, item: Tell) -> Said:
    """Remind a person of what a hold awaits from them; one without Slack is reminded by others."""
    hold = _hold(scene, item)
    if _user(scene, hold.custodian) is None:
        return escalation(scene, item)
    asked = hold.awaits == "acknowledgement"
    due = (("Please acknowledge by", hold.reply_by),) if asked and hold.reply_by else ()
    said = scene.note(
        _REMINDED[hold.awaits or "acknowledgement"], to=hold.custodian, title="Legal hold", moments=due,
        buttons=_buttons(scene, hold),
    )  # fmt: skip
    return _with_notice(scene, hold, said) if asked and hold.notice else said


def notice(scene: Scene, item: Tell) -> Said:
    """Deliver the instruction to a data steward, as a direct message with the document."""
    hold = _hold(scene, item)
    due = (("Please acknowledge by", hold.reply_by),) if hold.reply_by else ()
    said = scene.note(
        "You are asked to preserve data in systems that you run. Read the instruction attached, acknowledge it"
        " here, and take its measures today. Speak of it to the Legal Department only.",
        to=hold.custodian, title="Legal hold: instruction to preserve data", moments=due,
        buttons=_buttons(scene, hold),
    )  # fmt: skip
    return _with_notice(scene, hold, said)


def questions(scene: Scene, item: Tell) -> Said:
    """Ask a custodian what they have and where, once they acknowledged."""
    hold = _hold(scene, item)
    return scene.note(
        _REMINDED["answers"], to=hold.custodian, title="Legal hold: a few questions",
        buttons=(questions_button(scene.matter.id, hold.id),),
    )  # fmt: skip


def known(scene: Scene, item: Tell) -> Said:
    """Tell a data steward that those concerned now know of the hold."""
    hold = _hold(scene, item)
    return scene.note(
        f"Those concerned are now told of the legal hold {hold.id}. Your measures go on as they are.",
        to=hold.custodian, title="Legal hold",
    )  # fmt: skip


def resumption(scene: Scene, item: Tell) -> Said:
    """Tell a data steward that ordinary retention resumes for a custodian; counsel, where they cannot be told."""
    hold = _hold(scene, item)
    released = [
        task.partition("/")[2] for task in hold.open_tasks if task.startswith(f"{RESUME}/")
    ]
    text = (
        f"The legal hold {hold.id} was released for {scene.names(released)}. {TASKS[RESUME].capitalize()};"
        " then report it as done."
    )
    if _user(scene, hold.custodian) is None:
        return scene.note(
            f"{scene.named(hold.custodian).name} cannot be told in Slack. {text}",
            people=scene.everybody(counsel(scene.matter)),
        )
    report = steward_button(scene.matter.id, hold.id)
    return scene.note(text, to=hold.custodian, title="Legal hold", buttons=(report,))


def escalation(scene: Scene, item: Tell) -> Said:
    """Tell those who keep the matter what a person did not do."""
    hold = _hold(scene, item)
    return scene.note(
        _silence(scene, hold), title="Legal hold without an answer", moments=(("Asked", hold.awaits_since),),
        people=scene.everybody(counsel(scene.matter)),
    )  # fmt: skip


def to_counsel(scene: Scene, item: Tell) -> Said:
    """Tell one counsel alone what a data steward of a silent hold did not do."""
    hold, person = _hold(scene, item), item.about.rpartition("|")[2]
    return scene.note(
        _silence(scene, hold), to=person, title="Legal hold without an answer",
        moments=(("Asked", hold.awaits_since),),
    )  # fmt: skip


def to_manager(scene: Scene, item: Tell) -> Said:
    """Tell a person's manager that they stay silent, and nothing of the matter but its number."""
    hold = _hold(scene, item)
    order = scene.matter.hold_book.orders.get(hold.id)
    over = manager(scene.matter, scene.reference, order, hold.custodian)
    if over is None:
        return escalation(scene, item)
    said = _AWAITED[hold.awaits or "acknowledgement"].format(hold=hold.id)
    return scene.note(
        f"{scene.named(hold.custodian).name}, who reports to you, {said}. Please see that they do so today; do not"
        " discuss what it is about.",
        to=over, title="Legal hold without an answer",
    )  # fmt: skip


def by_hand(scene: Scene, item: Tell) -> Said:
    """Ask counsel to hand somebody without Slack their notice, which is attached."""
    hold, person = _hold(scene, item), item.about.rpartition("|")[2]
    said = scene.note(
        f"{scene.named(hold.custodian).name} has no Slack identity. Hand them the notice attached; they acknowledge it"
        f" with `breachbook hold acknowledge {scene.matter.id} {hold.id}`.",
        to=person, title="Legal hold: deliver by hand",
    )  # fmt: skip
    return _with_notice(scene, hold, said)


def settled(scene: Scene, item: Tell, channel: str) -> Posted:
    """Take the buttons off what was done or fell away, and hand over the letter of a release."""
    hold = _hold(scene, item)
    user = _user(scene, hold.custodian)
    if user is None:
        return root(scene)
    direct = scene.slack.open_dm(user)
    text = _steward_state(hold) if hold.role == STEWARD else _STATES[hold.state]
    said = scene.note(text, title="Legal hold", buttons=_tasks(scene, hold))
    last = None
    for posted in _shown(scene, hold, direct, user):
        last = scene.rewrite(posted, said.blocks, said.text)
    if hold.state == "released" and hold.release_notice:
        letter = Upload(f"{hold.id}.release.pdf", scene.file.store.get(hold.release_notice))
        return scene.slack.post_once(
            direct, item.key, said.blocks, said.text, (letter,), attempted=item.again
        )
    if last is not None:
        return last
    return scene.slack.post_once(direct, item.key, said.blocks, said.text, attempted=item.again)


def _steward_state(hold: Hold) -> str:
    if hold.state != "acknowledged":
        return _STATES[hold.state].replace("legal hold on you", "instruction to preserve data")
    thanks = "You acknowledged the instruction to preserve data; thank you."
    measures = (
        "Report each measure once it is taken."
        if hold.open_tasks
        else "All its measures are taken."
    )
    return f"{thanks} {measures}"


def _with_notice(scene: Scene, hold: Hold, said: Said) -> Said:
    notice = Upload(f"{hold.id}.notice.pdf", scene.file.store.get(hold.notice))
    return Said(said.blocks, said.text, (notice,), said.to)


def _shown(scene: Scene, hold: Hold, direct: str, user: str) -> list[Posted]:
    """Find the messages with a button: the delivery by its key, the others as they were sent."""
    found = [
        Posted(message.channel, message.ts)
        for message in scene.matter.messages.values()
        if message.what in ("hold-reminder", "hold-notice", "hold-questions")
        and message.about == f"{hold.id}|{hold.custodian}"
        and message.channel
        and message.ts
    ]
    step = scene.matter.hold_book.step_of(hold.id, hold.custodian)
    act = scene.matter.instance(step, hold.custodian).acts.get("issue")
    delivered = scene.slack.find(direct, f"{act.key}/{user}") if act else None
    return [*([delivered] if delivered else []), *found]


def _silence(scene: Scene, hold: Hold) -> str:
    said = _AWAITED[hold.awaits or "acknowledgement"].format(hold=hold.id)
    if hold.awaits != "acknowledgement":
        return f"{scene.named(hold.custodian).name} {said}. Speak to them."
    return (
        f"{scene.named(hold.custodian).name} {said}. Speak to them; when they confirm, they press the button they"
        f" were sent, or type `breachbook hold acknowledge {scene.matter.id} {hold.id}`."
    )


def _buttons(scene: Scene, hold: Hold) -> tuple[Block, ...]:
    if hold.awaits == "answers":
        return (questions_button(scene.matter.id, hold.id),)
    if hold.awaits == "tasks":
        return _tasks(scene, hold)
    return (hold_button(scene.matter.id, hold.id, hold.notice),)


def _tasks(scene: Scene, hold: Hold) -> tuple[Block, ...]:
    return (steward_button(scene.matter.id, hold.id),) if hold.awaits == "tasks" else ()


def _hold(scene: Scene, item: Tell) -> Hold:
    hold, custodian = item.about.split("|")[:2]
    found = scene.matter.hold_book.entry(hold, custodian)
    assert found is not None, "told is only what is put to somebody"
    return found


def _user(scene: Scene, person: str) -> str | None:
    # A custodian need not be on the matter: the hold is theirs to know, and nothing else of it.
    people = scene.workspace.people
    identity = people[person].slack if person in people else None
    return identity.user_id if identity else None
