"""Rules people can read, compiled once, applied purely.

source -> rules (examples, cel: words, checks, tree) -> policy -> decide (post, variables,
certainty) -> a verdict. ``file`` keeps a valid policy in force; ``trial`` runs the tests that
stand beside rules; ``reference`` writes the tables of docs/policy.md.
"""
