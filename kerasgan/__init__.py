"""GANs on images, in Keras 3 on TensorFlow."""

import os

__version__ = "0.1.0"

if os.environ.setdefault("KERAS_BACKEND", "tensorflow") != "tensorflow":
    raise ImportError(
        f"KERAS_BACKEND is {os.environ['KERAS_BACKEND']!r}; kerasgan runs on 'tensorflow' alone: "
        "unset it or set it to 'tensorflow'"
    )
# Otherwise every command on a machine without a GPU begins with CUDA's error messages; what
# TensorFlow cannot do it still raises, and `train` says which device it uses.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Otherwise TensorFlow takes all memory of a GPU, also for a small image.
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
# TensorFlow leaves oneDNN off on CPUs without AVX512, where ACGAN's step is 1.5 times faster
# with it.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
