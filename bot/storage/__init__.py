"""What is remembered: tables, journal, evidence."""
