"""Identity-preserving face synthesis over whole identity datasets.

Data flows one way: photos -> prepared -> embeddings -> pictures -> scores ->
report. A module imports only from modules earlier in that flow.
"""

__version__ = "0.1.0"
