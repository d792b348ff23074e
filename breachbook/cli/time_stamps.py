"""What the doctor looks at of time-stamp authorities: whether there is one, and what it is trusted by."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from breachbook import stamp_authorities
from breachbook.cli.looked_at import Item
from breachbook.workspace import Workspace
from breachbook.workspace_files import StampAuthority

ABOUT = "time-stamps"
_SOON = timedelta(days=90)


def look(workspace: Workspace) -> Iterator[Item]:
    """Look at every configured authority; nobody is asked for anything."""
    configured = stamp_authorities.configured(workspace)
    if not configured:
        yield Item(
            ABOUT,
            "missing",
            "no [[evidence.authorities]] in breachbook.toml: nobody else vouches for when evidence was there;"
            " `up --demo-tsa` uses a trial authority, worthless as proof",
        )
    for authority in configured.values():
        faults = list(_faults(workspace, authority))
        yield from faults
        if not faults:
            worth = "worthless as proof" if authority.is_trial else f"trusted by {authority.roots}"
            yield Item(ABOUT, "ok", f"{authority.id}: {authority.legal_class}, {worth}")


def _faults(workspace: Workspace, authority: StampAuthority) -> Iterator[Item]:
    from breachbook.timestamp.asking import allowed

    if not allowed(authority, example=workspace.example):
        where = "on this machine, as this is an example" if workspace.example else "https"
        yield _unsafe(authority, f"its url is {authority.url}; allowed: {where}")
    yield from _of_name(authority)
    yield from _of_roots(workspace, authority)


def _of_name(authority: StampAuthority) -> Iterator[Item]:
    from cryptography import x509

    try:
        x509.Name.from_rfc4514_string(authority.name or "")
    except ValueError:
        yield _unsafe(
            authority,
            f"its name is {authority.name!r}; allowed: a subject such as CN=Stamps,O=Firm",
        )


def _of_roots(workspace: Workspace, authority: StampAuthority) -> Iterator[Item]:
    from cryptography import x509

    pem = stamp_authorities.roots(workspace, authority)
    try:
        roots = x509.load_pem_x509_certificates(pem)
    except ValueError:
        yield _unsafe(
            authority,
            f"{authority.roots} is not there or holds no certificate; nothing is stamped",
        )
        return
    ends: datetime = min(root.not_valid_after_utc for root in roots)
    if ends < workspace.now() + _SOON:
        yield Item(
            ABOUT,
            "missing",
            f"{authority.id}: a root in {authority.roots} is valid until {ends:%Y-%m-%d} only;"
            " get its successor, and keep this one for the time-stamps there are",
        )


def _unsafe(authority: StampAuthority, text: str) -> Item:
    return Item(ABOUT, "unsafe", f"{authority.id}: {text}")
