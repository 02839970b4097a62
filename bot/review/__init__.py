"""Putting cases before people, and carrying out what they decide."""
