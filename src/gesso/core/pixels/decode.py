"""The one way from bytes to a Picture: sniffed, capped, upright, sRGB, over white."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, UnidentifiedImageError

from gesso.core.errors import PictureError
from gesso.core.pixels.jpeg import clean_jpeg
from gesso.core.pixels.metadata.containers import (
    PNG_SIGNATURE,
    gif_frames,
    jpeg_segments,
    png_chunks,
    tiff_pages,
    webp_size,
)
from gesso.core.pixels.metadata.quiet import hushed
from gesso.core.pixels.picture import Picture

# What Pillow calls the formats that we accept, and their media types.
MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "TIFF": "image/tiff",
    "AVIF": "image/avif",
}
_READS = "gesso reads JPEG, PNG, WebP, GIF, TIFF and AVIF."

# First bytes of what people hand in by mistake, for a refusal that names it.
_FOREIGN = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BM", "a BMP picture"),
    (b"8BPS", "a Photoshop document"),
    (b"\x00\x00\x01\x00", "an icon file"),
    (b"\x00\x00\x00\x0cjP", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"qoif", "a QOI picture"),
    (b"DDS ", "a DDS texture"),
)

# PNG chunks that change pixels. Text never reaches the decoder: it may be a bomb, and the pixels
# do not need it (metadata/read.py reads it, with bounds of its own).
_PNG_PIXEL_CHUNKS = frozenset(
    b"IHDR PLTE IDAT IEND tRNS iCCP sRGB gAMA cHRM sBIT eXIf acTL fcTL fdAT".split()
)
# Beyond this a profile is not a profile; the largest that printers use are about 3 MB.
_MAX_ICC_BYTES = 8 << 20
# EXIF orientation 2 to 8: transpose first?, then flip rows?, then flip columns?
_UPRIGHT = {
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}
_ORIENTATION = 0x0112
_WITH_ALPHA = frozenset({"RGBA", "LA", "La", "RGBa", "PA"})


@dataclass(frozen=True)
class DecodeLimits:
    """How much a picture may ask for.

    Attributes:
        max_bytes: of the file as it came.
        max_pixels: width times height, known from the header before anything is decoded. Pillow
            refuses by itself above 178,956,970.
        max_side_px: of the longer side.
    """

    max_bytes: int = 64 << 20
    max_pixels: int = 64_000_000
    max_side_px: int = 65_500


@dataclass(frozen=True)
class Decoded:
    """A picture, and what its file was.

    Attributes:
        picture: upright, sRGB, 8 bits, over white.
        media_type: by content, whatever the file was called.
        format: as Pillow names it: "JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF".
        frames: how many frames or pages there were; the picture is the first.
        had_alpha: something was transparent, and white shows there now.
        source_mode: Pillow's name for the pixels as stored: "RGB", "CMYK", "I;16".
        oriented: the file asked to be turned or mirrored, and was.
        icc_name: the description of the colour profile that was applied, None without one.
    """

    picture: Picture
    media_type: str
    format: str
    frames: int
    had_alpha: bool
    source_mode: str
    oriented: bool
    icc_name: str | None


_DEFAULT_LIMITS = DecodeLimits()


def decode(
    data: bytes, limits: DecodeLimits = _DEFAULT_LIMITS, name: str = "the picture"
) -> Decoded:
    """Decode a picture's bytes, whoever sent them.

    Deep integers and floats are brought to 8 bits by the smallest range that holds them (1, 255,
    65,535, else their own largest value); NaN becomes black. A profile that cannot be read or
    used is ignored. Of an animation or several pages the first is taken.

    Args:
        data: the whole file.
        limits: how much it may ask for.
        name: the file's name, for errors.

    Raises:
        PictureError: it is no picture that we accept, too large, damaged or cut off.
    """
    called = "The picture" if name == "the picture" else f"'{name}'"
    _check_bytes(data, limits, called)
    try:
        with hushed():
            return _decoded(data, limits, called)
    except PictureError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large(called, str(error).partition(" exceeds")[0], limits) from error
    except MemoryError as error:
        raise PictureError(
            f"{called} needs more memory to decode than there is.",
            "Make it smaller, or lower the pixel limit so that it is refused earlier.",
        ) from error
    except Exception as error:
        reason = str(error).strip().rstrip(".") or type(error).__name__
        raise PictureError(
            f"{called} is damaged or cut off: {reason[:200]}.",
            "Get the file again from where it came, or save it anew as PNG.",
        ) from error


def _check_bytes(data: bytes, limits: DecodeLimits, called: str) -> None:
    if not data:
        raise PictureError(f"{called} is empty: zero bytes.", "Get the file again.")
    if len(data) > limits.max_bytes:
        raise PictureError(
            f"{called} has {len(data):,} bytes, more than the {limits.max_bytes:,} allowed.",
            "Make the file smaller, or raise the limit.",
        )


def _decoded(data: bytes, limits: DecodeLimits, called: str) -> Decoded:
    size = webp_size(data) if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None
    if size is not None:  # its decoder takes the whole canvas as soon as it opens
        _check_size(size, limits, called)
    _check_parts(data)
    try:
        image = Image.open(io.BytesIO(_without_text(data)), formats=tuple(MEDIA_TYPES))
    except UnidentifiedImageError as error:
        raise PictureError(f"{called} {_what_it_is(data)}.", _READS) from error
    with image:
        _check_size(image.size, limits, called)
        form = "JPEG" if image.format == "MPO" else str(image.format)
        mode, sideways = image.mode, _orientation(image)
        frames = _frames(data, form, image)
        profile = image.info.get("icc_profile")
        pixels, had_alpha, icc_name = _to_srgb(data, image, profile)
        # Pillow turns a TIFF by itself as it loads it; the others are ours to turn.
        upright = _turned(pixels, _orientation(image))
    return Decoded(
        picture=Picture.adopt(upright),
        media_type=MEDIA_TYPES[form],
        format=form,
        frames=frames,
        had_alpha=had_alpha,
        source_mode=mode,
        oriented=sideways in _UPRIGHT,
        icc_name=icc_name,
    )


def _check_parts(data: bytes) -> None:
    """Refuse a file cut into millions of pieces before a decoder walks through them."""
    if data.startswith(b"\xff\xd8"):
        for _ in jpeg_segments(data):
            pass
    elif data.startswith(b"GIF8"):
        gif_frames(data)


def _without_text(data: bytes) -> bytes:
    """Leave out of a PNG what is not pixels; other formats stay as they are."""
    if not data.startswith(PNG_SIGNATURE):
        return data
    parts = list(png_chunks(data))
    if all(part.kind in _PNG_PIXEL_CHUNKS for part in parts):
        return data
    kept = [part.whole for part in parts if part.kind in _PNG_PIXEL_CHUNKS]
    # A chunk that is cut off ends the walk; its rest goes along, for Pillow to judge.
    walked = len(PNG_SIGNATURE) + sum(len(part.whole) for part in parts)
    ended = bool(parts) and parts[-1].kind == b"IEND"
    rest = b"" if ended else data[walked:]
    return b"".join([PNG_SIGNATURE, *kept, rest])


def _what_it_is(data: bytes) -> str:
    for first, what in _FOREIGN:
        if data.startswith(first):
            return f"is {what}"
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in start:
        return "is an SVG drawing"
    if start.startswith((b"<!doctype html", b"<html")):
        return "is an HTML page"
    if data[4:8] == b"ftyp" and data[8:11] in {b"hei", b"hev", b"mif"}:
        return "is a HEIF picture"
    if start.startswith((b"\xff\xd8", PNG_SIGNATURE.lower(), b"gif8", b"ii*\0", b"mm\0*", b"riff")):
        return "begins like a picture, but its header is damaged"
    return "is no picture, or none of a kind that can be read"


def _check_size(size: tuple[int, int], limits: DecodeLimits, called: str) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise PictureError(f"{called} has no pixels: {width} x {height}.", "Get the file again.")
    if width * height > limits.max_pixels or max(size) > limits.max_side_px:
        raise _too_large(called, f"Image size ({width} x {height} pixels)", limits)


def _too_large(called: str, what: str, limits: DecodeLimits) -> PictureError:
    size = what.removeprefix("Image size (").removesuffix(" pixels)")
    return PictureError(
        f"{called} claims {size} pixels; at most {limits.max_pixels:,} are decoded, "
        f"and {limits.max_side_px:,} on a side.",
        "Make it smaller, or raise the setting pictures.max_megapixels.",
    )


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - damaged EXIF raises anything; the pixels are still good
        return 1


def _frames(data: bytes, form: str, image: Image.Image) -> int:
    if form == "GIF":
        return gif_frames(data)
    if form == "TIFF":
        return tiff_pages(data)
    return max(int(getattr(image, "n_frames", 1)), 1)


def _to_srgb(
    data: bytes, image: Image.Image, profile: object
) -> tuple[NDArray[np.uint8], bool, str | None]:
    """Return (height, width, 3) uint8 sRGB over white, whether it showed through, the profile.

    A stripe at a time: beside the decoder's own pixels only the result is held whole.
    """
    if image.format == "JPEG" and image.mode in {"RGB", "L"}:
        transform, icc_name = _profiled(image.mode, profile)
        clean = clean_jpeg(data) if transform is None else None
        if clean is not None:
            return clean, False, icc_name
    image.load()
    if image.mode == "F" or image.mode.startswith("I"):
        return _eight_bits(np.asarray(image)), False, None
    see_through = image.mode in _WITH_ALPHA or "transparency" in image.info
    mode = "RGB" if see_through or image.mode == "P" else image.mode
    transform, icc_name = _profiled(mode, profile)
    width, height = image.size
    rgb = np.empty((height, width, 3), dtype=np.uint8)
    showed = False
    for rows in _stripes(height, width):
        stripe = image.crop((0, rows.start, width, rows.stop))
        alpha = None
        if see_through:
            stripe = stripe.convert("RGBA")
            alpha = np.asarray(stripe.getchannel("A"))
        if see_through or stripe.mode == "P":
            stripe = stripe.convert("RGB")
        rgb[rows] = np.asarray(_applied(transform, stripe))
        if alpha is not None and int(alpha.min()) < 255:
            showed = True
            rgb[rows] = _over_white(rgb[rows], alpha)
    return rgb, showed, icc_name


def _stripes(height: int, width: int) -> Iterator[slice]:
    """Rows in slices of about four million pixels."""
    step = max(1, 4_000_000 // width)
    for top in range(0, height, step):
        yield slice(top, min(top + step, height))


def _eight_bits(deep: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Bring (height, width) deep gray to (height, width, 3) uint8."""
    height, width = deep.shape
    # Sixteen bits in either byte order have a white of their own, however dark the picture is.
    sixteen = deep.dtype.kind == "u" and deep.dtype.itemsize == 2
    white = 65535.0 if sixteen else _white_point(deep)
    rgb = np.empty((height, width, 3), dtype=np.uint8)
    for rows in _stripes(height, width):
        values = np.asarray(deep[rows], dtype=np.float32)
        # Before they are reckoned with: some NaNs make any sum warn.
        numbers = np.nan_to_num(values, nan=0.0, posinf=white, neginf=0.0)
        shares = np.clip(numbers / white, 0, 1)
        rgb[rows] = np.rint(shares * 255)[:, :, np.newaxis]
    return rgb


def _white_point(deep: NDArray[np.generic]) -> float:
    """Which value is white: the end of the smallest usual range that holds all of them."""
    largest = 0.0
    for rows in _stripes(*deep.shape):
        values = np.asarray(deep[rows], dtype=np.float32)
        finite = values[np.isfinite(values)]  # the infinite must not push the rest into black
        largest = max(largest, float(finite.max(initial=0.0)))
    if np.issubdtype(deep.dtype, np.floating) and largest <= 16.0:
        return 1.0  # scene light may pass 1 a little: highlights are clipped, as a camera does
    return next((top for top in (255.0, 65535.0) if largest <= top), largest)


def _profiled(mode: str, profile: object) -> tuple[ImageCms.ImageCmsTransform | None, str | None]:
    """The way to sRGB by the file's profile, where it has a usable one, and the profile's name."""
    if profile is None and mode != "LAB":
        return None, None
    srgb = ImageCms.createProfile("sRGB")
    if isinstance(profile, bytes) and 128 <= len(profile) <= _MAX_ICC_BYTES:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            name = " ".join(ImageCms.getProfileDescription(source).split())
            if name.startswith("sRGB") and mode == "RGB":
                return None, name
            return (
                ImageCms.buildTransform(
                    source,
                    srgb,
                    mode,
                    "RGB",
                    renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
                    flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
                ),
                name,
            )
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # garbage, or a profile for other inks: the pixels speak for themselves
    if mode == "LAB":
        return ImageCms.buildTransform(ImageCms.createProfile("LAB"), srgb, mode, "RGB"), None
    return None, None


def _applied(transform: ImageCms.ImageCmsTransform | None, stripe: Image.Image) -> Image.Image:
    converted = None if transform is None else ImageCms.applyTransform(stripe, transform)
    return stripe.convert("RGB") if converted is None else converted


def _over_white(rgb: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Compose in 8-bit sRGB, as browsers and editors do it."""
    cover = alpha[:, :, np.newaxis].astype(np.uint16)
    # At most 255 * 255 + 127, which 16 bits just hold.
    blend = rgb * cover + 255 * (255 - cover)
    return np.asarray((blend + 127) // 255, dtype=np.uint8)


def _turned(rgb: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    transpose, rows, columns = _UPRIGHT.get(orientation, (False, False, False))
    if transpose:
        rgb = rgb.transpose(1, 0, 2)
    if rows:
        rgb = rgb[::-1]
    if columns:
        rgb = rgb[:, ::-1]
    return rgb
