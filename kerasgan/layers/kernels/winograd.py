"""Convolution of many channels with fewer multiplications, by Winograd's minimal filtering.

Reference: Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks"
(arXiv:1509.09308). The tiles here are the paper's F(m, r).

A filter w of r taps turns m + r - 1 inputs d into m outputs y = A ((G w) * (B d)) with m + r - 1
products instead of m r. G and the transpose of A evaluate polynomials with r and m coefficients at
m + r - 2 points and at infinity. Multiplying values there multiplies the polynomials, and the
inverse of such an evaluation recovers the product's coefficients. B is the transpose of that
inverse, since a filter is the transpose of a polynomial product. Each image axis saves this factor.

With stride s, pixels fall into s phases. Each phase has its own filter, made of every s-th tap, and
the phases' products are summed like channels. For each axis, A and B are one matrix that includes
tiles, padding and stride. So everything is TensorFlow's matrix products, which have gradients of
every order, and transposing them all gives the transposed convolution.
"""

import math
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from kerasgan.layers.kernels.padding import output_size_and_padding

# Rounding errors are near the smallest of 36 such sets: about 1e-6 of a value.
_PRECISE_POINTS = (5 / 8, -5 / 8, 5 / 4, -5 / 4, 0)
# Evaluation points by bytes per number. With two bytes, only sums of few pixels and their halves
# are precise enough.
_POINTS = {2: (0, 1, -1), 4: _PRECISE_POINTS, 8: _PRECISE_POINTS}
# Minimum multiplications saved per element moved for Winograd to be faster (measured): a constant,
# and a term per pixel of the longer side, since the transforms' sums run over whole sides.
MIN_GAIN = 80
_MIN_GAIN_PER_PIXEL = 1.3


class Axis(NamedTuple):
    """One axis of an image, cut into T tiles of `outputs` each.

    Attributes:
        side: pixels of the image.
        size: taps of the kernel.
        stride: s.
        padding: as for `choose_winograd`.
        points: where polynomials may be evaluated; at least as many as a phase has taps.
        outputs: m, outputs per tile.
    """

    side: int
    size: int
    stride: int
    padding: str
    points: tuple[float, ...]
    outputs: int = 1

    @property
    def count(self) -> int:
        """Outputs of all tiles together."""
        return output_size_and_padding(self.side, self.size, self.stride, self.padding)[0]

    @property
    def tiles(self) -> int:
        """T, the number of tiles."""
        return -(-self.count // self.outputs)

    @property
    def taps(self) -> int:
        """r, taps per phase."""
        return -(-self.size // self.stride)

    @property
    def products(self) -> int:
        """n, products per tile."""
        return self.outputs + self.taps - 1

    def with_fewest_products(self) -> "Axis":
        """Choose the tile size that needs the fewest products in total."""
        sizes = range(1, len(self.points) - self.taps + 3)
        # Of equal counts, min takes the smallest tile, which has the smallest rounding errors.
        return min(
            (self._replace(outputs=outputs) for outputs in sizes),
            key=lambda axis: axis.tiles * axis.products,
        )

    def input_transform(self) -> np.ndarray:
        """B of all tiles, [n, T, s, side]."""
        _, before = output_size_and_padding(self.side, self.size, self.stride, self.padding)
        tile, datum, phase = np.ogrid[: self.tiles, : self.products, : self.stride]
        pixel = self.stride * (self.outputs * tile + datum) + phase - before
        if self.padding == "reflect":
            pixel = self.side - 1 - abs(self.side - 1 - abs(pixel))
        coefficients = np.linalg.inv(self._evaluation(self.products))
        return np.einsum("dn,tdsp->ntsp", coefficients, _one_hot(pixel, self.side))

    def filter_transform(self) -> np.ndarray:
        """G, [n, s, size]."""
        tap, phase = np.ogrid[: self.taps, : self.stride]
        taps_of_phases = _one_hot(self.stride * tap + phase, self.size)
        return np.einsum("nt,tsk->nsk", self._evaluation(self.taps), taps_of_phases)

    def output_transform(self) -> np.ndarray:
        """A of all tiles, transposed, [n, T, 1, count]."""
        tiles = np.einsum("no,tu->ntuo", self._evaluation(self.outputs), np.eye(self.tiles))
        return tiles.reshape(self.products, self.tiles, 1, -1)[..., : self.count]

    def _evaluation(self, coefficients):
        """Matrix that evaluates polynomials at n - 1 points and infinity, [n, coefficients]."""
        powers = np.vander(self.points[: self.products - 1], coefficients, increasing=True)
        return np.vstack([powers, np.eye(coefficients)[-1]])


def _one_hot(indices, depth):
    """One-hot encode integers, [..., depth]; all zeros where the index is out of range."""
    return (indices[..., None] == np.arange(depth)).astype(float)


class WinogradConv2D(NamedTuple):
    """Winograd's convolution of images [B, H, W, C] with a kernel [h, w, C, F]."""

    rows: Axis
    columns: Axis

    def is_faster(self, shape, kernel_shape) -> bool:
        """Whether the multiplications saved outweigh the elements moved."""
        batch, height, width, channels = shape
        filters = kernel_shape[-1]
        rows, columns = self.rows, self.columns
        products, tiles = rows.products * columns.products, batch * rows.tiles * columns.tiles
        channels *= rows.stride * columns.stride
        outputs = batch * rows.count * columns.count
        saved = outputs * math.prod(kernel_shape) - products * tiles * channels * filters
        # The kernel is moved once per batch, and faster.
        moved = products * (tiles * (channels + filters) + channels * filters / 2)
        return saved >= moved * (MIN_GAIN + _MIN_GAIN_PER_PIXEL * max(height, width))

    def conv(self, images: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        """Compute `tf.nn.conv2d`: [B, H, W, C] -> [B, H', W', F]."""
        data = _transform(images, self.rows.input_transform(), self.columns.input_transform())
        products = tf.matmul(data, self._transform_filters(kernel))
        return _transform_back(
            products, self.rows.output_transform(), self.columns.output_transform()
        )

    def conv_transpose(self, outputs: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        """Compute `tf.nn.conv2d_transpose`: [B, H', W', F] -> [B, H, W, C]."""
        products = _transform(
            outputs, self.rows.output_transform(), self.columns.output_transform()
        )
        data = tf.matmul(products, self._transform_filters(kernel), transpose_b=True)
        return _transform_back(data, self.rows.input_transform(), self.columns.input_transform())

    def _transform_filters(self, kernel):
        """G w for both axes: [h, w, C, F] -> [n n', s s' C, F]."""
        rows, columns = self.rows.filter_transform(), self.columns.filter_transform()
        matrix = np.einsum("nsk,mtl->nmstkl", rows, columns)
        products, taps = math.prod(matrix.shape[:2]), math.prod(matrix.shape[-2:])
        *_, filters = kernel.shape
        kernel = tf.reshape(kernel, (taps, -1))
        kernels = tf.matmul(tf.constant(matrix.reshape(-1, taps), kernel.dtype), kernel)
        return tf.reshape(kernels, (products, -1, filters))


def choose_winograd(
    shape, kernel_shape, strides, padding: str, dtype: tf.DType
) -> WinogradConv2D | None:
    """Winograd's convolution with the best tiles, or None where a direct convolution is faster.

    Args:
        shape: of the images, (B, H, W, C), where None stands for an unknown size.
        kernel_shape: (h, w, C, F).
        strides: along height and width.
        padding: "same" or "valid", as TensorFlow defines them, or, with strides of 1, "reflect".
        dtype: of the images.
    """
    if None in shape:
        return None
    rows, columns = (
        Axis(*axis, padding, _POINTS[dtype.size])
        for axis in zip(shape[1:3], kernel_shape[:2], strides, strict=True)
    )
    # A tile of one output saves nothing, and a tile of two needs as many points as taps.
    if any(axis.taps > len(axis.points) for axis in (rows, columns)):
        return None
    winograd = WinogradConv2D(rows.with_fewest_products(), columns.with_fewest_products())
    return winograd if winograd.is_faster(shape, kernel_shape) else None


def _transform(x, rows, columns):
    """Apply the transforms `rows` [n, T, s, H] and `columns` [n', T', s', W].

    The tiles of one product are contiguous, for a batched matrix product.

    Shapes:
        [B, H, W, C] -> [n n', B T T', s s' C].
    """
    (n, tiles, phases, _), (m, across, phases_across, _) = rows.shape, columns.shape
    batch, *_, channels = x.shape
    channels *= phases_across
    x = _along_both(x, _flat(rows), _flat(columns))
    x = tf.reshape(x, (batch, n, tiles, phases, m, across, channels))
    x = tf.transpose(x, (1, 4, 0, 2, 5, 3, 6))
    return tf.reshape(x, (n * m, -1, phases * channels))


def _transform_back(x, rows, columns):
    """Apply the transpose of `_transform`: [n n', B T T', s s' C] -> [B, H, W, C]."""
    (n, tiles, phases, _), (m, across, phases_across, _) = rows.shape, columns.shape
    x = tf.reshape(x, (n, m, -1, tiles, across, phases, x.shape[-1] // phases))
    x = tf.transpose(x, (2, 0, 3, 5, 1, 4, 6))
    x = tf.reshape(x, (x.shape[0], n * tiles * phases, m * across * phases_across, -1))
    return _along_both(x, _flat(rows).T, _flat(columns).T)


def _flat(matrix):
    return matrix.reshape(-1, matrix.shape[-1])


def _along_both(x, rows, columns):
    """Multiply both axes of images [B, H, W, C] by matrices [H', H] and [W', W]."""
    batch, height, width, channels = x.shape
    x = tf.matmul(tf.constant(rows, x.dtype), tf.reshape(x, (batch, height, width * channels)))
    x = tf.reshape(x, (batch * len(rows), width, channels))
    x = tf.matmul(tf.constant(columns, x.dtype), x)
    return tf.reshape(x, (batch, len(rows), len(columns), channels))
