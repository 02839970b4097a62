"""Vendors and platforms on loopback, speaking their real protocols, with knobs for trouble."""
