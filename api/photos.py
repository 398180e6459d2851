"""A photo as it is kept: turned upright, made smaller, written anew, so that nothing but the picture is in it.

What must not be broken: no byte of what came along (place, time, device, comments, colour profile) is in the kept
file, and a picture too large to unpack is refused by its header. The same upload always gives the same bytes, with the
same version of the library.
"""

import hashlib
import io
import json
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Literal

from PIL import ExifTags, Image, ImageFile, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from domain.kernel.refusals import Refusal

BYTES_MAX: Final = 12 * 2**20
PHOTOS_MAX: Final = 5
SIDE_PX_MAX: Final = 1600
QUALITY: Final = 80
PIXELS_MAX: Final = 52_000_000
"""A telephone's 50 megapixels. A JPEG of that size is made smaller while it is unpacked."""
PIXELS_MAX_UNPACKED: Final = 26_000_000
"""For PNG and WebP, which have to be unpacked whole: 100 MB."""
METADATA_CHARS_MAX: Final = 4_000

Format = Literal["JPEG", "PNG", "WEBP"]

# The decoder of WebP reserves memory at once, and asks this limit, twice over, before it does.
Image.MAX_IMAGE_PIXELS = PIXELS_MAX_UNPACKED // 2

_UNPACKING = threading.Lock()

_BROKEN: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""What the library raises where a file is not what it says."""

_HEIF_BRANDS: Final = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"})
_UNSPOKEN_TAGS: Final = frozenset({"ExifOffset", "GPSInfo", "InteropOffset", "MakerNote", "JPEGThumbnail"})
_PARTS: Final = {"exif": ExifTags.IFD.Exif, "gps": ExifTags.IFD.GPSInfo}


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """`jpeg` is the file to keep, `difference_hash` 16 hex digits by which similar pictures are found.

    `metadata` is what the upload said about place, time and device, as JSON text for the vault; None if nothing.
    """

    jpeg: bytes = field(repr=False)
    width_px: int
    height_px: int
    difference_hash: str
    metadata: str | None = field(repr=False)

    @property
    def sha256(self) -> str:
        """The digest of the kept file in hex: by this name a report claims it."""
        return hashlib.sha256(self.jpeg).hexdigest()


def kept_photo(content: bytes) -> KeptPhoto:
    """Judge an upload by its content and make the file to keep.

    Refused, in this order: `photo.too_large`, `photo.of_iphone` (HEIC, AVIF), `photo.not_a_photo`,
    `photo.too_many_pixels`, `photo.animated`, `photo.damaged`.
    """
    if len(content) > BYTES_MAX:
        raise Refusal("photo.too_large", limit=f"{BYTES_MAX // 2**20} MB")
    kind = _format_of(content)
    with _one_at_a_time():
        try:
            opened = _open(content, kind)
        except Image.DecompressionBombError:
            raise _too_many_pixels(PIXELS_MAX_UNPACKED) from None
        except _BROKEN:
            raise Refusal("photo.damaged") from None
        limit = PIXELS_MAX if kind == "JPEG" else PIXELS_MAX_UNPACKED
        if opened.width * opened.height > limit:
            raise _too_many_pixels(limit)
        if getattr(opened, "is_animated", False):
            raise Refusal("photo.animated")
        try:
            metadata = _metadata(opened)
            picture = _upright(opened)
            jpeg = _written(picture)
        except _BROKEN:
            raise Refusal("photo.damaged") from None
        return KeptPhoto(jpeg, picture.width, picture.height, difference_hash(jpeg), metadata)


def difference_hash(jpeg: bytes) -> str:
    """The 64-bit difference hash of a kept file: whether each of 8 × 8 fields is darker than its right neighbour.

    The picture is averaged to 9 × 8 grey fields; bits go row by row, the first is the highest. Small changes of size,
    quality and brightness change few bits. After Neal Krawetz, "Kind of Like That" (2013).
    """
    with JpegImageFile(io.BytesIO(jpeg)) as image:
        fields = image.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            left, right = fields[row * 9 + column : row * 9 + column + 2]
            bits = bits << 1 | (left < right)
    return f"{bits:016x}"


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Unpacking needs much memory for a moment: one picture, however many people are sending.

    The library complains of every oddity of a telephone's metadata; here that is nobody's business.
    """
    with _UNPACKING, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _format_of(content: bytes) -> Format:
    """By the first bytes; the name of the file says nothing. Refuses `photo.of_iphone`, `photo.not_a_photo`."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        raise Refusal("photo.of_iphone")
    raise Refusal("photo.not_a_photo")


def _open(content: bytes, kind: Format) -> ImageFile.ImageFile:
    """Read the header only. A JPEG with a second picture behind the first (as telephones write) is its first."""
    stream = io.BytesIO(content)
    match kind:
        case "JPEG":
            return JpegImageFile(stream)
        case "PNG":
            return PngImageFile(stream)
        case "WEBP":
            return WebPImageFile(stream)


def _too_many_pixels(limit: int) -> Refusal:
    return Refusal("photo.too_many_pixels", limit=f"{limit // 10_000} 万像素")


def _upright(image: ImageFile.ImageFile) -> Image.Image:
    """The picture alone: upright, at most `SIDE_PX_MAX` a side, in three colours on white."""
    orientation = _orientation(image)
    known = image.mode in ("RGB", "L", "CMYK", "YCbCr")
    small: Image.Image = image if known else image.convert("RGBA")
    small.thumbnail((SIDE_PX_MAX, SIDE_PX_MAX), Image.Resampling.LANCZOS)
    small.load()
    if small.mode == "RGBA":
        white = Image.new("RGBA", small.size, "white")
        flat = Image.alpha_composite(white, small).convert("RGB")
    else:
        flat = small.convert("RGB")
    # Made of the pixels and of nothing else: the library would carry comments over.
    bare = Image.frombytes("RGB", flat.size, flat.tobytes())
    if orientation != 1:
        bare.getexif()[ExifTags.Base.Orientation] = orientation
        bare = ImageOps.exif_transpose(bare)
    return Image.frombytes("RGB", bare.size, bare.tobytes())


def _written(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=QUALITY, optimize=True, progressive=False, subsampling="4:2:0")
    return target.getvalue()


def _orientation(image: ImageFile.ImageFile) -> int:
    """How the telephone was held (1 to 8); 1 where nothing readable says so."""
    try:
        said = image.getexif().get(ExifTags.Base.Orientation, 1)
    except _BROKEN:
        return 1
    return said if isinstance(said, int) and 1 <= said <= 8 else 1


def _metadata(image: ImageFile.ImageFile) -> str | None:
    """What the file says beside the picture, as JSON in ASCII; what cannot be read is said to be so."""
    found: dict[str, object] = {}
    try:
        exif = image.getexif()
        tags = {"image": _named(dict(exif), ExifTags.TAGS)}
        for part, pointer in _PARTS.items():
            names = ExifTags.GPSTAGS if part == "gps" else ExifTags.TAGS
            tags[part] = _named(dict(exif.get_ifd(pointer)), names)
        found = {part: values for part, values in tags.items() if values}
    except _BROKEN:
        found = {"unreadable": True}
    for name in ("comment", "xmp", "XML:com.adobe.xmp", "Comment", "Description", "Author", "Creation Time"):
        if image.info.get(name):
            found[name] = _plain(image.info[name])
    return json.dumps(found, sort_keys=True) if found else None


def _named(values: dict[int, object], names: dict[int, str]) -> dict[str, object]:
    spoken = {names.get(tag, f"0x{tag:04x}"): value for tag, value in values.items()}
    return {name: _plain(value) for name, value in sorted(spoken.items()) if name not in _UNSPOKEN_TAGS}


def _plain(value: object) -> object:
    """A value as JSON holds it: bytes as text or hex, fractions as `numerator/denominator`, nothing endless."""
    if isinstance(value, int):
        return value
    if isinstance(value, tuple):
        return [_plain(one) for one in value[:64]]
    if isinstance(value, bytes):
        value = value.decode("ascii") if value.isascii() else value.hex()
    numerator, denominator = getattr(value, "numerator", None), getattr(value, "denominator", None)
    if numerator is not None and denominator is not None:
        return f"{numerator}/{denominator}"
    return str(value).replace("\x00", "")[:METADATA_CHARS_MAX]
