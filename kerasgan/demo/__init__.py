"""A page to play with in a browser."""
