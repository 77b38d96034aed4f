"""Narrower and wider versions of a published network."""


def scaled(filters: int, width: float) -> int:
    """`filters` times `width`, rounded, at least 1."""
    return max(1, round(filters * width))
