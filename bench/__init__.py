"""Benchmarks. Figures are ratios measured in one run on the same work."""
