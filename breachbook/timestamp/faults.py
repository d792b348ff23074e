"""What can be wrong with a time-stamp, or with the answer of an authority: one plain word each."""

from collections.abc import Mapping

# While examining a reply; several may be true of one.
OF_TOKENS: Mapping[str, str] = {
    "malformed": "cannot be read as a reply of RFC 3161",
    "rejected": "the authority refused to stamp",
    "wrong-imprint": "is a time-stamp of other bytes",
    "wrong-nonce": "answers another request",
    "wrong-policy": "was given under another policy than is asked for",
    "wrong-signer": "was signed in another name than is expected",
    "no-certificate": "lacks the certificate it was signed with",
    "unbound": "does not name the certificate it was signed with, or names another one",
    "wrong-purpose": "was signed with a certificate that is not for time-stamps alone",
    "expired": "was signed with a certificate that was not valid at the time it states",
    "no-roots": "no root is known that it could be trusted by",
    "untrusted": "does not lead to a root that is trusted",
    "bad-signature": "its signature does not fit",
    "future-time": "states a time that is still to come",
    "early-time": "states a time before what it stamps was there",
}

# While asking; nothing came back that could be examined.
OF_ANSWERS: Mapping[str, str] = {
    "bad-address": "the address is neither https nor on this machine",
    "no-answer": "did not answer in time, or could not be reached",
    "late": "began to answer and did not end in time",
    "redirected": "sent elsewhere, which is not followed",
    "refused": "answered with an error of HTTP",
    "too-long": "answered with more than a time-stamp can be",
    "no-data": "what was to be stamped is gone or was changed; nothing was sent",
}

FAULTS: Mapping[str, str] = {**OF_ANSWERS, **OF_TOKENS}
