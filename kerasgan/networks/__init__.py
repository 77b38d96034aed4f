"""The networks of each paper: functions that return Functional models."""

from kerasgan.networks import acgan, cgan, cut, cwgan, cyclegan, dcgan, r3gan, stargan

__all__ = ["acgan", "cgan", "cut", "cwgan", "cyclegan", "dcgan", "r3gan", "stargan"]
