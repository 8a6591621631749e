"""Names in figures: shown as they are, whatever letters they have."""

import functools
import unicodedata

from matplotlib import font_manager, rcParams

LONGEST = 60  # characters in a line of a title or legend


def plain_text(text: object, longest: int = LONGEST) -> str:
    """Return a name as Matplotlib's text that shows it as it is, in one font or another, and never fails or warns.

    A `$` is no formula, a leading `_` hides nothing, a line has at most `longest` characters, and a letter that no font
    of this system has is a □. Fonts that letters need are added to `rcParams["font.family"]`.
    """
    lines = str(text).encode(errors="replace").decode().split("\n")  # a file's name need not be UTF-8
    lines = [line if len(line) <= longest else line[: longest - 1] + "…" for line in lines]
    shown = "\n".join("".join(map(_drawable, line)) for line in lines)
    return (" " * shown.startswith("_") + shown).replace("$", r"\$")


def _drawable(letter: str) -> str:
    """Return the letter if there is a font for it, a space for a control character, else □."""
    if letter < " " or unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp"):
        return " "
    if letter < "\u0250":  # Latin, which every font has
        return letter
    font = _font_of(letter)
    if font and font not in rcParams["font.family"]:
        rcParams["font.family"] = [*rcParams["font.family"], font]
    return letter if font else "□"


@functools.cache
def _font_of(letter: str) -> str:
    """Return the family of a font that has the letter: the usual one, one that was needed before, any other, or ""."""
    usual = font_manager.FontProperties(family=rcParams["font.family"])
    others = sorted({entry.fname for entry in font_manager.fontManager.ttflist if "LastResort" not in entry.fname})
    for path in (font_manager.findfont(usual), *others):
        try:
            font = font_manager.get_font(path)
            if font.scalable and ord(letter) in font.get_charmap():
                return font.family_name
        except (OSError, RuntimeError):  # a font file that is gone or broken
            continue
    return ""
