"""What is kept of a photo is the picture and nothing else; what cannot be one is refused before it costs anything."""

import io
import json
import random
import struct
import zlib
from typing import Any

import pytest
from PIL import ExifTags, Image

from api import photos
from api.photos import KeptPhoto, difference_hash, kept_photo
from domain.kernel.refusals import Refusal

SECRET = b"TELEPHONE-OF-ZHANG"


def picture(size: tuple[int, int] = (640, 480), *, seed: int = 1) -> Image.Image:
    """Something with forms in it, the same for the same seed."""
    dice = random.Random(seed)
    small = Image.frombytes("RGB", (16, 12), bytes(dice.randrange(256) for _ in range(16 * 12 * 3)))
    return small.resize(size, Image.Resampling.BICUBIC)


def exif(orientation: int = 1) -> Image.Exif:
    """What a telephone notes: maker, how it was held, when, and where."""
    noted = Image.Exif()
    noted[ExifTags.Base.Make] = SECRET.decode()
    noted[ExifTags.Base.Orientation] = orientation
    noted.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:03:05 08:30:00"
    place = noted.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef] = "N"
    place[ExifTags.GPS.GPSLatitude] = (28.0, 24.0, 44.5)
    return noted


def written(image: Image.Image, kind: str = "JPEG", **given: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **given)
    return target.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(Refusal) as refusal:
        kept_photo(content)
    return refusal.value.code


def opened(kept: KeptPhoto) -> Image.Image:
    return Image.open(io.BytesIO(kept.jpeg))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_kept_file_is_a_jpeg_with_nothing_but_the_picture(kind: str) -> None:
    xmp = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    said = {"JPEG": {"comment": SECRET, "xmp": xmp, "icc_profile": SECRET * 9}, "WEBP": {"xmp": xmp}}.get(kind, {})
    upload = written(picture(), kind, exif=exif(), **said)
    assert SECRET in upload
    kept = kept_photo(upload)
    assert SECRET not in kept.jpeg
    assert markers(kept.jpeg) == ["SOI", "APP0", "DQT", "DQT", "SOF0", *["DHT"] * 4, "SOS"]
    assert kept.metadata is not None
    noted = json.loads(kept.metadata)
    assert noted["image"]["Make"] == SECRET.decode()
    assert noted["exif"]["DateTimeOriginal"] == "2026:03:05 08:30:00"
    assert noted["gps"] == {"GPSLatitude": ["28/1", "24/1", "89/2"], "GPSLatitudeRef": "N"}


def markers(jpeg: bytes) -> list[str]:
    """The segments of a JPEG in order, up to the picture's own bytes (ITU-T T.81 annex B)."""
    names = {0xE0: "APP0", 0xDB: "DQT", 0xC0: "SOF0", 0xC4: "DHT", 0xDA: "SOS"}
    found, at = ["SOI"], 2
    while found[-1] != "SOS":
        assert jpeg[at] == 0xFF
        found.append(names.get(jpeg[at + 1], hex(jpeg[at + 1])))
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4])
    return found


def test_nothing_noted_is_nothing_kept() -> None:
    assert kept_photo(written(picture())).metadata is None


def test_the_same_upload_gives_the_same_bytes() -> None:
    upload = written(picture((2400, 1800)), exif=exif(6))
    assert kept_photo(upload) == kept_photo(upload)


@pytest.mark.parametrize(
    ("size", "kept"), [((2400, 1800), (1600, 1200)), ((300, 3000), (160, 1600)), ((64, 48), (64, 48))]
)
def test_a_photo_is_made_smaller_and_never_larger(size: tuple[int, int], kept: tuple[int, int]) -> None:
    photo = kept_photo(written(picture(size)))
    assert (photo.width_px, photo.height_px) == opened(photo).size == kept


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_upright(orientation: int) -> None:
    """The corner that is red when one looks at the upload is red in the kept file."""
    upright = Image.new("RGB", (80, 60), "white")
    upright.paste("red", (0, 0, 20, 20))
    turn = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = upright.transpose(turn) if turn is not None else upright
    kept = opened(kept_photo(written(stored, exif=exif(orientation))))
    assert kept.size == (80, 60)
    pixel = kept.getpixel((8, 8))
    assert isinstance(pixel, tuple)
    assert (pixel[0] > 200, pixel[1] < 60, kept.getpixel((70, 50))) == (True, True, (255, 255, 255))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "L", "P", "1", "CMYK", "I;16"])
def test_every_kind_of_colour_becomes_three(mode: str) -> None:
    image = Image.new(mode, (32, 32)) if mode == "I;16" else picture((32, 32)).convert(mode)
    upload = written(image, "JPEG" if mode == "CMYK" else "PNG")
    assert opened(kept_photo(upload)).mode == "RGB"


def test_what_is_transparent_is_white() -> None:
    kept = opened(kept_photo(written(Image.new("RGBA", (32, 32), (0, 0, 0, 0)), "PNG")))
    assert kept.getpixel((16, 16)) == (255, 255, 255)


def test_like_pictures_have_like_hashes() -> None:
    one = kept_photo(written(picture((1200, 900)), quality=95))
    smaller = kept_photo(written(picture((1200, 900)).resize((500, 375)), quality=40))
    other = kept_photo(written(picture((1200, 900), seed=2)))
    assert len(one.difference_hash) == 16
    assert distance(one, smaller) <= 4
    assert distance(one, other) >= 16
    assert one.difference_hash == difference_hash(one.jpeg)


def test_the_hash_reads_row_by_row_the_first_bit_highest() -> None:
    brighter = Image.new("L", (90, 80))
    for column in range(9):
        brighter.paste(column * 28, (column * 10, 0, column * 10 + 10, 80))
    assert difference_hash(written(brighter)) == "f" * 16
    brighter.paste(0, (0, 10, 90, 80))
    assert difference_hash(written(brighter, quality=95)) == "ff" + "0" * 14


def distance(one: KeptPhoto, other: KeptPhoto) -> int:
    return (int(one.difference_hash, 16) ^ int(other.difference_hash, 16)).bit_count()


def png_of(width: int, height: int) -> bytes:
    """A PNG whose header claims a size; its data are a few bytes that would unpack to zeros without end."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(10**6), 9))
        + chunk(b"IEND", b"")
    )


def jpeg_of(width: int, height: int) -> bytes:
    """A small JPEG whose header claims another size."""
    small = written(Image.new("RGB", (16, 16)))
    at = small.index(b"\xff\xc0") + 5
    return small[:at] + struct.pack(">HH", height, width) + small[at + 4 :]


def webp_of(width: int, height: int) -> bytes:
    """An extended WebP whose canvas claims a size (RFC 9649 section 2.7)."""
    still = written(Image.new("RGB", (16, 16)), "WEBP")[12:]
    canvas = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas + still
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    "bomb", [png_of(50_000, 50_000), jpeg_of(65_000, 65_000), webp_of(16_383, 16_383)], ids=["PNG", "JPEG", "WebP"]
)
def test_a_decompression_bomb_is_refused_by_its_header(bomb: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def unpacked(*_: Any) -> Any:
        raise AssertionError("it was unpacked")

    monkeypatch.setattr(photos, "_upright", unpacked)
    assert len(bomb) < 10_000
    assert refused(bomb) == "photo.too_many_pixels"


def test_the_limit_of_pixels_is_a_telephones_for_a_jpeg_and_less_for_what_is_unpacked_whole() -> None:
    """What passes the check of the header is unpacked: a JPEG that is short behind it is filled up with grey."""
    assert kept_photo(jpeg_of(8160, 6144)).width_px == 1600
    assert refused(jpeg_of(9248, 6936)) == "photo.too_many_pixels"
    assert refused(png_of(5000, 5000)) == "photo.damaged"
    assert refused(png_of(8160, 6144)) == "photo.too_many_pixels"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_half_a_photo_is_refused(kind: str) -> None:
    whole = written(picture(), kind)
    assert refused(whole[: len(whole) // 2]) == "photo.damaged"
    assert refused(whole[:40]) == "photo.damaged"


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_moving_picture_is_refused(kind: str) -> None:
    frames = [picture((64, 48), seed=seed) for seed in (1, 2)]
    assert refused(written(frames[0], kind, save_all=True, append_images=frames[1:])) == "photo.animated"


def test_two_pictures_in_one_file_are_the_first() -> None:
    """As telephones write them: the second is a preview, or the light of the first (MPO, CIPA DC-007)."""
    first, second = picture((640, 480)), picture((64, 48), seed=2)
    both = written(first, "MPO", save_all=True, append_images=[second])
    assert kept_photo(both).difference_hash == kept_photo(written(first)).difference_hash


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "photo.not_a_photo"),
        (b"not a picture at all", "photo.not_a_photo"),
        (b"GIF89a" + bytes(60), "photo.not_a_photo"),
        (b"%PDF-1.7\n" + bytes(60), "photo.not_a_photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo.not_a_photo"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(60), "photo.of_iphone"),
        (b"\x00\x00\x00\x18ftypavif" + bytes(60), "photo.of_iphone"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(60), "photo.not_a_photo"),
        (b"\xff\xd8\xff" + bytes(60), "photo.damaged"),
        (b"\xff\xd8\xff" + bytes(photos.BYTES_MAX), "photo.too_large"),
    ],
)
def test_what_is_no_photo_is_refused_by_its_content(content: bytes, code: str) -> None:
    assert refused(content) == code


def test_broken_bytes_are_refused_and_never_crash() -> None:
    """Some thousand bytes changed at random, the same in every run: a photo or a refusal, nothing else."""
    dice = random.Random(20260305)
    whole = [written(picture((120, 90)), kind, exif=exif(6)) for kind in ("JPEG", "PNG", "WEBP")]
    outcomes = set()
    for _ in range(600):
        broken = bytearray(dice.choice(whole))
        for _ in range(dice.randint(1, 12)):
            broken[dice.randrange(dice.choice((64, 300, len(broken))))] = dice.randrange(256)
        try:
            kept_photo(bytes(broken))
            outcomes.add("kept")
        except Refusal as refusal:
            outcomes.add(refusal.code)
    assert {"kept", "photo.damaged", "photo.not_a_photo"} <= outcomes
