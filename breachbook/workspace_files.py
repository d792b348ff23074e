"""The shapes of the files a workspace is made of, as people write them; everything unknown is refused."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from breachbook.people import Id, Strict, Zone
from breachbook.playbook import Place, Vector

Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]


def _date(text: str) -> str:
    try:
        exact = date.fromisoformat(text).isoformat() == text
    except ValueError:
        exact = False
    if not exact:
        raise ValueError("a date such as 2026-11-16")
    return text


def _instant(text: str) -> str:
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        value = None
    if value is None or value.tzinfo is None or "T" not in text:
        raise ValueError("a date and time with its offset, such as 2026-11-16T09:40:00-06:00")
    return text


def _date_or_instant(text: str) -> str:
    return _instant(text) if "T" in text or " " in text else _date(text)


Date = Annotated[str, AfterValidator(_date)]
Instant = Annotated[str, AfterValidator(_instant)]
When = Annotated[str, AfterValidator(_date_or_instant)]


class Organisation(Strict):
    """Who we are, as letters name us."""

    id: Id
    name: Text
    name_local: str | None = None
    address: Text
    address_local: str | None = None
    place: Place
    zone: Zone
    registration: str | None = None
    representative: str | None = None
    email: str | None = None
    phone: str | None = None


class SlackSettings(Strict):
    """Where Slack is; tokens and signing secret come from the environment.

    With ``socket_mode`` the desk listens over a socket and must be given SLACK_APP_TOKEN.
    """

    team_id: str
    base_url: str = "https://slack.com/api/"
    socket_mode: bool = False


TRIAL = "trial"


class StampAuthority(Strict):
    """A time-stamp authority (RFC 3161) that seals and anchors are sent to, as blinded digests.

    Attributes:
        legal_class: What its word is worth: a qualified one of the EU (eIDAS article 41), a Chinese
            trusted time-stamp, a plain one; ``trial`` is the one of ``up --demo-tsa`` and proves nothing.
        roots: PEM file with the roots it is trusted by, relative to the workspace.
        policy: Object identifier its tokens must name, or None for any.
        name: Subject its signer's certificate must have (RFC 4514 text), or None for any.
    """

    id: Id
    url: Text
    legal_class: Literal["qualified-eu", "cn-trusted", "plain", "trial"]
    roots: Text
    policy: Annotated[str, StringConstraints(pattern=r"^[0-2](\.[0-9]+)+$")] | None = None
    name: str | None = None
    timeout_seconds: Annotated[int, Field(ge=1, le=120)] = 20

    @property
    def is_trial(self) -> bool:
        """Say whether its word is worthless as proof."""
        return self.legal_class == "trial"


def _authorities(rows: list[StampAuthority]) -> list[StampAuthority]:
    ids = [row.id for row in rows]
    if len(set(ids)) != len(ids) or TRIAL in ids:
        raise ValueError("each id once, and none that is trial, which is that of `up --demo-tsa`")
    return rows


class EvidenceSettings(Strict):
    """How evidence is preserved; ``stored_in`` is the country the workspace stands in."""

    algorithm: Literal["sha256", "sha512"] = "sha256"
    workers: Annotated[int, Field(ge=1, le=16)] = 2
    stored_in: Place | None = None
    authorities: Annotated[list[StampAuthority], AfterValidator(_authorities)] = []


class AnchorSettings(Strict):
    """When and where checkpoints of the journals are kept outside of them.

    Attributes:
        minutes: After how long a journal that grew is anchored, decisive events aside: these at once.
        slack: Whether they are posted to the matter's channel.
        folders: Folders on other machines' disks, such as mounted ones, that get a copy.
        time_stamp: Whether every authority of ``[evidence]`` stamps them.
    """

    minutes: Annotated[int, Field(ge=5, le=1440)] = 60
    slack: bool = True
    folders: list[Text] = []
    time_stamp: bool = True


class LawFirm(Strict):
    """Who signs a law firm's letter in one place."""

    name: Text
    title: Text
    firm: Text
    practice_number: Text
    email: str | None = None
    phone: str | None = None


class Config(Strict):
    """breachbook.toml; ``law_firms`` by ISO country."""

    kind: Literal["live", "example"] = "live"
    organisation: Organisation
    slack: SlackSettings | None = None
    evidence: EvidenceSettings = EvidenceSettings()
    anchors: AnchorSettings = AnchorSettings()
    playbooks: dict[Vector, Id] = {}
    law_firms: dict[Place, LawFirm] = {}


class Measure(Strict):
    """One secrecy measure and its proof."""

    kind: Literal["access", "agreement", "training", "technical", "marking", "physical"]
    text: Text
    since: Date
    proof: str | None = None


class Access(Strict):
    """Somebody who has, or had, access to a secret."""

    person: Id | None = None
    party: Id | None = None
    since: Date
    until: Date | None = None
    basis: Text


class Value(Strict):
    """What the secret is worth and on what basis; ``amount_minor`` in hundredths of the currency."""

    amount_minor: int
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    basis: Text


class TradeSecret(Strict):
    """One row of the register of trade secrets, described by category; the secret itself stays out.

    Attributes:
        category: One text, or one a language (``en``, ``de``, ``ja``), for letters abroad.
        category_local: In the language of the place, for Chinese letters.
    """

    id: Id
    title: Text
    title_local: str | None = None
    category: Text | Annotated[dict[Language, Text], Field(min_length=1)]
    category_local: str | None = None
    owner: Text
    value: Value | None = None
    since: Date
    measures: list[Measure] = Field(min_length=1)
    access: list[Access] = []


class Clause(Strict):
    """One clause of an agreement, as it stands."""

    number: str
    title: str
    text: Text
    text_local: str | None = None


class NoticesTo(Strict):
    """Where the agreement says notices go."""

    address: Text
    address_local: str | None = None
    email: str | None = None
    attention: str | None = None
    method: str | None = None


class Agreement(Strict):
    """One NDA or contract with its clauses."""

    id: Id
    title: Text
    title_local: str | None = None
    kind: Literal["licence", "nda", "supply", "employment", "other"]
    counterparty: Id
    signed_on: Date
    ends_on: Date | None = None
    governing_law: Text
    forum: Text
    confidentiality_survives: str | None = None
    clauses: list[Clause] = Field(min_length=1)
    notices_to: NoticesTo | None = None


class PartyRow(Strict):
    """Somebody outside, as letters address them."""

    id: Id
    name: Text
    name_local: str | None = None
    role: Literal[
        "supplier", "holder", "competitor", "employer", "customer", "distributor", "other"
    ]
    place: Place
    language: str
    address: Text
    address_local: str | None = None
    email: str | None = None
    contact: str | None = None
    registration: str | None = None


class Account(Strict):
    """Access that somebody has to a system of ours, and the recipe that shuts it.

    Attributes:
        party: Whose it is.
        person: Who uses it, where that is somebody of people.yaml.
    """

    id: Id
    title: Text
    party: Id
    person: Id | None = None
    system: Id
    recipe: Id
    source: Id | None = None
    parameters: dict[str, str] = {}


WorksCouncil = Literal["agreed", "informed", "not-required", "pending"]


class SourceRow(Strict):
    """Something to preserve.

    Attributes:
        kind: How it is collected; a key of `breachbook.collecting.KINDS`.
        path: Where a folder, file, mail or repository is; relative to the workspace.
        url: Address of a page, a repository, ``s3://bucket/prefix``, ``sftp://user@host/path`` or
            ``imaps://user@host/Folder``.
        channel: Id of a Slack channel that the app is in.
        secret: ``env:NAME``, the variable with the mailbox's password or the path of the SFTP key.
        known_hosts: File with the SFTP server's key; relative to the workspace.
        command: Program and arguments, run on this machine without a shell.
        place: Country where it is stored.
        state_secret: It may hold a state secret: it is then collected only within its country.
        legal_basis: On what mail or chat may be collected; demanded for these.
        works_council: What became of asking it; demanded for mail and chat in Germany and France.
        seconds: How long a program or a server may take.
    """

    id: Id
    title: Text
    kind: Literal[
        "folder", "file", "mail", "web", "git", "command", "s3", "sftp", "imap", "slack-channel"
    ]
    path: Text | None = None
    url: Text | None = None
    command: list[Text] | None = None
    channel: Text | None = None
    secret: Annotated[str, StringConstraints(pattern=r"^env:[A-Z][A-Z0-9_]*$")] | None = None
    known_hosts: Text | None = None
    place: Place
    personal_data: bool = False
    state_secret: bool = False
    trade_secret: bool = False
    legal_basis: Text | None = None
    works_council: WorksCouncil | None = None
    seconds: Annotated[int, Field(ge=1, le=86400)] = 300


class TradeSecretsFile(Strict):
    """trade_secrets.yaml."""

    trade_secrets: list[TradeSecret]


class AgreementsFile(Strict):
    """agreements.yaml."""

    agreements: list[Agreement]


class PartiesFile(Strict):
    """parties.yaml."""

    parties: list[PartyRow]


class AccountsFile(Strict):
    """accounts.yaml."""

    accounts: list[Account]


class SourcesFile(Strict):
    """sources.yaml."""

    sources: list[SourceRow]


class ReportedFact(Strict):
    """A fact known when the leak is reported."""

    kind: Id
    when: When
    about: Id


class Report(Strict):
    """report.yaml: what a reporter says."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    reporter: Id
    discovered_at: Instant
    occurred_at: Instant | None = None
    vector: Vector
    places: list[Place] = Field(min_length=1)
    trade_secrets: list[Id] = Field(min_length=1)
    holders: list[Id] = []
    custodians: list[Id] = []
    accounts: list[Id] = []
    sources: list[Id] = []
    suspects: list[Id] = []
    summary: Text
    facts: list[ReportedFact] = []

    def as_data(self) -> dict[str, Any]:
        """Give the report as a mapping of JSON types."""
        return self.model_dump(mode="json")
