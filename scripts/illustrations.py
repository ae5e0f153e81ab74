#!/usr/bin/env python3
"""Makes assets/illustrations/illustrations.json.gz: the drawings that the `card` provider composes its pictures from.

The drawings are chosen from two open emoji sets, the words that find them come from their names, from emojilib and from
`choice.json` beside this file, where also some drawings of our own stand. The packages are fetched with `npm pack`,
pinned by digest. The same packages give the same bytes.

    python3 scripts/illustrations.py [FOLDER WITH THE PACKED FILES]
"""

import collections
import gzip
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

from bodies import whole

PACKAGES = {
    "@iconify-json/noto@1.2.9": (
        "iconify-json-noto-1.2.9.tgz",
        "3e918d88fc945c0bb3d468dbace6f88caef67f01c9f0e7bcae0915a042e8f1ad",
    ),
    "@iconify-json/fluent-emoji-flat@1.2.6": (
        "iconify-json-fluent-emoji-flat-1.2.6.tgz",
        "7d064769dee690815f823bc5bcc511d957198caf9f5edd8dd9c1aa48a6aeb175",
    ),
    "emojilib@4.0.3": (
        "emojilib-4.0.3.tgz",
        "7f9a6b43cff31d18985b7d65d11faba5bd971cbcc60020cf6d09322fbaaaf303",
    ),
}
NOTO, FLUENT, EMOJILIB = PACKAGES
HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent / "assets" / "illustrations" / "illustrations.json.gz"
# A keyword that fits more drawings than this says too little about any of them.
VAGUE = 5
# The longest body taken; beyond it a drawing is fine detail that nobody sees in a film.
LONGEST = 24_000
# Size and place of a category's drawings where choice.json says nothing else.
DEFAULTS = {
    "Activities": "object",
    "Animals & Nature": "beast",
    "Food & Drink": "object",
    "Objects": "object",
    "Travel & Places": "building",
}


def packages(folder):
    """Each package's files as {path: bytes}, after its digest was checked."""
    files = {}
    for spec, (file, sha256) in PACKAGES.items():
        path = folder / file
        if not path.exists():
            subprocess.run(["npm", "pack", "--silent", spec], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        data = path.read_bytes()
        found = hashlib.sha256(data).hexdigest()
        if found != sha256:
            sys.exit(f"{path} has the digest {found}; {sha256} was pinned")
        with tarfile.open(path) as tar:
            files[spec] = {m.name: tar.extractfile(m).read() for m in tar if m.isfile()}
    return files


def chosen(choice, categories, icons):
    """The names to take, with their kinds, in order."""
    kinds = {name: kind for kind, names in choice["kinds"].items() for name in names.split()}
    dropped = set(choice["dropped"].split())
    taken = dict(kinds)
    for category, kind in DEFAULTS.items():
        for name in categories[category]:
            if name not in dropped and not re.search(r"-(thirty|oclock|face)$", name):
                taken.setdefault(name, kind)
    return {name: kind for name, kind in sorted(taken.items()) if any(name in s for s in icons.values())}


def words_of(name, choice, keywords):
    """What finds a drawing, by rank: 0 its name or our own word for it, 1 the noun in its name, 2 an idea that it stands
    for, 3 a keyword. A symbol is found by its name and by its ideas alone."""
    listed = lambda table: [w.strip() for w in choice[table].get(name, "").split(",") if w.strip()]  # noqa: E731
    words = {name.replace("-", " "): 0} | {word: 0 for word in listed("words")}
    for word in listed("ideas"):
        words.setdefault(word, 2)
    if name not in choice["symbols"].split():
        if not name.endswith("ing"):
            words.setdefault(name.split("-")[-1], 1)
        for word in keywords.get(name, []):
            words.setdefault(word.replace("_", " "), 3)
    return {w: r for w, r in words.items() if r in (0, 2) or (w not in choice["vague"].split() and len(w) > 2)}


def keywords_by_name(chars, lib):
    """emojilib's words for each of a set's names: through the code points that both give."""
    found = {}
    for emoji, words in lib.items():
        code = "-".join(f"{ord(c):x}" for c in emoji if c != "\ufe0f")
        name = chars.get(code) or chars.get(code + "-fe0f")
        if name:
            plain = (w.lower().replace("-", " ") for w in words)
            found[name] = [w for w in plain if re.fullmatch(r"[a-z_ ]+", w)]
    return found


def squeezed(body):
    """The body with short ids, as the ids of the sets are long and hardly compress."""
    ids = {}
    for old in re.findall(r'\bid="([^"]+)"', body):
        ids.setdefault(old, f"{hashlib.sha256(body.encode()).hexdigest()[:5]}{len(ids):x}")
    for old in sorted(ids, key=len, reverse=True):
        body = re.sub(rf'(id="|url\(#|href="#){re.escape(old)}(?=["\)])', rf"\g<1>i{ids[old]}", body)
    return body


def trimmed(name, body, without):
    """The body less the elements that `without` names by a part of them: stars and the like around the thing itself."""
    for part in without.get(name, []):
        body, found = re.subn(rf"<(?:path|circle|ellipse)\b[^>]*{re.escape(part)}[^>]*/>", "", body)
        if found != 1:
            sys.exit(f"{name} has {found} elements with {part!r}; one was expected")
    return body


def main():
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else temporary).resolve()
        files = packages(folder)
    read = lambda spec, path: json.loads(files[spec]["package/" + path])  # noqa: E731
    choice = json.loads((HERE / "choice.json").read_text())
    icons = {"noto": read(NOTO, "icons.json")["icons"], "fluent": read(FLUENT, "icons.json")["icons"]}
    side = {"noto": 128, "fluent": 32}
    lib = read(EMOJILIB, "dist/emoji-en-US.json")
    keywords = keywords_by_name(read(FLUENT, "chars.json"), lib) | keywords_by_name(read(NOTO, "chars.json"), lib)
    preferred = set(choice["fluent"].split())

    drawings = []
    for name, kind in chosen(choice, read(FLUENT, "metadata.json")["categories"], icons).items():
        order = ("fluent", "noto") if name in preferred else ("noto", "fluent")
        fits = [s for s in order if name in icons[s] and len(icons[s][name]["body"]) <= LONGEST]
        if not fits or "<filter" in icons[fits[0]][name]["body"] or "currentColor" in icons[fits[0]][name]["body"]:
            continue
        body = whole(name, trimmed(name, icons[fits[0]][name]["body"], choice["without"]), choice["bodies"])
        drawings.append({"name": name, "set": fits[0], "side": side[fits[0]], "kind": kind,
                         "words": words_of(name, choice, keywords), "body": squeezed(body)})
    for name, own in choice["own"].items():
        drawings.append({"name": name, "set": "own", "side": own["side"], "kind": own["kind"],
                         "words": words_of(name, choice, {}), "body": own["body"]})
    drawings.sort(key=lambda d: d["name"])
    often = collections.Counter(w for d in drawings for w, rank in d["words"].items() if rank == 3)
    for d in drawings:
        d["words"] = {w: r for w, r in sorted(d["words"].items()) if r < 3 or often[w] <= VAGUE}
    text = json.dumps(drawings, ensure_ascii=True, separators=(",", ":"))
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(drawings)} drawings, {len(text)} bytes, {OUT.stat().st_size} packed")


if __name__ == "__main__":
    main()
