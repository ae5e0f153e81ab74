"""Bodies for drawings that end at the chest or the neck, so that whoever is named can stand in a picture.

All lengths are units of the sets' own square of 128. A body is drawn behind its head, and the whole is then scaled into
the square again.
"""

SIDE = 128
SKIN = "#ffca28"


def rect(x, y, w, h, r, fill):
    """A rectangle with round corners."""
    return f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{r}" fill="{fill}"/>'


def ellipse(x, y, rx, ry, fill):
    """An ellipse around (x, y)."""
    return f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}" fill="{fill}"/>'


def shaded(fill, share=0.82):
    """The same colour in shade."""
    return "#" + "".join(f"{int(int(fill[i:i + 2], 16) * share):02x}" for i in (1, 3, 5))


def fitted(body, height):
    """A drawing of that height in the square again, with its foot at the lower edge."""
    scale = SIDE / height
    return f'<g transform="translate({SIDE / 2 * (1 - scale):.2f} 0) scale({scale:.4f})">{body}</g>'


def legs(top, long, trousers, apart=3):
    """Two legs with shoes, from `top` on."""
    left, right = 64 - apart - 26, 64 + apart
    return "".join(
        rect(x, top, 26, long, 5, fill) + ellipse(x + 13 + turn, top + long, 18, 8, "#3a3438")
        for x, fill, turn in ((left, trousers, -3), (right, shaded(trousers, 0.9), 3))
    )


def below_the_chest(bust, cloth, trousers, shirt=None, hands=SKIN):
    """Somebody drawn down to the chest, whose shoulders end at 13 and 115 across and 124 down."""
    arms = "".join(
        f'<g transform="rotate({turn} {x + 11} 122)">{ellipse(x + 11, 186, 10, 11, hands)}'
        f"{rect(x, 110, 22, 74, 11, shaded(cloth, 0.86))}</g>"
        for x, turn in ((13.5, 5), (92.5, -5))
    )
    torso = f'<path d="M30 112h68l-2 44q1 20 3 30q-2 10-14 10H43q-12 0-14-10q2-10 3-30z" fill="{cloth}"/>'
    if shirt:
        torso += f'<path d="M53 112h22l-5 84H58z" fill="{shirt}"/>'
    return fitted(legs(184, 58, trousers) + arms + torso + bust, 250)


def below_the_neck(head, cloth, trousers, grown):
    """Somebody of whom there is only a head: a smaller body for a child."""
    long, end = (64, 246) if grown else (40, 208)
    middle = end - 8 - long - (4 if grown else 2)
    low = middle + 8
    arms = "".join(
        f'<g transform="rotate({turn} {x + 9} 112)">{ellipse(x + 9, low - 6, 10, 11, SKIN)}'
        f"{rect(x, 104, 18, low - 112, 9, shaded(cloth, 0.88))}</g>"
        for x, turn in ((24, 7), (86, -7))
    )
    torso = (
        f'<path d="M34 112q2-12 18-14h24q16 2 18 14v{low - 122}q0 10-10 10H44q-10 0-10-10z" fill="{cloth}"/>'
        f"{rect(54, 86, 20, 18, 8, shaded(SKIN, 0.9))}"
    )
    head = f'<g transform="translate(12.8 -2) scale(.8)">{head}</g>'
    return fitted(legs(middle, long, trousers, 1) + arms + torso + head, end)


def sitting(head, fur, belly, tail):
    """An animal of which there is only a head: it sits, seen from the front."""
    back = f'<path d="M86 118q34 6 34-22q0-12-9-14q3 20-20 20z" fill="{tail}"/>'
    body = (
        ellipse(38, 124, 18, 10, shaded(fur)) + ellipse(90, 124, 18, 10, shaded(fur))
        + f'<path d="M64 60c26 0 38 34 36 56q-2 16-20 16H48q-18 0-20-16c-2-22 10-56 36-56z" fill="{fur}"/>'
        + ellipse(64, 104, 19, 25, belly)
        + "".join(rect(x, 94, 15, 38, 7, shaded(fur, 0.92)) + ellipse(x + 7.5, 129, 10, 6, belly) for x in (45, 68))
    )
    return fitted(back + body + f'<g transform="translate(19 0) scale(.7)">{head}</g>', 135)


def robot(head):
    """The robot's body, of the same metal as its head."""
    metal, dark, red = "#90a4ae", "#607d8b", "#c62828"
    limbs = "".join(
        rect(x, 122, 16, 60, 8, dark) + ellipse(x + 8, 184, 12, 12, red) for x in (12, 100)
    ) + "".join(rect(x, 186, 20, 44, 4, dark) + rect(x - 5, 224, 30, 16, 6, red) for x in (38, 70))
    chest = (
        rect(54, 108, 20, 16, 3, dark) + rect(28, 116, 72, 78, 12, metal) + rect(42, 132, 44, 30, 5, "#37474f")
        + ellipse(54, 147, 6, 6, "#ffeb3b") + ellipse(74, 147, 6, 6, "#4dd0e1") + rect(42, 172, 44, 8, 4, dark)
    )
    return fitted(limbs + chest + f'<g transform="translate(6.4 0) scale(.9)">{head}</g>', 240)


def whole(name, body, bodies):
    """The drawing with the body that the table `bodies` of choice.json names for it, or as it is."""
    kind, *colours = bodies.get(name, "none").split()
    match kind:
        case "chest":
            return below_the_chest(body, *colours)
        case "suit":
            return below_the_chest(body, *colours, hands="#eceff1")
        case "neck":
            return below_the_neck(body, *colours, grown=True)
        case "child":
            return below_the_neck(body, *colours, grown=False)
        case "sitting":
            return sitting(body, *colours)
        case "robot":
            return robot(body)
        case _:
            return body
