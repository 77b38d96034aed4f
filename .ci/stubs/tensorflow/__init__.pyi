# TensorFlow has no annotations, and the stubs that pyright comes with refuse what it accepts, such
# as `tensor % 2`, `tensor[..., None]` and `math.prod(tensor.shape)`.
from typing import Any

def __getattr__(name: str) -> Any: ...
