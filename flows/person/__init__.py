"""A person's word: what is to be forgotten, and what is put right; kept for good."""
