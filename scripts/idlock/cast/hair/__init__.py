"""Hair of the head: sheets of strands laid over the skull, and hanging from it."""

from idlock.cast.hair.laying import sheets
from idlock.cast.hair.strands import draw_hair
from idlock.cast.hair.styles import STYLES

__all__ = ["STYLES", "draw_hair", "sheets"]
