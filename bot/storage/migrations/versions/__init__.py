"""One file a step, oldest first; a step is never edited after it was released."""
