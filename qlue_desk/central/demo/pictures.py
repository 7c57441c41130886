"""Drawn street scenes for reports and evidence: before and after, small JPEGs.

Drawn and not photographed, so that no real street, face or plate is in the demonstration. Each use gets
a comment of its own inside the file: real photos are never the same file twice either.
"""

from __future__ import annotations

import io
from functools import cache
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH, HEIGHT = 480, 320
VARIANTS = 2
_SCENE = {
    "jalan_rusak": "road",
    "trotoar": "road",
    "jembatan": "road",
    "jalan_nasional": "road",
    "drainase": "water",
    "banjir": "water",
    "air_bersih": "water",
    "sampah": "rubbish",
    "parkir_liar": "traffic",
    "kemacetan": "traffic",
    "rambu": "traffic",
    "angkot": "traffic",
    "pju": "lamp",
    "listrik": "lamp",
    "taman": "lamp",
    "pkl": "stall",
    "iklan_liar": "stall",
    "vandalisme": "stall",
    "ketertiban": "stall",
    "pohon_tumbang": "tree",
    "longsor": "tree",
}
Colour = tuple[int, int, int]
_HORIZON = 150


def picture(category: str, *, after: bool, variant: int = 0, stamp: str = "") -> bytes:
    """A JPEG of what `category` is about, put right when `after`; `stamp` makes the file unique."""
    plain = _drawn(_SCENE.get(category, "building"), after, variant % VARIANTS)
    comment = stamp.encode()[:200]
    return plain[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + plain[2:]


@cache
def _drawn(scene: str, after: bool, variant: int) -> bytes:
    from PIL import Image, ImageDraw

    random = Random(f"{scene}{variant}")
    image = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(image)
    night = scene == "lamp"
    _sky(draw, night)
    _mountain(draw, night)
    _houses(draw, random, night)
    _street(draw, night)
    {
        "road": _road,
        "water": _water,
        "rubbish": _rubbish,
        "traffic": _traffic,
        "lamp": _lamp,
        "stall": _stall,
        "tree": _tree,
        "building": _building,
    }[scene](draw, random, after)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=78)
    return stream.getvalue()


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _sky(draw: ImageDraw, night: bool) -> None:
    top, bottom = ((14, 20, 44), (48, 52, 84)) if night else ((120, 170, 214), (226, 236, 238))
    for y in range(_HORIZON + 10):
        draw.line([(0, y), (WIDTH, y)], fill=_mix(top, bottom, y / _HORIZON))
    if not night:
        for x, y in ((70, 34), (330, 52)):
            for dx in (0, 22, 44):
                draw.ellipse([x + dx, y - (dx == 22) * 8, x + dx + 40, y + 20], fill=(246, 248, 250))


def _mountain(draw: ImageDraw, night: bool) -> None:
    """Gunung Salak, as one sees it from Bogor."""
    ridge = [
        (0, 128),
        (70, 104),
        (120, 112),
        (190, 58),
        (226, 76),
        (262, 50),
        (330, 100),
        (400, 92),
        (480, 130),
    ]
    draw.polygon([*ridge, (480, 160), (0, 160)], fill=(30, 36, 62) if night else (122, 150, 160))


def _houses(draw: ImageDraw, random: Random, night: bool) -> None:
    for left in (*range(-10, 150, 54), *range(330, 480, 54)):
        top = random.randint(84, 112)
        wall = random.choice([(222, 200, 168), (196, 210, 196), (214, 190, 190), (204, 204, 214)])
        wall = _mix(wall, (20, 24, 40), 0.75) if night else wall
        roof = _mix((162, 84, 60), (20, 20, 36), 0.7) if night else (162, 84, 60)
        draw.rectangle([left, top, left + 50, 176], fill=wall)
        draw.polygon([(left - 5, top), (left + 25, top - 22), (left + 55, top)], fill=roof)
        for x in (left + 8, left + 30):
            lit = (240, 206, 120) if night and random.random() < 0.5 else (60, 76, 96)
            draw.rectangle([x, top + 14, x + 12, top + 30], fill=lit)


def _street(draw: ImageDraw, night: bool) -> None:
    dark = 0.6 if night else 0.0
    night_colour = (16, 18, 30)
    draw.rectangle([0, 158, WIDTH, HEIGHT], fill=_mix((126, 156, 98), night_colour, dark))
    draw.polygon(
        [(206, 160), (274, 160), (470, 320), (10, 320)], fill=_mix((176, 176, 172), night_colour, dark)
    )
    draw.polygon([(214, 160), (266, 160), (420, 320), (60, 320)], fill=_mix((92, 94, 98), night_colour, dark))
    for y in range(168, 320, 34):
        half, length = (y - 150) / 60 + 1, (y - 150) / 8 + 4
        line = [
            (240 - half, y),
            (240 + half, y),
            (240 + half * 1.4, y + length),
            (240 - half * 1.4, y + length),
        ]
        draw.polygon(line, fill=_mix((232, 232, 224), night_colour, dark))


def _road(draw: ImageDraw, random: Random, after: bool) -> None:
    spots = [(250, 236, 74), (160, 284, 60), (220, 196, 30)]
    for x, y, size in spots:
        if after:
            draw.rectangle([x - 8, y - 5, x + size + 8, y + size // 3 + 5], fill=(62, 64, 68))
        else:
            draw.ellipse([x - 4, y - 3, x + size + 4, y + size // 3 + 4], fill=(128, 118, 104))
            draw.ellipse([x, y, x + size, y + size // 3], fill=(48, 42, 38))
            draw.ellipse([x + 10, y + 6, x + size - 14, y + size // 3 - 2], fill=(118, 128, 134))
    if not after:
        for _ in range(60):
            x, y = random.randint(130, 350), random.randint(200, 312)
            draw.point([(x, y), (x + 1, y)], fill=(40, 40, 40))


def _water(draw: ImageDraw, random: Random, after: bool) -> None:
    if after:
        draw.polygon([(20, 320), (206, 160), (214, 160), (70, 320)], fill=(120, 118, 112))
        draw.polygon([(34, 320), (208, 164), (212, 164), (58, 320)], fill=(72, 100, 116))
        return
    draw.polygon([(0, 230), (480, 222), (480, 320), (0, 320)], fill=(134, 112, 84))
    for _ in range(46):
        x, y = random.randint(0, 440), random.randint(232, 316)
        draw.line([(x, y), (x + random.randint(12, 40), y)], fill=(168, 148, 118), width=2)
    draw.rectangle([300, 210, 330, 246], fill=(196, 60, 50))


def _rubbish(draw: ImageDraw, random: Random, after: bool) -> None:
    if after:
        draw.rectangle([54, 214, 104, 262], fill=(46, 128, 76))
        draw.rectangle([50, 208, 108, 216], fill=(38, 104, 62))
        draw.ellipse([92, 256, 106, 270], fill=(30, 30, 30))
        return
    colours = [(40, 40, 44), (228, 228, 220), (60, 104, 170), (196, 60, 50), (222, 176, 60), (90, 120, 70)]
    for _ in range(90):
        x = int(random.gauss(120, 48))
        y = 282 - int(abs(random.gauss(0, 26)) * max(0.1, 1 - abs(x - 120) / 130))
        size = random.randint(8, 22)
        draw.ellipse([x, y - size // 2, x + size, y + size // 3], fill=random.choice(colours))


def _car(draw: ImageDraw, x: int, y: int, size: float, colour: Colour) -> None:
    wide, high = 90 * size, 34 * size
    draw.rounded_rectangle([x, y, x + wide, y + high], radius=8 * size, fill=colour)
    cabin = [
        (x + 16 * size, y),
        (x + 28 * size, y - 22 * size),
        (x + 66 * size, y - 22 * size),
        (x + 78 * size, y),
    ]
    draw.polygon(cabin, fill=_mix(colour, (170, 200, 220), 0.6))
    for wheel in (x + 12 * size, x + 60 * size):
        draw.ellipse(
            [wheel, y + high - 10 * size, wheel + 20 * size, y + high + 10 * size], fill=(24, 24, 26)
        )


def _traffic(draw: ImageDraw, random: Random, after: bool) -> None:
    draw.line([(404, 130), (404, 270)], fill=(90, 90, 90), width=5)
    draw.ellipse([386, 100, 422, 136], fill=(196, 40, 40))
    draw.ellipse([392, 106, 416, 130], fill=(40, 70, 150))
    draw.line([(396, 108), (413, 128)], fill=(220, 60, 60), width=4)
    if after:
        _car(draw, 214, 214, 0.5, (200, 200, 206))
        return
    colours = [(180, 46, 46), (230, 230, 232), (40, 96, 60), (50, 70, 120), (216, 166, 40)]
    random.shuffle(colours)
    for (x, y, size), colour in zip(
        [(270, 190, 0.5), (300, 216, 0.8), (340, 254, 1.2), (90, 250, 1.0)], colours, strict=False
    ):
        _car(draw, x, y, size, colour)


def _lamp(draw: ImageDraw, random: Random, after: bool) -> None:
    for x, top, size in ((366, 60, 1.0), (300, 110, 0.5)):
        if after:
            for step in range(9, 0, -1):
                reach = step * 13 * size
                glow = _mix((255, 226, 150), (44, 46, 72), step / 10)
                draw.polygon(
                    [(x - 34 * size, top + 4), (x - 34 * size - reach, 320), (x - 34 * size + reach, 320)],
                    fill=glow,
                )
        draw.line([(x, top), (x, top + 210 * size)], fill=(110, 112, 118), width=max(2, int(6 * size)))
        draw.line([(x, top), (x - 40 * size, top)], fill=(110, 112, 118), width=max(2, int(4 * size)))
        head = (255, 244, 200) if after else (54, 56, 66)
        draw.ellipse([x - 48 * size, top - 4, x - 26 * size, top + 9 * size], fill=head)


def _stall(draw: ImageDraw, random: Random, after: bool) -> None:
    if after:
        for x in range(64, 150, 40):
            draw.rectangle([x, 226, x + 30, 250], fill=(150, 96, 60))
            draw.ellipse([x - 2, 196, x + 32, 234], fill=(70, 130, 66))
        return
    for x, colour in ((40, (200, 60, 54)), (120, (50, 110, 180)), (330, (222, 160, 50))):
        draw.rectangle([x + 6, 210, x + 10, 272], fill=(90, 80, 70))
        draw.rectangle([x + 66, 210, x + 70, 272], fill=(90, 80, 70))
        draw.polygon([(x - 4, 214), (x + 14, 188), (x + 62, 188), (x + 82, 214)], fill=colour)
        draw.rectangle([x + 4, 238, x + 72, 262], fill=(168, 130, 90))
        for _ in range(9):
            spot = x + 6 + random.randint(0, 58)
            draw.ellipse(
                [spot, 230, spot + 8, 239],
                fill=random.choice([(226, 120, 40), (90, 160, 60), (240, 220, 90)]),
            )


def _tree(draw: ImageDraw, random: Random, after: bool) -> None:
    leaves = [(56, 112, 60), (72, 132, 66), (44, 92, 52)]
    if after:
        draw.rectangle([398, 238, 424, 252], fill=(120, 88, 58))
        draw.ellipse([396, 232, 426, 244], fill=(206, 172, 122))
        return
    draw.line([(410, 250), (120, 236)], fill=(96, 70, 48), width=22)
    for _ in range(60):
        x, y, size = random.gauss(140, 46), random.gauss(226, 24), random.randint(14, 34)
        draw.ellipse([x - size, y - size // 2, x + size, y + size // 2], fill=random.choice(leaves))


def _building(draw: ImageDraw, random: Random, after: bool) -> None:
    draw.rectangle([300, 90, 470, 240], fill=(228, 220, 200))
    draw.polygon([(290, 92), (385, 50), (480, 92)], fill=(160, 70, 54))
    for x in (316, 360, 424):
        draw.rectangle([x, 120, x + 28, 156], fill=(92, 132, 156))
    draw.rectangle([366, 180, 404, 240], fill=(110, 78, 54))
    if not after:
        draw.polygon([(330, 74), (372, 58), (380, 88), (340, 92)], fill=(52, 44, 40))
        for _ in range(16):
            x = random.randint(300, 460)
            draw.rectangle([x, 236, x + 12, 244], fill=(160, 110, 90))
