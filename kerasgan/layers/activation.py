"""Leaky ReLU for networks under a gradient penalty."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("kerasgan")
class PenaltyLeakyReLU(keras.layers.LeakyReLU):
    """`keras.layers.LeakyReLU` with a cheaper second derivative, for gradient penalties.

    The second derivative is zero. TensorFlow computes these zeros, and a gradient penalty
    backpropagates them through the whole critic. This layer has no second derivative at all.
    """

    def call(self, inputs):
        @tf.custom_gradient
        def leaky_relu(x):
            def gradient(upstream):
                return tf.raw_ops.LeakyReluGrad(
                    gradients=upstream, features=tf.stop_gradient(x), alpha=self.negative_slope
                )

            return tf.nn.leaky_relu(x, self.negative_slope), gradient

        return leaky_relu(inputs)
