"""The web application: desk, API, sign-in, health."""
