"""The samples in ``data/samples``: how they are made, and what a careful reader gets from each."""
