"""How a speech is dated: clues are read from the text, each allowing some days; then they are combined."""
