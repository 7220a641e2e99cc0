"""Which names in archives and folders are none of the user's doing."""


def hidden(name: str) -> bool:
    """Is it a hidden file, or one of macOS's shadow files?

    >>> hidden("a/.DS_Store"), hidden("__MACOSX/a.txt"), hidden("../a.txt")
    (True, True, False)
    """
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "__MACOSX" or any(p.startswith(".") and p not in (".", "..") for p in parts)
