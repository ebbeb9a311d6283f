"""Where the parts of the repository lie."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
RESOURCES = REPOSITORY / "resources"
SCHEMAS = REPOSITORY / "workflow" / "schemas"
PRESETS = REPOSITORY / "config" / "expressions.yaml"
