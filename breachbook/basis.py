"""What a document or plan is made from, each piece by its hash, and who stands behind it."""

from breachbook.agenda import Reference
from breachbook.canonical import digest
from breachbook.matter import Matter
from breachbook.playbook import Playbook, Step


def inputs(
    matter: Matter, playbook: Playbook, reference: Reference, step: Step, target: str
) -> dict[str, str]:
    """Name and hash everything one instance's document or plan is made from.

    Returns:
        ``party:ID``, ``agreement:ID``, ``secret:ID``, ``fact:KIND/ABOUT``, ``answers:STEP``, ``account:ID``,
        ``recipe:ID``, ``custodian:ID``, ``hold:ID``,
        ``exhibit:ID``, ``template:NOTICE`` and ``organisation``, each to 64 hex digits.
    """
    found: dict[str, str] = {"organisation": reference.organisation}
    if step.kind == "contain":
        account = reference.accounts.get(target, {})
        recipe = step.recipe or account.get("recipe", "")
        found[f"account:{target}"] = digest(account)
        found[f"recipe:{recipe}"] = reference.recipes.get(recipe, {}).get("sha256", digest(None))
        return found
    if step.notice is None:
        return found
    notice = reference.notices[step.notice]
    found[f"template:{step.notice}"] = notice.templates
    for other in sorted(playbook.upstream(step.id)):
        if (result := matter.instance(other, "-").result) is not None:
            found[f"answers:{other}"] = result["c"]
    for fact in matter.facts.values():
        if notice.uses(fact.kind):
            found[f"fact:{fact.name}"] = fact.digest
    if target in matter.parties:
        found[f"party:{target}"] = matter.parties[target].details["c"]
        for key, row in reference.agreements.items():
            if row["counterparty"] in matter.parties:
                found[f"agreement:{key}"] = digest(row)
    for exhibit in matter.exhibits.values() if notice.exhibits else ():
        found[f"exhibit:{exhibit.id}"] = exhibit.tagmanifest_sha256
    for secret in matter.report["trade_secrets"]:
        found[f"secret:{secret}"] = digest(reference.trade_secrets.get(secret))
    if step.kind == "hold":
        hold = matter.hold_book.of_step(step.id, target, matter.instance(step.id, target).round)
        terms = matter.hold_book.stated(hold)
        if terms is not None and terms.scope is not None:
            found[f"hold:{hold}"] = digest([terms.version, terms.scope["c"]])
    if target in reference.people:
        found[f"custodian:{target}"] = digest(reference.people[target].model_dump(mode="json"))
    return found


def authors(
    matter: Matter, playbook: Playbook, reference: Reference, step: Step, target: str
) -> tuple[str, ...]:
    """Name the people whose answers, facts or corrections the instance's document is made from."""
    found: list[str | None] = [
        matter.instance(o, "-").answered_by for o in sorted(playbook.upstream(step.id))
    ]
    if step.notice is not None:
        notice = reference.notices[step.notice]
        found += [fact.recorded_by for fact in matter.facts.values() if notice.uses(fact.kind)]
    if target in matter.parties:
        found.append(matter.parties[target].recorded_by)
    return tuple(dict.fromkeys(person for person in found if person and person != "breachbook"))
