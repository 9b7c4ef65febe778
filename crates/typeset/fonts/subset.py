#!/usr/bin/env python3
"""Makes the fonts of this folder from Debian's fonts-noto-cjk.

Needs fonttools (PyPI) and the package fonts-noto-cjk. The Open Font License reserves the name of
the original, so the subset has a name of its own. The same inputs give the same bytes.

    apt-get install fonts-noto-cjk && pip install fonttools==4.68.0
    SOURCE_DATE_EPOCH=1577836800 python3 subset.py [FOLDER WITH THE .ttc FILES]
"""

import os
import pathlib
import sys

# Dates in the font's header come from here and not from the wall clock.
os.environ.setdefault("SOURCE_DATE_EPOCH", "1577836800")

from fontTools import subset
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTCollection

FAMILY = "Trueline Sans SC"
HERE = pathlib.Path(__file__).parent
FACE = "Noto Sans CJK SC"


def gb2312():
    """Every character that GB 2312 encodes."""
    for high in range(0xA1, 0xFF):
        for low in range(0xA1, 0xFF):
            try:
                yield ord(bytes((high, low)).decode("gb2312"))
            except UnicodeDecodeError:
                continue


def wanted():
    """What a report prints: GB 2312, the rarer characters of names, Latin, and its signs."""
    points = set(gb2312())
    points |= set(range(0x20, 0x7F)) | set(range(0xA0, 0x180))
    points |= {ord(c) for c in "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"}
    points |= {ord(c) for c in "‐‑–—―‘’“”„†‡•…‰′″‹›€№℃™←↑→↓↗↘−∞≈≠≤≥△▲▼▽◆◇○●■□☆★✓"}
    points |= {ord(c) for c in "\u2002\u2003\u2009\u200a\u202f\u200b\u3000〇㎡㎜㎝㎞㎏"}
    extra = HERE / "extra-characters.txt"
    for line in extra.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            points |= {ord(c) for c in line.strip()}
    return points


# The original has the superscripts 1 to 4 only, so 10⁻⁶ would lose its sign or its figure. The rest
# are drawn from the figures, in the places of half-width katakana that no report needs.
SUPERSCRIPTS = {0x2070: "0", 0x2075: "5", 0x2076: "6", 0x2077: "7", 0x2078: "8", 0x2079: "9",
                0x207A: "+", 0x207B: "−"}
SPARE = 0xFF66
# Spaces that the original lacks look like the plain one, a quarter of an em.
SPACES = (0x2009, 0x200A, 0x202F)


def superscript(font, base):
    """The drawing of a raised figure, placed as the superscript four of the face is, and its width."""
    cmap, glyphs = font.getBestCmap(), font.getGlyphSet()
    four, plain = BoundsPen(glyphs), BoundsPen(glyphs)
    glyphs[cmap[0x2074]].draw(four)
    glyphs[cmap[ord("4")]].draw(plain)
    scale = (four.bounds[3] - four.bounds[1]) / (plain.bounds[3] - plain.bounds[1])
    width = glyphs[cmap[0x2074]].width
    side = (width - glyphs[cmap[ord(base)]].width * scale) / 2
    recording = DecomposingRecordingPen(glyphs)
    place = (scale, 0, 0, scale, side, four.bounds[1] - plain.bounds[1] * scale)
    glyphs[cmap[ord(base)]].draw(TransformPen(recording, place))
    return recording, width


def draw_superscripts(font):
    """Adds the superscripts and spaces that the original lacks."""
    top = font["CFF "].cff.topDictIndex[0]
    before = font.getBestCmap()
    added = {point: before[ord(" ")] for point in SPACES if point not in before}
    missing = [point for point in SUPERSCRIPTS if point not in before]
    for place, point in enumerate(missing):
        name = before[SPARE + place]
        drawing, width = superscript(font, SUPERSCRIPTS[point])
        old = top.CharStrings[name]
        pen = T2CharStringPen(width - old.private.nominalWidthX, None)
        drawing.replay(pen)
        top.CharStrings[name] = pen.getCharString(old.private, old.globalSubrs)
        font["hmtx"][name] = (width, 0)
        added[point] = name
    for table in font["cmap"].tables:
        if table.isUnicode() and table.format != 14:
            table.cmap.update(added)


def rename(font, style):
    """Gives the subset its own name everywhere a font carries one."""
    post_script = f"{FAMILY.replace(' ', '')}-{style}"
    names = {1: FAMILY, 2: style, 3: post_script, 4: f"{FAMILY} {style}", 6: post_script}
    table = font["name"]
    keep = [n for n in table.names if n.nameID in (0, 5, 7, 13, 14) and n.langID == 0x409]
    table.names = keep
    for number, text in names.items():
        table.setName(text, number, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames[0] = post_script
    top = cff.topDictIndex[0]
    top.FullName, top.FamilyName = f"{FAMILY} {style}", FAMILY


def make(source, style):
    faces = TTCollection(str(source)).fonts
    font = next(f for f in faces if f["name"].getDebugName(1) == FACE)
    draw_superscripts(font)
    options = subset.Options()
    options.layout_features = ["kern", "ccmp", "halt", "palt"]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.hinting = False
    options.desubroutinize = False
    options.drop_tables += ["VORG", "vhea", "vmtx", "BASE", "DSIG"]
    worker = subset.Subsetter(options)
    worker.populate(unicodes=wanted())
    worker.subset(font)
    rename(font, style)
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    target = HERE / f"TruelineSansSC-{style}.otf"
    font.save(str(target))
    print(target.name, target.stat().st_size, "bytes", len(font.getGlyphOrder()), "glyphs")


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/fonts/opentype/noto")
    for style in ("Regular", "Bold"):
        make(folder / f"NotoSansCJK-{style}.ttc", style)


if __name__ == "__main__":
    main()
