"""Tests mirror the three packages; fakes behave, and nothing is mocked."""
