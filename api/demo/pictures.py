"""Pictures for reports of the demonstration county: drawn by seed, so that nobody's street is in them."""

import io
from typing import Final

from PIL import Image, ImageDraw, ImageEnhance

from api.rehearsal.chance import Dice

WIDTH_PX: Final = 640
HEIGHT_PX: Final = 480
QUALITY: Final = 85

_SKIES: Final = ((176, 205, 232), (205, 212, 218), (228, 201, 170), (120, 150, 190))
_WALLS: Final = ((189, 144, 108), (160, 160, 152), (201, 187, 148), (140, 118, 110), (122, 138, 148))
_THINGS: Final = ((62, 92, 58), (150, 52, 44), (52, 60, 84), (196, 160, 60), (90, 70, 56))


def drawn(*seed: object, brightness: float = 1.0) -> bytes:
    """A JPEG of a street under a sky, with houses and a heap of things: the same from the same seed.

    `brightness`: the same scene, as another telephone sees it.
    """
    dice = Dice("picture", *seed)
    image = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), dice.choice(_SKIES))
    draw = ImageDraw.Draw(image)
    horizon = 220 + dice.below(60)
    _houses(draw, dice, horizon)
    draw.rectangle((0, horizon, WIDTH_PX, HEIGHT_PX), fill=(112, 112, 110))
    middle = WIDTH_PX // 2 + dice.below(160) - 80
    draw.polygon([(middle - 8, horizon), (middle + 8, horizon), (middle + 60, HEIGHT_PX), (middle - 60, HEIGHT_PX)])
    _heap(draw, dice, horizon)
    target = io.BytesIO()
    ImageEnhance.Brightness(image).enhance(brightness).save(target, "JPEG", quality=QUALITY)
    return target.getvalue()


def _houses(draw: ImageDraw.ImageDraw, dice: Dice, horizon: int) -> None:
    left = -dice.below(60)
    while left < WIDTH_PX:
        width, height = 80 + dice.below(120), 60 + dice.below(140)
        draw.rectangle((left, horizon - height, left + width, horizon), fill=dice.choice(_WALLS))
        for row in range(horizon - height + 14, horizon - 20, 34):
            for column in range(left + 12, left + width - 18, 30):
                draw.rectangle((column, row, column + 14, row + 18), fill=(70, 84, 100))
        left += width + dice.below(40)


def _heap(draw: ImageDraw.ImageDraw, dice: Dice, horizon: int) -> None:
    left, top = 60 + dice.below(320), horizon + 40 + dice.below(60)
    for _ in range(9):
        x, y, side = left + dice.below(180), top + dice.below(70), 24 + dice.below(60)
        draw.ellipse((x, y, x + side, y + side * 2 // 3), fill=dice.choice(_THINGS))
