"""The journal as an audience is shown it: whole lines, and of the others what proves that they are there.

Every line's leaf hash is given, so that the tree over all lines can be made anew from them: a line
that is withheld stands in it unchanged, and none can be added or left out.

Authority: RFC 6962, section 2.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from breachbook import merkle
from breachbook.bundle.wall import Shown, Withheld
from breachbook.values import Values

FOLDER = "journal"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A journal and what is shown of it.

    Attributes:
        lines: Every line, without its newline.
        verdicts: For each of them what is shown.
        checkpoint: Number of lines that the newest checkpoint covers, 0 where there is none.
    """

    lines: Sequence[bytes]
    verdicts: Sequence[Shown | Withheld]
    checkpoint: int

    @property
    def shown(self) -> list[int]:
        """Give the numbers of the lines that are shown, from 1."""
        return [n for n, one in enumerate(self.verdicts, 1) if isinstance(one, Shown)]

    def files(self, values: Values) -> dict[str, bytes]:
        """Write the files of the journal, by path in the bundle.

        ``leaves.txt``: number, leaf hash, and ``shown`` or ``withheld``, a line each.
        ``root.txt``: number of lines, and the root over them.
        ``proofs.txt``: for each line shown its number, the size of the tree, its leaf hash and the
        hashes that lead to the root, ``L`` where one stands on the left. The tree is the newest
        checkpoint's where it covers the line, else that of all lines.
        """
        leaves = [merkle.leaf_hash(line) for line in self.lines]
        shown = self.shown
        texts = [text for one in self.verdicts if isinstance(one, Shown) for text in one.texts]
        rows = values.rows(texts)
        files = {
            "shown.jsonl": b"".join(self.lines[n - 1] + b"\n" for n in shown),
            "leaves.txt": _leaves(leaves, set(shown)),
            "root.txt": f"{len(leaves)} {merkle.root(leaves).hex()}\n".encode(),
            "proofs.txt": self._proofs(leaves, shown),
        }
        if rows:
            files["values.jsonl"] = b"".join(row + b"\n" for row in rows)
        return {f"{FOLDER}/{name}": data for name, data in files.items()}

    def _proofs(self, leaves: Sequence[bytes], shown: Sequence[int]) -> bytes:
        parts = [
            (self.checkpoint, [n for n in shown if n <= self.checkpoint]),
            (len(leaves), [n for n in shown if n > self.checkpoint]),
        ]
        rows = []
        for size, numbers in parts:
            proofs = merkle.inclusions(leaves[:size], (n - 1 for n in numbers))
            for number, proof in zip(numbers, proofs, strict=True):
                steps = _sided(proof, number - 1, size)
                rows.append(" ".join([str(number), str(size), leaves[number - 1].hex(), *steps]))
        return "".join(f"{row}\n" for row in rows).encode()


def _leaves(leaves: Sequence[bytes], shown: set[int]) -> bytes:
    rows = (
        f"{n} {leaf.hex()} {'shown' if n in shown else 'withheld'}\n"
        for n, leaf in enumerate(leaves, 1)
    )
    return "".join(rows).encode()


def _sided(proof: Sequence[bytes], index: int, size: int) -> list[str]:
    """Say of each hash of a proof on which side of the way up it stands."""
    sided: list[str] = []
    last, rest = size - 1, iter(proof)
    while last:
        if index & 1 or index < last:
            sided.append(("L" if index & 1 else "R") + next(rest).hex())
        index, last = index >> 1, last >> 1
    return sided
