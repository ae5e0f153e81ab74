"""One normal form for what was written and what was heard.

A recogniser writes `$4.99`, `1999` and `Dr.` or spells them; either is right. So both sides are brought to one form:
lower case, no punctuation, abbreviations and symbols spelled, and every number as its digits, one word each.
`nineteen ninety-nine`, `1999` and `19 99` all become `1 9 9 9`. Two words count as right where one side joins them.
"""

import re
import unicodedata

UNITS = {word: value for value, word in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen".split())}
TENS = {word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
ORDINALS = {"first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12}
ORDINALS |= {word + "th": value for word, value in UNITS.items() if value > 3} | {"hundredth": 100, "thousandth": 1000}
ORDINALS |= {word[:-1] + "ieth": value for word, value in TENS.items()}
DECADES = {word[:-1] + "ies": value for word, value in TENS.items()}
ROMAN = {"II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10, "XI": 11, "XII": 12,
         "XIII": 13, "XIV": 14, "XV": 15, "XVI": 16}
RULERS = "Henry|Louis|Elizabeth|George|Charles|Edward|Richard|Catherine|Philip|Napoleon|James|William"

# Written forms, in the order in which they are spelled out. Applied before the case is folded.
WRITTEN = [
    (r"[’‘`]", "'"),
    (rf"\b({RULERS}) ({'|'.join(ROMAN)})\b", lambda m: f"{m[1]} the {ROMAN[m[2]]}"),
    (rf"\b({'|'.join(ROMAN)})\b", lambda m: str(ROMAN[m[1]]) if m[1] not in "VX" else m[1]),
    (r"\bSt\.? (?=[A-Z])(?!Louis\b.*\bStreet)", "saint "),
    (r"(?<=\w) (?:St|st)\b\.?", " street"),
    (r"(?<=\d),(?=\d{3})", ""),
    (r"(?i)\bone[- ]half\b|(?<!\d)1/2\b", "half"), (r"(?<!\d)3/4\b", "three quarters"), (r"(?<!\d)1/4\b", "a quarter"),
    (r"(\d{1,2})[:.](\d\d) ?([ap])\.?m\b\.?", r"\1 \2 \3m"),
    (r"(\d{1,2}) ?([ap])\.?m\b\.?", r"\1 \2m"), (r"\b([ap])\. ?m\.", r"\1m"),
    (r"(\d{1,2}):00\b", r"\1"), (r"(\d{1,2}):(\d\d)", r"\1 \2"),
    (r"([$£€])(\d[\d.]*) (million|billion|trillion|thousand)", r"\2 \3 \1"),
    (r"[$£€]0?\.(\d\d)\b", r"\1 cents"),
    (r"([$£€])(\d+)\.00\b", r"\2 \1"), (r"\$(\d+)\.(\d\d)\b", r"\1 dollars \2 cents"),
    (r"£(\d+)\.(\d\d)\b", r"\1 pounds \2 pence"), (r"€(\d+)\.(\d\d)\b", r"\1 euros \2 cents"),
    (r"([$£€])(\d[\d.]*)", r"\2 \1"), (r"\$", " dollars "), (r"£", " pounds "), (r"€", " euros "),
    (r"%", " percent "), (r"\bper cent\b", "percent"), (r"&", " and "),
    (r"°\s?C\b", " degrees celsius"), (r"°\s?F\b", " degrees fahrenheit"), (r"°", " degrees "),
    (r"(?<=\d) ?km/h\b", " kilometers per hour"), (r"\bmph\b", "miles per hour"),
    (r"(?<=\d) ?km\b", " kilometers"), (r"(?<=\d) ?kg\b", " kilograms"), (r"(?<=\d) ?lbs?\b", " pounds"),
    (r"(?<!\w)-(?=\d)", "minus "), (r"(?<=\d)\.(?=\d)", " point "),
    (r"(?<=\d)(?:st|nd|rd|th)\b", ""), (r"(?<=\d)'?s\b", " s"), (r"(?<=\d)(?=[A-Za-z])", " "),
    (r"(?<=\w)\.(com|org|net|io)\b", r" dot \1"), (r"@", " at "),
    (r"\b((?:[A-Z]\.){2,})", lambda m: m[1].replace(".", "") + " "),
]
# Words that are spelled in two ways.
SAME = {"dr": "doctor", "mr": "mister", "mrs": "missus", "prof": "professor", "vs": "versus", "okay": "ok",
        "kilometres": "kilometers", "metres": "meters", "theatre": "theater", "grey": "gray", "colour": "color",
        "travelled": "traveled", "centre": "center", "etc": "et cetera"}


def cardinal(words: list) -> str:
    """The digits of a run of number words: `nineteen ninety nine` is 19 and then 99."""
    pieces, total, part, room = [], 0, None, 0
    for word in words:
        if word in SCALES or word == "hundred":
            if word == "hundred":
                part, room = (part or 1) * 100, 100
            else:
                total, part, room = total + (part or 1) * SCALES[word], 0, 1000
            continue
        value = int(word) if word.isdigit() else UNITS.get(word, TENS.get(word, 0))
        # A number fits behind another where that one's last places are free: `twenty` has room below 10.
        fits = part is not None and 0 < value < room and not word.isdigit()
        if not fits and part is not None:
            pieces.append(total + part)
            total = 0
        part = part + value if fits else value
        digits = word if word.isdigit() and word.startswith("0") else None
        room = 10 if word in TENS else 0
        if digits:
            pieces.append(digits)
            part = None
    if part is not None:
        pieces.append(total + part)
    return "".join(map(str, pieces))


def numbers(words: list) -> list:
    """Replaces each run of number words and digits by single digits."""
    out, run = [], []

    def close():
        if run:
            out.extend(cardinal(run))
            run.clear()

    plain = [w for word in words for w in expand(word)]
    for place, word in enumerate(plain):
        following = plain[place + 1] if place + 1 < len(plain) else ""
        if number(word) or (word == "oh" and run and number(following)):
            run.append("zero" if word == "oh" else word)
        elif word == "a" and following in SCALES.keys() | {"hundred"}:
            run.append("one")
        elif word == "and" and following and number(following) and (run or out and out[-1] in MONEY):
            continue
        else:
            close()
            out.append(word)
    close()
    return out


MONEY = {"dollars", "dollar", "pounds", "euros"}


def number(word: str) -> bool:
    return word.isdigit() or word in UNITS or word in TENS or word in SCALES or word == "hundred"


def expand(word: str) -> list:
    if word in ORDINALS:
        value = ORDINALS[word]
        return ["hundred"] if value == 100 else ["thousand"] if value == 1000 else [spelled(value)]
    return [spelled(DECADES[word]), "s"] if word in DECADES else [word]


def spelled(value: int) -> str:
    return next(word for word, number in (UNITS | TENS).items() if number == value)


def words(text: str) -> list:
    """The text's words in normal form."""
    text = unicodedata.normalize("NFKC", text)
    for pattern, spelling in WRITTEN:
        text = re.sub(pattern, spelling, text)
    text = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    text = re.sub(r"[^a-z0-9 ]", " ", text.replace("'", ""))
    found = [same for word in text.split() for same in SAME.get(word, word).split()]
    return numbers(join_letters(found))


def join_letters(found: list) -> list:
    """`f b i` is `fbi`, however the letters were set apart; `a` and `i` alone stay words."""
    out, run = [], []
    for word in [*found, ""]:
        if len(word) == 1 and word.isalpha() and (run or word not in "ai"):
            run.append(word)
            continue
        if run:
            out.append("".join(run))
            run = []
        if word:
            out.append(word)
    return out


def errors(said: list, heard: list) -> int:
    """The least number of words to insert, drop or replace; joined and parted words are the same words."""
    best = [[0] * (len(heard) + 1) for _ in range(len(said) + 1)]
    for i in range(len(said) + 1):
        for j in range(len(heard) + 1):
            ways = [0] if i == j == 0 else []
            if i:
                ways.append(best[i - 1][j] + 1)
            if j:
                ways.append(best[i][j - 1] + 1)
            if i and j:
                ways.append(best[i - 1][j - 1] + (said[i - 1] != heard[j - 1]))
            if i > 1 and j and said[i - 2] + said[i - 1] == heard[j - 1]:
                ways.append(best[i - 2][j - 1])
            if j > 1 and i and heard[j - 2] + heard[j - 1] == said[i - 1]:
                ways.append(best[i - 1][j - 2])
            best[i][j] = min(ways)
    return best[-1][-1]
