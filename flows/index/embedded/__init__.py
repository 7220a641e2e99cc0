"""The engine ``embedded``: Tantivy, in the archive folder, with no server and no set-up."""
