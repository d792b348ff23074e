"""A person's part of a step: what they have to do, and how it is recorded."""

from typing import Literal

from breachbook.matter import Matter
from breachbook.playbook import Step

Part = Literal["answer", "do", "serve"]


def part_of(step: Step) -> Part:
    """Say what a person does in a step: ``answer`` its questions, ``do`` it by hand, ``serve`` its document."""
    if step.kind == "ask":
        return "answer"
    return "do" if step.kind in ("assign", "contain") else "serve"


def what_to_do(matter: Matter, step: Step, target: str) -> str:
    """Say in words what a person has to do."""
    if step.kind == "ask":
        return "\n".join(question.ask for question in step.questions)
    if step.kind == "contain":
        return f"Do {step.title} as approved, following its plan."
    if step.kind == "assign":
        return step.instructions
    method = step.serve.method if step.serve else ""
    document = matter.instance(step.id, target).document
    return f"Serve {document} as approved, by {method}; its files are in documents/{document}."


def command_of(matter: Matter, step: Step, target: str) -> str:
    """Give the command that records a person's part."""
    where = f"{step.id}/{target}".removesuffix("/-")
    part = part_of(step)
    if part == "answer":
        names = " ".join(f"{q.id}=..." for q in step.questions if not q.optional)
        return f"breachbook answer {matter.id} {where} {names}"
    if part == "do":
        return f"breachbook done {matter.id} {where} --proof PATH"
    method = step.serve.method if step.serve else ""
    document = matter.instance(step.id, target).document
    return f"breachbook served {matter.id} {document} --method {method} --on WHEN --proof PATH"
