"""One suite that every search engine must pass."""
