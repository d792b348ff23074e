"""What is told of the steps: that the matter is open, what a person has to do and what came of it, what went wrong."""

from datetime import timedelta

from breachbook.acts.telling.scene import Said, Scene
from breachbook.agenda import Tell
from breachbook.doers import CONTAINERS
from breachbook.errors import EngineError
from breachbook.matter import Act, Matter
from breachbook.people import seconds
from breachbook.playbook import Step
from breachbook.reminders import state_of_task
from breachbook.slack.client import Posted
from breachbook.slack.notes import Named, Task, task_blocks, task_text
from breachbook.slack.task_form import task_button
from breachbook.tasks import command_of, part_of, what_to_do

_BY = {"answer": "Answered by", "do": "Done by", "serve": "Service recorded by"}
_VOID = {
    "skipped": "Nothing to do any more: the step was left out by a person's decision.",
    "replaced": "Nothing to do here any more: another round of the step has taken its place.",
    "closed": "Nothing to do now: the matter is closed.",
    "halted": "Void: what it was approved for no longer stands. Nothing to do here any more.",
}


def opened(scene: Scene, item: Tell) -> Said:
    """Say that the matter is open."""
    report = scene.file.values.get(scene.matter.report["report"], {})
    title = report.get("title", "") if isinstance(report, dict) else ""
    return scene.note(f"{scene.matter.id} is open: {title}. Playbook: {scene.playbook.title}.")


def task(scene: Scene, item: Tell) -> Said:
    """Ask a person to do something; if it is done meanwhile, say so."""
    name, _, target = item.about.partition("|")
    step = scene.playbook.step(name)
    act = _started(scene.matter, name, target)
    if act is None:
        return scene.note(f"{step.title} ({name}/{target}): done before it was asked for here.")
    due = act.started_at + timedelta(seconds=seconds(step.within)) if step.within else None
    asked = Task(
        matter=scene.matter.id, title=_heading(scene, step, target),
        what=what_to_do(scene.matter, step, target),
        command=command_of(scene.matter, step, target), due_at=due, person=_person(scene, step),
        button=task_button(scene.matter.id, name, target, part_of(step)),
        example=scene.matter.example,
    )  # fmt: skip
    return Said(task_blocks(asked), task_text(asked))


def update(scene: Scene, item: Tell, channel: str) -> Posted:
    """Say in a task's own message what became of it, without its button; ask again if it is open again.

    Raises:
        EngineError: The message is not posted.
    """
    sent = scene.matter.messages.get(item.about)
    if sent is None or sent.channel is None or sent.ts is None:
        raise EngineError(f"slack: the task {item.about} is not posted")
    asked = Tell(sent.key, sent.what, sent.about or "", again=True)
    state = state_of_task(scene.matter, sent.key)
    said = task(scene, asked) if state == "open" else _ended(scene, asked, state)
    posted = Posted(sent.channel, sent.ts)
    return scene.rewrite(posted, said.blocks, said.text)


def alert(scene: Scene, item: Tell) -> Said:
    """Say that an act failed, is uncertain or was halted."""
    name, _, target = item.about.partition("|")
    act = scene.act(name, target, item.key.split("/")[4])
    where = f"{scene.playbook.step(name).title} ({name}/{target})"
    return scene.note(f"{where}: {act.state}, {act.outcome}. {scene.words(act.reason)}".strip())


def _ended(scene: Scene, asked: Tell, state: str) -> Said:
    name, _, target = asked.about.partition("|")
    # A matter may have been given another playbook, without the step, since the task was posted.
    step = next((step for step in scene.playbook.steps if step.id == name), None)
    title = _heading(scene, step, target) if step else f"{name} {target}"
    act = scene.matter.instance(name, target).acts.get(asked.key.split("/")[4])
    if state in _VOID or step is None or act is None:
        return scene.note(_VOID.get(state, _VOID["replaced"]), title=title)
    at = (("On", act.ended_at),) if act.ended_at else ()
    text = _finished(scene, step, target, act) if state == "finished" else _failed(scene, act)
    return scene.note(text, title=title, moments=at)


def _finished(scene: Scene, step: Step, target: str, act: Act) -> str:
    by = scene.named(act.ended_by).name if act.ended_by else "Breachbook"
    said = f"{_BY[part_of(step)]} {by}."
    document = scene.matter.documents.get(scene.matter.instance(step.id, target).document or "")
    if document is not None and document.served:
        served = document.served
        said += f" {document.id} was served by {served['method']} on {served['when']}."
    return said


def _failed(scene: Scene, act: Act) -> str:
    return f"Not done: {act.state}, {act.outcome}. {scene.words(act.reason)}".strip()


def _heading(scene: Scene, step: Step, target: str) -> str:
    """Title a step, with whom or what it is about."""
    return step.title if target == "-" else f"{step.title}: {_name(scene, target)}"


def _name(scene: Scene, target: str) -> str:
    """Name a party, or an account by its title; anything else by its id."""
    party = scene.matter.parties.get(target)
    if party is not None:
        details = scene.file.values.get(party.details, {})
        return str(details.get("name") or target) if isinstance(details, dict) else target
    return str(scene.reference.accounts.get(target, {}).get("title") or target)


def _started(matter: Matter, step: str, target: str) -> Act | None:
    acts = matter.instance(step, target).acts.values()
    return next((act for act in acts if act.state == "started"), None)


def _person(scene: Scene, step: Step) -> Named | None:
    roles = (step.serve.by if step.serve else step.who) or CONTAINERS
    found = [p for p in scene.workspace.people.with_any(roles) if scene.matter.sees(p)]
    return scene.named(found[0]) if found else None
