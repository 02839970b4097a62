"""The application: takes posts in, has them analysed, decides, acts, remembers, asks people."""
