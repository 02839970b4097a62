"""The durable queue between what arrives and what is judged."""
