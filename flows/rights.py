"""What this process may do with a file: by the rights it acts with, not those it was started with."""

import os
from pathlib import Path


def may(path: Path | str, mode: int) -> bool:
    """Whether ``mode`` (os.R_OK, os.W_OK) is allowed on a path; False where it is not there."""
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)
