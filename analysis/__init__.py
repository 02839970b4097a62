"""The analysis core: posts in, assessments out. Knows nothing of chat, storage or HTTP servers."""
