"""Commands of ``bifocal``, one a file."""
