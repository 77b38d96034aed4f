"""The networks of each paper: functions that return Functional models."""

from kerasgan.networks import acgan, cgan, cwgan, cyclegan, dcgan, r3gan, stargan

__all__ = ["acgan", "cgan", "cwgan", "cyclegan", "dcgan", "r3gan", "stargan"]
