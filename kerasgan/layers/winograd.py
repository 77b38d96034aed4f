"""Convolutions of many channels with fewer multiplications, by Winograd's minimal filtering.

Reference: Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks"
(arXiv:1509.09308), whose F(m, r) are the tiles here.

A filter of r taps w makes m outputs of m + r - 1 data d with as many products instead of m r:
y = A ((G w) * (B d)). G and the transpose of A evaluate polynomials of r and of m coefficients at
m + r - 2 points and at infinity; there, products of values are values of the product, whose
coefficients the inverse of such an evaluation finds. The transpose of that inverse is B, since a
filter is the transpose of a product of polynomials. Both axes of an image save the factor.

With stride s, every s-th pixel belongs to one of s filters, whose taps are every s-th of the
kernel's and whose products are summed as those of channels are. The tiles of an axis, its padding
and its stride are one matrix for each of A and B, so that all is TensorFlow's matrix products, and
their gradients of every order. The transpose of all is the transposed convolution.
"""

import math
from typing import NamedTuple

import numpy as np
import tensorflow as tf

# Among 36 such sets these are near the least rounding, about 1e-6 of a value. With two bytes only
# sums of few pixels, and their halves, are near enough to exact.
_OF_MANY_BITS = (5 / 8, -5 / 8, 5 / 4, -5 / 4, 0)
# By the bytes of a number.
_POINTS = {2: (0, 1, -1), 4: _OF_MANY_BITS, 8: _OF_MANY_BITS}
# Multiplications to be saved for each number that is moved, and for each pixel it may be a sum of.
WORTH = 80
_OF_PIXEL = 1.3


class Axis(NamedTuple):
    """What filters one axis of an image: tiles of `outputs`, T in all.

    Attributes:
        side: pixels of the image.
        size: taps of the kernel.
        stride: s.
        padding: as in `fewer_products`.
        points: where polynomials may be evaluated, as many as there are taps for a phase, or more.
        outputs: of a tile.
    """

    side: int
    size: int
    stride: int
    padding: str
    points: tuple[float, ...]
    outputs: int = 1

    @property
    def count(self) -> int:
        """Outputs of all tiles."""
        return places(self.side, self.size, self.stride, self.padding)[0]

    @property
    def tiles(self) -> int:
        """T."""
        return -(-self.count // self.outputs)

    @property
    def taps(self) -> int:
        """Those of the kernel that meet one of s phases."""
        return -(-self.size // self.stride)

    @property
    def products(self) -> int:
        """n, of a tile."""
        return self.outputs + self.taps - 1

    def with_fewest_products(self) -> "Axis":
        """The axis with the tiles that take the fewest products in all."""
        sizes = range(1, len(self.points) - self.taps + 3)
        # Of those that take as many, the smallest round least.
        return min(
            (self._replace(outputs=outputs) for outputs in sizes),
            key=lambda axis: axis.tiles * axis.products,
        )

    def spread(self) -> np.ndarray:
        """B of all tiles, [n, T, s, side]."""
        _, before = places(self.side, self.size, self.stride, self.padding)
        tile, datum, phase = np.ogrid[: self.tiles, : self.products, : self.stride]
        pixel = self.stride * (self.outputs * tile + datum) + phase - before
        if self.padding == "reflect":
            pixel = self.side - 1 - abs(self.side - 1 - abs(pixel))
        coefficients = np.linalg.inv(self._evaluation(self.products))
        return np.einsum("dn,tdsp->ntsp", coefficients, _one_hot(pixel, self.side))

    def weigh(self) -> np.ndarray:
        """G, [n, s, size]."""
        tap, phase = np.ogrid[: self.taps, : self.stride]
        of_kernel = _one_hot(self.stride * tap + phase, self.size)
        return np.einsum("nt,tsk->nsk", self._evaluation(self.taps), of_kernel)

    def gather(self) -> np.ndarray:
        """A of all tiles, transposed, [n, T, 1, count]."""
        of_tiles = np.einsum("no,tu->ntuo", self._evaluation(self.outputs), np.eye(self.tiles))
        return of_tiles.reshape(self.products, self.tiles, 1, -1)[..., : self.count]

    def _evaluation(self, coefficients):
        """What evaluates polynomials at points and at infinity: [n, coefficients]."""
        powers = np.vander(self.points[: self.products - 1], coefficients, increasing=True)
        return np.vstack([powers, np.eye(coefficients)[-1]])


def places(side: int, size: int, stride: int, padding: str) -> tuple[int, int]:
    """On how many places a kernel of `size` lies, and how many pixels are before the first.

    Args:
        padding: as in `fewer_products`.
    """
    if padding == "valid":
        return (side - size) // stride + 1, 0
    count = -(-side // stride)
    return count, max((count - 1) * stride + size - side, 0) // 2


def _one_hot(indices, depth):
    """Zeros and a one where the index is, if it is any: [..., depth]."""
    return (indices[..., None] == np.arange(depth)).astype(float)


class Filtering(NamedTuple):
    """The convolution of images [B, H, W, C] with a kernel [h, w, C, F], tile by tile."""

    rows: Axis
    columns: Axis

    def pays(self, shape, kernel_shape) -> bool:
        """Whether images of that shape take less time so: multiplied less, moved more."""
        batch, height, width, channels = shape
        filters = kernel_shape[-1]
        rows, columns = self.rows, self.columns
        products, tiles = rows.products * columns.products, batch * rows.tiles * columns.tiles
        channels *= rows.stride * columns.stride
        outputs = batch * rows.count * columns.count
        saved = outputs * math.prod(kernel_shape) - products * tiles * channels * filters
        # The kernel is moved once for the batch, and faster.
        moved = products * (tiles * (channels + filters) + channels * filters / 2)
        return saved >= moved * (WORTH + _OF_PIXEL * max(height, width))

    def convolve(self, images: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        """What `tf.nn.conv2d` makes of images [B, H, W, C]: [B, H', W', F]."""
        data = _to_products(images, self.rows.spread(), self.columns.spread())
        products = tf.matmul(data, self._weighed(kernel))
        return _from_products(products, self.rows.gather(), self.columns.gather())

    def transposed(self, outputs: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        """What `tf.nn.conv2d_transpose` makes of outputs [B, H', W', F]: [B, H, W, C]."""
        products = _to_products(outputs, self.rows.gather(), self.columns.gather())
        data = tf.matmul(products, self._weighed(kernel), transpose_b=True)
        return _from_products(data, self.rows.spread(), self.columns.spread())

    def _weighed(self, kernel):
        """What data are multiplied by: [n n', s s' C, F]."""
        weigh = np.einsum("nsk,mtl->nmstkl", self.rows.weigh(), self.columns.weigh())
        products, taps = math.prod(weigh.shape[:2]), math.prod(weigh.shape[-2:])
        *_, filters = kernel.shape
        kernel = tf.reshape(kernel, (taps, -1))
        kernels = tf.matmul(tf.constant(weigh.reshape(-1, taps), kernel.dtype), kernel)
        return tf.reshape(kernels, (products, -1, filters))


def fewer_products(shape, kernel_shape, strides, padding: str, dtype: tf.DType) -> Filtering | None:
    """How a CPU convolves images with fewer products, if that takes less time.

    Args:
        shape: of the images, (B, H, W, C), where None is for what is not known.
        kernel_shape: (h, w, C, F).
        strides: along height and width.
        padding: "same" or "valid", zeros as TensorFlow lays them, or "reflect", with strides of 1.
        dtype: of the images.
    """
    if None in shape or tf.config.list_physical_devices("GPU"):
        return None
    rows, columns = (
        Axis(*of_axis, padding, _POINTS[dtype.size])
        for of_axis in zip(shape[1:3], kernel_shape[:2], strides, strict=True)
    )
    # A tile of one output saves nothing, and one of two needs as many points as there are taps.
    if any(axis.taps > len(axis.points) for axis in (rows, columns)):
        return None
    found = Filtering(rows.with_fewest_products(), columns.with_fewest_products())
    return found if found.pays(shape, kernel_shape) else None


def _to_products(x, rows, columns):
    """Data of `rows` [n, T, s, H] and `columns` [n', T', s', W] of images [B, H, W, C].

    The result [n n', B T T', s s' C] has the tiles of one product side by side.
    """
    (n, tiles, phases, _), (m, across, phases_across, _) = rows.shape, columns.shape
    batch, *_, channels = x.shape
    channels *= phases_across
    x = _along_both(x, _flat(rows), _flat(columns))
    x = tf.reshape(x, (batch, n, tiles, phases, m, across, channels))
    x = tf.transpose(x, (1, 4, 0, 2, 5, 3, 6))
    return tf.reshape(x, (n * m, -1, phases * channels))


def _from_products(x, rows, columns):
    """The transpose of `_to_products`: [n n', B T T', s s' C] -> [B, H, W, C]."""
    (n, tiles, phases, _), (m, across, phases_across, _) = rows.shape, columns.shape
    x = tf.reshape(x, (n, m, -1, tiles, across, phases, x.shape[-1] // phases))
    x = tf.transpose(x, (2, 0, 3, 5, 1, 4, 6))
    x = tf.reshape(x, (x.shape[0], n * tiles * phases, m * across * phases_across, -1))
    return _along_both(x, _flat(rows).T, _flat(columns).T)


def _flat(matrix):
    return matrix.reshape(-1, matrix.shape[-1])


def _along_both(x, rows, columns):
    """Multiply the axes of images [B, H, W, C] by matrices [H', H] and [W', W]."""
    batch, height, width, channels = x.shape
    x = tf.matmul(tf.constant(rows, x.dtype), tf.reshape(x, (batch, height, width * channels)))
    x = tf.reshape(x, (batch * len(rows), width, channels))
    x = tf.matmul(tf.constant(columns, x.dtype), x)
    return tf.reshape(x, (batch, len(rows), len(columns), channels))
