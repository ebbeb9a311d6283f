"""Every format comes out upright, 8-bit and sRGB; what is damaged is told, not raised."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from idlock.photos.decode import decode
from idlock.problems import BadInput


def gradient(width=160, height=120):
    """A picture without symmetry: red grows to the right, green downwards."""
    y, x = np.mgrid[:height, :width]
    return np.dstack([x * 255 // (width - 1), y * 255 // (height - 1), x * 0 + 60]).astype(np.uint8)


def saved(tmp_path, picture, name, **options):
    path = tmp_path / name
    picture.save(path, **options)
    return path


def test_png_is_exact(tmp_path):
    path = saved(tmp_path, Image.fromarray(gradient()), "a.png")
    decoded = decode(path)
    assert np.array_equal(decoded.rgb, gradient())
    assert decoded.alpha is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(tmp_path, orientation):
    upright = Image.fromarray(gradient())
    # how a camera held that way would have stored it
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(tmp_path, stored, "a.jpg", exif=exif, quality=98)
    rgb = decode(path).rgb
    assert rgb.shape == gradient().shape
    assert np.abs(rgb.astype(int) - gradient()).mean() < 4


def test_cmyk_jpeg(tmp_path):
    path = saved(tmp_path, Image.fromarray(gradient()).convert("CMYK"), "a.jpg", quality=98)
    assert np.abs(decode(path).rgb.astype(int) - gradient()).mean() < 4


def test_palette_and_grey(tmp_path):
    grey = Image.fromarray(gradient()).convert("L")
    for number, picture in enumerate((grey, grey.convert("P"))):
        rgb = decode(saved(tmp_path, picture, f"{number}.png")).rgb
        assert np.array_equal(rgb, np.dstack([np.asarray(grey)] * 3))


def test_sixteen_bit_grey_keeps_its_brightness(tmp_path):
    grey = np.asarray(Image.fromarray(gradient()).convert("L"))
    path = saved(tmp_path, Image.fromarray(grey.astype(np.uint16) * 257), "a.png")
    assert np.array_equal(decode(path).rgb[..., 0], grey)


def test_a_dark_sixteen_bit_picture_stays_dark(tmp_path):
    dark = np.full((100, 100), 300, np.uint16)  # of 65535
    assert decode(saved(tmp_path, Image.fromarray(dark), "a.png")).rgb.max() <= 1


def test_sixteen_bit_colour_png(tmp_path):
    """Written by hand, because Pillow writes 8 bits a channel only."""
    values = (gradient().astype(np.uint16) * 257).astype(">u2")
    height, width = values.shape[:2]

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + row.tobytes() for row in values)
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    path = tmp_path / "a.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    assert np.abs(decode(path).rgb.astype(int) - gradient()).max() <= 1


def test_alpha_is_kept_apart(tmp_path):
    alpha = np.full((120, 160), 255, np.uint8)
    alpha[:, :40] = 0
    path = saved(tmp_path, Image.fromarray(np.dstack([gradient(), alpha])), "a.png")
    decoded = decode(path)
    assert np.array_equal(decoded.alpha, alpha)
    assert np.array_equal(decoded.rgb[:, 40:], gradient()[:, 40:])


def test_an_alpha_channel_that_hides_nothing_is_none(tmp_path):
    opaque = np.dstack([gradient(), np.full((120, 160), 255, np.uint8)])
    assert decode(saved(tmp_path, Image.fromarray(opaque), "a.png")).alpha is None


def test_first_frame_of_an_animation(tmp_path):
    frames = [Image.new("RGB", (100, 100), colour) for colour in ("red", "blue")]
    path = saved(tmp_path, frames[0], "a.gif", save_all=True, append_images=frames[1:])
    assert np.array_equal(decode(path).rgb[50, 50], [255, 0, 0])


def test_embedded_profile_is_converted(tmp_path):
    lab_ish = ImageCms.createProfile("sRGB")
    raw = ImageCms.ImageCmsProfile(lab_ish).tobytes()
    path = saved(tmp_path, Image.fromarray(gradient()), "a.png", icc_profile=raw)
    assert np.abs(decode(path).rgb.astype(int) - gradient()).max() <= 1


def test_a_broken_profile_does_not_matter(tmp_path):
    path = saved(tmp_path, Image.fromarray(gradient()), "a.png", icc_profile=b"nonsense")
    assert np.array_equal(decode(path).rgb, gradient())


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "gif"])
def test_truncated(tmp_path, suffix):
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    path = saved(tmp_path, Image.fromarray(noise), f"a.{suffix}")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(BadInput) as caught:
        decode(path)
    assert caught.value.advice


def test_not_a_picture_and_empty(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_text("hello")
    with pytest.raises(BadInput, match="not a picture"):
        decode(path)
    path.write_bytes(b"")
    with pytest.raises(BadInput, match="empty"):
        decode(path)
    with pytest.raises(BadInput, match="cannot be read"):
        decode(tmp_path / "missing.jpg")


def test_postscript_is_not_even_tried(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n")
    with pytest.raises(BadInput, match="format not accepted"):
        decode(path)


def test_size_is_judged_before_decoding(tmp_path):
    """A header that promises 50000 x 50000 pixels, with hardly any data behind it."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    for side, word in ((50_000, "megapixels"), (11_000, "121")):
        header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
        path = tmp_path / f"{side}.png"
        path.write_bytes(
            b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", header)
            + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        )
        with pytest.raises(BadInput, match=word):
            decode(path)


def test_too_small(tmp_path):
    with pytest.raises(BadInput, match="1 x 1"):
        decode(saved(tmp_path, Image.new("RGB", (1, 1)), "a.png"))


def test_limit_is_the_callers(tmp_path):
    path = saved(tmp_path, Image.new("RGB", (1000, 1000)), "a.png")
    assert decode(path, max_megapixels=1).rgb.shape == (1000, 1000, 3)
    with pytest.raises(BadInput, match=r"prepare\.max_megapixels"):
        decode(path, max_megapixels=0.9)


def test_metadata_does_not_survive(tmp_path):
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    data = io.BytesIO()
    Image.fromarray(gradient()).save(data, "JPEG", exif=exif)
    path = tmp_path / "a.jpg"
    path.write_bytes(data.getvalue())
    decoded = decode(path)
    assert isinstance(decoded.rgb, np.ndarray)
    assert decoded.rgb.flags.owndata
