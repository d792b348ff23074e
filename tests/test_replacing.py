"""Replacing a draft: the text of an edited DOCX, printed anew, decided anew, and nothing else of it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from breachbook import decisions, records, redline
from breachbook.audit.approvals import check_approvals
from breachbook.audit.kept import check_store
from breachbook.canonical import sha256
from breachbook.demo.portal import Portal
from breachbook.errors import ApprovalError, BreachbookError, ContentError, UsageError
from breachbook.events import Actor
from breachbook.replacing import Replaced
from tests.builders import StandingClock
from tests.cases_core import (
    CLERK,
    COUNSEL,
    LETTER,
    REPORTER,
    Case,
    refused,
    waits_for_triage,
)
from tests.handed_in import (
    HOLDER,
    HOSTILE,
    bytes_of,
    cell,
    ended,
    hand_in,
    newest,
    paragraph,
    table,
    tracked,
    worded,
)
from tests.letters import docx_text, pdf_text

PEOPLE = ("david-okafor", "lin-yue")
OLD, NEW = "Dear Sir or Madam:", "Dear Ms Gao:"


@pytest.fixture(scope="module", autouse=True)
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The supplier's portal, so that suspensions can be planned, and a clock that stands."""
    made = Portal(tmp_path_factory.mktemp("portal") / "portal.json")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BREACHBOOK_DEMO_PORTAL_URL", made.url)
        patch.setenv("BREACHBOOK_DEMO_PORTAL_TOKEN", made.token)
        patch.setattr("breachbook.clock.now", StandingClock())
        yield
    made.stop()


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A matter whose letters wait for approval; the one to the holder is in English."""
    case = waits_for_triage(tmp_path_factory.mktemp("drafted") / "w")
    case.answer()
    case.advance()
    return case


@pytest.fixture
def case(drafted: Case, tmp_path: Path) -> Case:
    """A copy of it."""
    return drafted.copy(tmp_path / "w")


def test_text_of_the_edit_is_printed_in_every_form(case: Case) -> None:
    """Markdown, DOCX and PDF of the new version say what was handed in, under the example's watermark."""
    old = newest(case)
    upload = ended(bytes_of(case, old, ".docx"), paragraph("We add this demand."))
    done = hand_in(case, upload)
    new = newest(case)

    assert (new.id, new.version, new.replaces) == (done.document, 2, old.id)
    assert b"We add this demand" in bytes_of(case, new, ".md")
    assert "We add this demand." in docx_text(bytes_of(case, new, ".docx"))
    assert "Weaddthisdemand." in pdf_text(bytes_of(case, new, ".pdf"))
    assert "EXAMPLE-NOTAREALNOTICE" in pdf_text(bytes_of(case, new, ".pdf"))
    assert new.files.keys() == old.files.keys()


def test_upload_is_kept_and_served_to_nobody(case: Case) -> None:
    """The bytes handed in stand in the store under the event's hash, and are no file of the version."""
    upload = ended(bytes_of(case, newest(case), ".docx"), paragraph("More."))
    hand_in(case, upload)
    new = newest(case)

    assert new.edit == sha256(upload)
    assert case.file.store.get(new.edit) == upload
    assert new.edit not in new.files.values()
    assert check_store(case.file.folder, case.events()).findings == ()


def test_version_rests_on_the_same_and_adds_its_author(case: Case) -> None:
    """Inputs, party, form and template stay; whoever edited stands behind it too."""
    old = newest(case)
    hand_in(case, actor=CLERK)
    new = newest(case)

    assert new.inputs == old.inputs
    assert (new.party, new.form, new.template, new.language) == (
        old.party, old.form, old.template, old.language,
    )  # fmt: skip
    assert new.authors == (*old.authors, CLERK.person)


def test_open_request_falls_and_the_new_text_is_asked_for(case: Case) -> None:
    """The old card is void in the same append, can be approved no more, and a new request follows."""
    old = case.request(LETTER, HOLDER)
    case.approve(LETTER, HOLDER, PEOPLE[:1])
    done = hand_in(case)
    kinds = [event.kind for event in case.events()[-2:]]
    late = decisions.decide(
        case.workspace, old, actor=Actor("lin-yue", "example"), answer="approve"
    )
    case.advance()
    new = case.matter.approvals[case.request(LETTER, HOLDER)]

    assert (done.request, kinds) == (old, ["approval.voided", "document.drafted"])
    assert case.matter.approvals[old].state == "voided"
    assert late.code == "voided"
    assert (new.document, new.state, new.decisions) == (done.document, "open", [])


def test_uploader_may_not_approve_where_authors_are_excluded(case: Case) -> None:
    """An approver who edits the letter has written it, so others must decide."""
    hand_in(case, actor=Actor("lin-yue", "example"))
    case.advance()
    approval = case.matter.approvals[case.request(LETTER, HOLDER)]

    assert "lin-yue" in approval.excluded
    assert "lin-yue" not in approval.approvers
    assert case.approve(LETTER, HOLDER, ["lin-yue"]) == ["refused"]


def test_letter_handed_out_is_stopped_and_served_only_as_approved_anew(case: Case) -> None:
    """Whoever holds the old letter is stopped; the new one is served after its own approval."""
    case.approve(LETTER, HOLDER, PEOPLE)
    case.advance()
    old = newest(case)
    hand_in(case)
    stopped = case.matter.instance(LETTER, HOLDER).acts["serve"].state
    case.advance()
    refused(case, lambda: case.serve(HOLDER), ApprovalError, "is not approved for service")
    refused(case, lambda: case.serve(HOLDER, document=old.id), ApprovalError, "newest version")
    case.approve(LETTER, HOLDER, PEOPLE)
    case.advance()
    case.serve(HOLDER)
    served = newest(case).served
    assert served is not None

    assert stopped == "halted"
    assert dict(served["files"]) == dict(newest(case).files)
    assert served["request"] == case.request(LETTER, HOLDER)


def test_request_for_changes_stays_as_it_is(case: Case) -> None:
    """Who asked for changes said so; the record of it is not undone by the answer to it."""
    request = case.request(LETTER, HOLDER)
    decisions.decide(
        case.workspace, request, actor=Actor("lin-yue", "example"), answer="request-changes",
        comment="name the licence",
    )  # fmt: skip
    done = hand_in(case)
    case.advance()

    assert done.request is None
    assert case.matter.approvals[request].state == "changes-requested"
    assert case.matter.approvals[case.request(LETTER, HOLDER)].document == done.document


def test_tracked_changes_are_accepted_and_comments_counted(case: Case) -> None:
    """What was inserted is text, what was deleted is gone, and the person is told what was left out."""
    done = hand_in(case, tracked(bytes_of(case, newest(case), ".docx")))
    text = docx_text(bytes_of(case, newest(case), ".docx"))

    assert "We reserve every further right." in text
    assert "really?" not in text
    assert "its 2 tracked changes were taken as accepted" in done.text
    assert "its 2 comments were not taken over" in done.text


def test_markup_in_the_text_stays_text(case: Case) -> None:
    """What looks like HTML, TeX, Typst, a template or Markdown is printed as it was typed."""
    text = "<b>x</b> \\textbf{y} [l](http://e.example) {{ 7*7 }} #panic() $z$ *s* `c` --- @fig | 1. ^a^"
    hand_in(case, ended(bytes_of(case, newest(case), ".docx"), paragraph(text)))

    assert text in docx_text(bytes_of(case, newest(case), ".docx"))
    assert text.replace(" ", "") in pdf_text(bytes_of(case, newest(case), ".pdf"))


def test_edit_that_inputs_outrun_is_named_and_shown_lost(case: Case) -> None:
    """When a fact changes the template is drafted anew; the voided card and the redline say what got lost."""
    done = hand_in(case)
    case.advance()
    request = case.request(LETTER, HOLDER)
    records.correct_party(case.file, CLERK, HOLDER, {"address": "9 Other Road"}, "moved")
    case.advance()
    found = redline.redline_of(case.file, case.matter, newest(case).id)
    assert found is not None

    assert case.matter.approvals[request].changed == (f"party:{HOLDER}", f"edit:{done.document}")
    assert found[0] == done.document
    assert "[-A last word" in found[1]


@pytest.mark.parametrize("name", ["not a zip", "an external entity", "no text"])
def test_hostile_file_is_refused_and_changes_nothing(case: Case, name: str) -> None:
    """What is no plain DOCX of text is refused with the reason, and nothing of it is kept."""
    make, words = HOSTILE[name]
    upload = make(bytes_of(case, newest(case), ".docx"))
    kept = list(case.file.store.digests())

    refused(case, lambda: hand_in(case, upload), ContentError, words)
    assert list(case.file.store.digests()) == kept


def test_name_of_the_file_cannot_act_on_a_terminal(case: Case) -> None:
    """A name with control characters is shown without them."""
    with pytest.raises(ContentError) as told:
        hand_in(case, b"x", name="\x1b[2J../../evil\n.docx")

    assert str(told.value).startswith("?[2J../../evil?.docx: ")


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("Destroy every copy at once.", "BodyText"),
        ("Destroy every copy at once.", "BlockText"),
        ("We will go to the police.", "BodyText"),
    ],
)
def test_wording_that_the_kind_forbids_is_refused(case: Case, text: str, style: str) -> None:
    """No edit orders destruction or threatens, not even dressed up as a quotation."""
    upload = ended(bytes_of(case, newest(case), ".docx"), paragraph(text, style))

    refused(case, lambda: hand_in(case, upload), ContentError, "no such wording")


def test_forbidden_word_in_two_formats_is_refused(case: Case) -> None:
    """Half a word in bold is still the word."""
    xml = (
        "<w:p><w:r><w:t>You must des</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>troy</w:t></w:r>"
        '<w:r><w:t xml:space="preserve"> it.</w:t></w:r></w:p>'
    )
    upload = ended(bytes_of(case, newest(case), ".docx"), xml)

    refused(case, lambda: hand_in(case, upload), ContentError, "no such wording")


def _outside(case: Case) -> Replaced:
    return hand_in(case, actor=Actor("alan-brooks", "example"))


def _reporter(case: Case) -> Replaced:
    return hand_in(case, actor=REPORTER)


def _conflicted(case: Case) -> Replaced:
    change = records.change_people
    change(case.file, case.library, COUNSEL, "conflict", CLERK.person, "related")
    return hand_in(case, actor=CLERK)


def _closed(case: Case) -> Replaced:
    records.close(case.file, COUNSEL, "over")
    return hand_in(case)


def _served(case: Case) -> Replaced:
    case.approve(LETTER, HOLDER, PEOPLE)
    case.advance()
    case.serve(HOLDER)
    return hand_in(case)


def _stale(case: Case) -> Replaced:
    records.correct_party(case.file, CLERK, HOLDER, {"address": "9 Other Road"}, "moved")
    return hand_in(case)


def _drafting(case: Case) -> Replaced:
    records.correct_party(case.file, CLERK, HOLDER, {"address": "9 Other Road"}, "moved")
    records.correct_party(case.file, CLERK, HOLDER, {"address": "9 Other Street"}, "moved")
    request = case.request(LETTER, HOLDER)
    decide = decisions.decide
    decide(
        case.workspace, request, actor=Actor("lin-yue", "example"), answer="reject", comment="no"
    )
    case.claim(LETTER, HOLDER)
    return hand_in(case)


def _plan(case: Case) -> Replaced:
    plan = next(d for d in case.matter.documents.values() if d.step == "suspend-portal")
    return hand_in(case, document=plan.id)


def _earlier(case: Case) -> Replaced:
    first = newest(case).id
    hand_in(case)
    return hand_in(case, document=first)


def _unapproved(case: Case) -> Replaced:
    brief = next(d for d in case.matter.documents.values() if d.step == "brief")
    return hand_in(case, document=brief.id)


@pytest.mark.parametrize(
    ("act", "error", "words"),
    [
        (_outside, ApprovalError, "no such matter, or it is not yours"),
        (_reporter, ApprovalError, "no such matter, or it is not yours"),
        (_conflicted, ApprovalError, "no such matter, or it is not yours"),
        (_closed, ApprovalError, "the matter is closed"),
        (_served, ApprovalError, "what went out is not changed"),
        (_stale, ApprovalError, "what it rests on has changed (party:moqiao-castings)"),
        (_drafting, ApprovalError, "a new version is being drafted"),
        (_plan, UsageError, "is the plan of a containment"),
        (_earlier, UsageError, "is not the newest version; allowed: D"),
        (_unapproved, ApprovalError, "goes out without approval"),
        (lambda case: hand_in(case, document="D99"), UsageError, "no such document; allowed: D"),
        (lambda case: hand_in(case, reason=" "), UsageError, "got no reason"),
        (
            lambda case: hand_in(case, bytes_of(case, newest(case), ".docx")),
            UsageError,
            "its text is that of D",
        ),
    ],
)
def test_what_may_not_be_replaced_is_refused(
    case: Case, act: Callable[[Case], Replaced], error: type[BreachbookError], words: str
) -> None:
    """Whoever may not, whatever went out, is old, moving or no notice: refused, and no version is made."""
    before = len(case.matter.documents)
    with pytest.raises(error) as told:
        act(case)

    assert words in str(told.value)
    assert len(case.matter.documents) == before + (act is _earlier)


def test_second_of_two_edits_of_one_version_is_refused(case: Case) -> None:
    """Two people who edit the same version cannot overwrite each other."""
    old = newest(case)
    docx = bytes_of(case, old, ".docx")
    hand_in(case, ended(docx, paragraph("Mine.")))

    refused(
        case,
        lambda: hand_in(case, ended(docx, paragraph("Yours.")), CLERK, document=old.id),
        UsageError,
        "is not the newest version",
    )


STEPS: dict[str, Callable[[Case], object]] = {
    "advance": Case.advance,
    "replace": hand_in,
    "one approves": lambda case: case.approve(LETTER, HOLDER, PEOPLE[:1]),
    "both approve": lambda case: case.approve(LETTER, HOLDER, PEOPLE),
    "serve": lambda case: case.serve(HOLDER),
    "correct": lambda case: records.correct_party(
        case.file, CLERK, HOLDER, {"address": f"{case.matter.seq} Other Road"}, "moved"
    ),
}


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=st.lists(st.sampled_from(sorted(STEPS)), min_size=4, max_size=8))
def test_no_history_serves_an_edit_under_an_approval_of_what_it_replaced(
    drafted: Case, tmp_path_factory: pytest.TempPathFactory, history: list[str]
) -> None:
    """Whatever people do in whatever order, what is served is what its own request was approved for."""
    case = drafted.copy(tmp_path_factory.mktemp("history") / "w")
    for step in ["both approve", *history, "advance", "both approve", "advance", "serve"]:
        try:
            STEPS[step](case)
        except BreachbookError:
            continue
    matter = case.matter

    assert check_approvals(case.file.folder, case.events(), matter).findings == ()
    for document in matter.documents.values():
        if document.served is not None:
            approval = matter.approvals[document.served["request"]]
            manifest = json.loads(case.file.store.get(approval.subject))
            files = {item["role"]: item["sha256"] for item in manifest["files"]}
            assert approval.document == document.id
            assert files == dict(document.files) == dict(document.served["files"])


def test_words_can_be_changed_in_place(case: Case) -> None:
    """A changed salutation is one passage of the redline, and the new version says it."""
    done = hand_in(case, worded(bytes_of(case, newest(case), ".docx"), *_salutation(case)))

    assert "in 1 passage" in done.text


def _salutation(case: Case) -> tuple[str, str]:
    text = docx_text(bytes_of(case, newest(case), ".docx"))
    return (OLD, NEW) if OLD in text else ("郑重致函如下", "特致函如下")


def test_lists_and_tables_survive(case: Case) -> None:
    """A table added in Word and numbered items are kept as they are read."""
    row = cell("a|b") + cell("c*d")
    hand_in(case, ended(bytes_of(case, newest(case), ".docx"), table(row, row)))

    assert docx_text(bytes_of(case, newest(case), ".docx")).count("a|bc*d") == 2
