"""A real Elasticsearch node for the tests: fetched once, started in seconds, gone with whoever started it."""
