"""The page that tells anybody how to verify a bundle: with a shell, coreutils and openssl, and nothing of ours.

Every command stands on a line that begins with four blanks; together they are one shell script.
"""

import textwrap
from collections.abc import Mapping

from breachbook.bundle.material import Material
from breachbook.bundle.page_words import AFTER, BEFORE, TITLES
from breachbook.bundle.pinned import SEAL_KEY
from breachbook.seal import key_id, public_key
from breachbook.seal.envelope import PAYLOAD_TYPE

MANIFEST, SIGNATURE = "MANIFEST.sha256", "MANIFEST.sig"
PAGES: Mapping[str, str] = {"en-US": "PROCEDURE", "zh-CN": "PROCEDURE.zh"}
_INDENT = " " * 4

# Shell, by the name of the check; words in single braces are filled in.
_COMMANDS: Mapping[str, str] = {
    "begin": """\
export LC_ALL=C; w=$(mktemp -d); bad=0; fails() { echo "FAILED: $*"; bad=1; }
raw() { tr a-f A-F | basenc --base16 -d; }; sha() { sha256sum | cut -c1-64; }
same() { [ "$(sha)" = "$(sha < $1)" ]; }
signed() { openssl pkeyutl -verify -pubin -inkey keys/$1.pem -rawin -in $2 -sigfile $3 \\
  > $w/o 2>&1 || fails signature $3; }
sha < MANIFEST.sha256
for k in keys/*.pem; do openssl pkey -pubin -in $k -outform DER | sha; done
""",
    "files": """\
signed seal MANIFEST.sha256 MANIFEST.sig
sha256sum --quiet --strict -c MANIFEST.sha256 || fails a listed file
du -al . | cut -f2- | sort > $w/all; du . | cut -f2- | sort > $w/folders
comm -23 $w/all $w/folders | cut -c3- | sort > $w/found
{ cut -c67- MANIFEST.sha256; echo MANIFEST.sha256; echo MANIFEST.sig; } | sort |
  same $w/found || fails the set of files
""",
    "exhibits": """\
for e in {exhibits}; do x=exhibits/$e; for a in sha256 sha512; do
  [ ! -e $x/manifest-$a.txt ] || (cd $x; for m in manifest-$a.txt tagmanifest-$a.txt; do
    [ ! -s $m ] || ${a}sum --quiet --strict -c $m || exit 1; done) || fails $x; done
  j=$(cat $x.seal.json); p=${j#*'"payload":"'}; s=${j#*'"sig":"'}
  echo "${p%%'"'*}" | basenc --base64 -d > $w/p
  echo "${s%%'"'*}" | basenc --base64 -d | same $x.seal.sig || fails $x.seal.sig
  { printf 'DSSEv1 {length} {type} %s ' $(wc -c < $w/p)
    cat $w/p; } | same $x.seal.pae || fails $x.seal.pae
  signed seal $x.seal.pae $x.seal.sig
  t=$(cat $x/tagmanifest-*.txt | sha); s=$(sha < $x.seal.json); f=
  case $(cat $w/p) in *'"tag_manifest":{"name":"tagmanifest-sha'*'.txt","sha256":"'$t'"}'*) ;;
    *) fails $x: its seal is of another bag;; esac
  while IFS= read -r l; do case $l in *'"kind":"exhibit.sealed",'*) case $l in
    *'"exhibit":"'$e'",'*'"seal_sha256":"'$s'",'*) f=1;; esac;; esac
  done < journal/shown.jsonl
  [ "$f" ] || fails $x: its seal is not in the journal; done
""",
    "journal": """\
h=; i=0; while read -r n leaf is; do i=$((i+1)); [ $n = $i ] || fails leaves.txt, $i
  case $is in withheld) h=; continue;; esac; IFS= read -r l <&3
  b=${l%,\\"hash\\":*}; o=${l##*,\\"hash\\":\\"}; o=${o%\\"\\}}; p=${b##*\\"prev\\":\\"}
  x=$(printf '%s}' "$b" | sha256sum); [ "${x%% *}" = "$o" ] || fails line $n: its hash
  x=$(printf '\\0%s' "$l" | sha256sum); [ "${x%% *}" = $leaf ] || fails line $n: its leaf
  case $b in *,\\"seq\\":$n,*) ;; *) fails line $n: its number;; esac
  [ -z "$h" ] || [ "${p%%\\"*}" = $h ] || fails line $n: the one before it
  h=$o; done < journal/leaves.txt 3< journal/shown.jsonl
node() { { printf '\\1'; echo $1$2 | raw; } | sha; }
tree() { head -n $1 journal/leaves.txt | cut -d' ' -f2 > $w/a
  while k=$(wc -l < $w/a); [ $k -gt 1 ]; do rm -rf $w/n; mkdir $w/n
    yes 01 | head -n $((k/2)) > $w/ones; tail -n $((k%2)) $w/a > $w/odd
    head -n $((k-k%2)) $w/a | paste -d '\\0' $w/ones - - | tr -d '\\n' | raw |
      split -a 5 -b 65 - $w/n/; (cd $w/n; sha256sum *) | cut -c1-64 | cat - $w/odd > $w/b
    mv $w/b $w/a; done; cat $w/a; }
read -r n r < journal/root.txt; [ $n = $i ] && [ "$(tree $n)" = $r ] || fails the root
""",
    "checkpoints": """\
for k in $(printf '%s\\n' anchors/*.note | sort -V); do k=${k%.note}
  head -c $(wc -c < $k.text) $k.note | same $k.text || fails $k.text
  tail -n 1 $k.note | cut -d' ' -f3 | basenc --base64 -d | tail -c 64 |
    same $k.sig || fails $k.sig
  signed log $k.text $k.sig; done
{ read -r o; read -r n; read -r r; } < $k.text
r=$(echo $r | basenc --base64 -d | basenc --base16 | tr A-F a-f)
[ "$(tree $n)" = $r ] || fails $k: its root
""",
    "proof": """\
while read -r m s c p; do [ $m != {number} ] || break; done < journal/proofs.txt
for q in $p; do case $q in L*) c=$(node ${q#L} $c);; *) c=$(node $c ${q#R});; esac; done
[ $s = $n ] && [ $c = $r ] || fails the proof of line {number}
""",
    "stamps": """\
for t in exhibits/*.stamps/*.tsr anchors/*.stamps/*.tsr; do [ -e $t ] || continue
  d=${t%.stamps/*}; case $d in e*) d=$d.seal.json;; *) d=$d.note;; esac
  openssl ts -reply -in $t -text 2> $w/o | tr '\\n' '~' > $w/t; u=$(cat $w/t)
  u=${u#*Time stamp: }; u=$(date -u -d "${u%%~*}" +%s) || fails $t: no time
  for q in "-data $d" "-queryfile ${t%r}q"; do openssl ts -verify $q -in $t \\
    -CAfile ${t%.tsr}.pem -attime $u > $w/o 2>&1 || fails $t $q; done; done
""",
    "texts": """\
while IFS= read -r l; do c=${l#*\\"c\\":\\"}; c=${c%%\\"*}; s=${l#*\\"salt\\":\\"}
  v=${l#*\\"value\\":}; case $(cat journal/shown.jsonl) in *'{"c":"'$c'"}'*) ;;
  *) fails text $c: not in the journal;; esac; { echo ${s%%\\"*} | raw
  printf %s "${v%\\}}"; } | sha > $w/c; [ $(cat $w/c) = $c ] || fails text $c
done < journal/values.jsonl
""",
    "end": "rm -r $w; [ $bad = 0 ] && echo everything verified\n",
}


def procedures(material: Material, files: Mapping[str, bytes]) -> dict[str, str]:
    """Write the procedure in every language, by the language; the commands are the same.

    Args:
        files: What the bundle holds beside the bags, by path.
    """
    return {language: _procedure(material, files, language) for language in PAGES}


def commands(page: str) -> str:
    """Give the commands of the page as one script."""
    return "".join(
        f"{line.removeprefix(_INDENT)}\n" for line in page.splitlines() if line.startswith(_INDENT)
    )


def _procedure(material: Material, files: Mapping[str, bytes], language: str) -> str:
    words = {
        "matter": material.matter.id,
        "line": str(material.matter.seq),
        "key": key_id(public_key(files[SEAL_KEY]))[:32],
        "exhibits": f" \\\n{_INDENT}  ".join(textwrap.wrap(" ".join(material.exhibits), 78)),
        "length": str(len(PAYLOAD_TYPE)),
        "type": PAYLOAD_TYPE,
        "number": str(_first(material)),
    }
    titles = TITLES[language]
    blocks = [
        f"{number}. {titles[name]}\n\n{_indented(_COMMANDS[name])}"
        for number, name in enumerate(_checks(material, files))
    ]
    page = "\n".join([BEFORE[language], *blocks, _indented(_COMMANDS["end"]), AFTER[language]])
    for name, word in words.items():
        page = page.replace(f"{{{name}}}", word)
    return page


def _checks(material: Material, files: Mapping[str, bytes]) -> list[str]:
    """Name the checks that there is something for, in their order."""
    named = ["begin", "files", "exhibits", "journal"]
    if material.anchors:
        named.append("checkpoints")
    if not material.anchors or _first(material) <= material.disclosure.checkpoint:
        named.append("proof")
    if any(path.endswith(".tsr") for path in files):
        named.append("stamps")
    if "journal/values.jsonl" in files:
        named.append("texts")
    return named


def _first(material: Material) -> int:
    """Give the line that records the first sealing; its proof is the example."""
    return min(one.line for one in material.sealed)


def _indented(script: str) -> str:
    return textwrap.indent(script, _INDENT)
