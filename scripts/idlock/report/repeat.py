"""What a run was made with, and how to make it again."""

from collections.abc import Mapping
from typing import Any

import yaml

from idlock.store import versions
from idlock.store.files import sha256
from idlock.trust import fetch

COMMANDS = """\
# the configuration below, saved as again.yaml; the photos where the sheet says
make run CONFIG=again.yaml CORES=all
# or by hand
.venv/bin/snakemake --cores all --configfile again.yaml
"""


def facts(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the commands, configuration, versions and model files of a run."""
    return {
        "commands": COMMANDS,
        "settings": yaml.safe_dump(dict(config), sort_keys=True, allow_unicode=True),
        "versions": versions.at_work(),
        "models": [
            {
                "file": state.path.name,
                "licence": state.entry["licence"],
                "sha256": sha256(state.path),
            }
            for state in fetch.states(config)
            if state.path
        ],
    }
