"""Containment through a connector: planned read-only, done once under its key, verified, never blindly repeated."""

import json
from typing import Any

from breachbook.acts import Job, Result
from breachbook.canonical import digest
from breachbook.connectors import Call, Connector, Recipe, connector
from breachbook.errors import BreachbookError, ContentError, Problem
from breachbook.matter import Matter
from breachbook.playbook import Step


def plan(job: Job, step: Step) -> dict[str, Any]:
    """Ask the connector what exactly would change; read-only, and hashed into the approval."""
    recipe, call, worker = _prepared(job, step)
    return {
        "connector": recipe.connector,
        "recipe": recipe.id,
        "target": call.target,
        "plan": worker.plan(call).as_data(),
    }


def execute(job: Job) -> Result:
    """Do what was approved, exactly, and see that it took effect."""
    matter = job.file.refresh()
    step = job.library.pinned(job.file, matter).step(job.perform.step)
    if digest(plan(job, step)) != digest(json.loads(_approved_plan(job, matter))):
        return Result(
            "failed", "plan-changed", "the connector would now do something else than was approved"
        )
    _, call, worker = _prepared(job, step)
    outcome = worker.execute(call, job.perform.key)
    if outcome.effect == "failed":
        return Result("failed", outcome.code, outcome.detail)
    effect = worker.verify(call, job.perform.key)
    if effect == "took":
        return Result("finished", "effect-verified")
    # No clear answer and no effect seen yet: it may still come, so only a person may say it did not.
    code = "done-but-not-seen" if outcome.effect == "done" else outcome.code
    return Result("uncertain", code, outcome.detail)


def recover(job: Job) -> str:
    """Ask the connector whether an act that a crash cut off took effect: took, not-taken or unknown."""
    matter = job.file.refresh()
    step = job.library.pinned(job.file, matter).step(job.perform.step)
    try:
        _, call, worker = _prepared(job, step)
        return worker.verify(call, job.perform.key)
    except BreachbookError:
        return "unknown"


def _approved_plan(job: Job, matter: Matter) -> bytes:
    document = matter.instance(job.perform.step, job.perform.target).document
    return job.file.store.get(matter.documents[document or ""].files["plan.json"])


def _prepared(job: Job, step: Step) -> tuple[Recipe, Call, Connector]:
    account = job.workspace.rows("accounts").get(job.perform.target, {})
    name = step.recipe or str(account.get("recipe", ""))
    recipe = job.library.recipes().get(name)
    if recipe is None:
        raise ContentError(
            [
                Problem(
                    f"recipes/{name}.yaml",
                    None,
                    "",
                    "nothing",
                    "the recipe that accounts.yaml names",
                )
            ]
        )
    parameters = {"account": job.perform.target, **account.get("parameters", {})}
    call = Call(
        job.file.folder.name, job.perform.step, job.perform.target, job.perform.round, parameters
    )
    return recipe, call, connector(recipe, example=job.workspace.example)
