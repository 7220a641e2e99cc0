"""How the inside of this package says no; it leaves the package as a Reject."""


class Refused(Exception):
    """This file, member or record is not taken: a key of ``flows.errors.REASONS``, and the particulars."""

    def __init__(self, reason: str, detail: str):
        self.reason, self.detail = reason, detail
        super().__init__(detail)


class Exhausted(Refused):
    """The dump has used up what a dump may cost; nothing more of it is read."""


def too_large(size: int, limit: int) -> Refused:
    """The refusal of a page over the limit, both in bytes."""
    return Refused("too-large", f"over {limit:,} bytes a page ({size:,}); raise JIANGHUA_PAGE_BYTES")
