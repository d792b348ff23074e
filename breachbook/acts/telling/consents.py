"""What is told of consents: who asks two counsel for what, who agreed, and what became of it."""

from breachbook.acts.telling.scene import Said, Scene
from breachbook.agenda import Tell
from breachbook.agreement import lacking, may_agree, state_shown
from breachbook.consent_book import WHAT, Consent
from breachbook.errors import EngineError
from breachbook.slack.client import Posted
from breachbook.slack.dated import consent_button

_STATES = {
    "given": "Two counsel agreed; it can be done now, once.",
    "used": "It was done.",
    "withdrawn": "Withdrawn; nobody is asked any more.",
    "closed": "The matter is closed; nobody can agree now.",
    "void": "Nothing is asked of you here any more.",
}


def asked(scene: Scene, item: Tell) -> Said:
    """Ask the counsel who may still agree, in the channel; about a silent hold each of them alone."""
    person = item.about.partition("|")[2]
    state = state_shown(scene.matter, item.about).rstrip("0123456789")
    consent = _consent(scene, item.about)
    if state == "void":
        return scene.note(_STATES[state], to=person, title="Two counsel")
    waits = may_agree(scene.matter, consent)
    is_asked = state == "open" and (not person or person in waits)
    ending = _lacking(scene, consent, waits) if state == "open" else _STATES[state]
    return scene.note(
        f"{scene.named(consent.asked_by).name} asks two counsel to agree: {WHAT[consent.what]}"
        f" ({consent.about.replace('|', ', ')}), {consent.id}. Reason: {scene.words(consent.reason) or '-'}."
        f" Agreed: {scene.names(consent.agreed)}. {ending}",
        to=person or None, title="Two counsel must agree", moments=(("Asked", consent.asked_at),),
        people=scene.everybody(waits if not person else ()),
        buttons=(consent_button(scene.matter.id, consent.id),) if is_asked else (),
    )  # fmt: skip


def update(scene: Scene, item: Tell, channel: str) -> Posted:
    """Show on the message that asked what became of it.

    Raises:
        EngineError: The message is not posted.
    """
    sent = scene.matter.messages.get(item.about)
    if sent is None or sent.channel is None or sent.ts is None:
        raise EngineError(f"slack: the question {item.about} is not posted")
    said = asked(scene, Tell(sent.key, sent.what, sent.about or "", again=True))
    return scene.rewrite(Posted(sent.channel, sent.ts), said.blocks, said.text)


def _lacking(scene: Scene, consent: Consent, waits: list[str]) -> str:
    if not waits:
        return "Nobody who may agree is left."
    number = "one" if lacking(scene.matter, consent) == 1 else "two"
    return f"Lacking: {number} of {scene.names(waits)}."


def _consent(scene: Scene, about: str) -> Consent:
    return scene.matter.consents.consents[about.partition("|")[0]]
