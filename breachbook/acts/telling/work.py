"""What is told of the steps: that the matter is open, what a person has to do, what went wrong."""

from datetime import timedelta

from breachbook.acts.telling.scene import Said, Scene
from breachbook.agenda import Tell
from breachbook.doers import CONTAINERS
from breachbook.matter import Act, Matter
from breachbook.people import seconds
from breachbook.playbook import Step
from breachbook.slack.notes import Named, Task, task_blocks, task_text
from breachbook.slack.task_form import task_button
from breachbook.tasks import command_of, part_of, what_to_do


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
        matter=scene.matter.id, title=step.title, what=what_to_do(scene.matter, step, target),
        command=command_of(scene.matter, step, target), due_at=due, person=_person(scene, step),
        button=task_button(scene.matter.id, name, target, part_of(step)),
        example=scene.matter.example,
    )  # fmt: skip
    return Said(task_blocks(asked), task_text(asked))


def alert(scene: Scene, item: Tell) -> Said:
    """Say that an act failed, is uncertain or was halted."""
    name, _, target = item.about.partition("|")
    act = scene.act(name, target, item.key.split("/")[4])
    where = f"{scene.playbook.step(name).title} ({name}/{target})"
    return scene.note(f"{where}: {act.state}, {act.outcome}. {scene.words(act.reason)}".strip())


def _started(matter: Matter, step: str, target: str) -> Act | None:
    acts = matter.instance(step, target).acts.values()
    return next((act for act in acts if act.state == "started"), None)


def _person(scene: Scene, step: Step) -> Named | None:
    roles = (step.serve.by if step.serve else step.who) or CONTAINERS
    found = [p for p in scene.workspace.people.with_any(roles) if scene.matter.sees(p)]
    return scene.named(found[0]) if found else None
