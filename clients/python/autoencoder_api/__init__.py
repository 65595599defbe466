"""Trains autoencoders on an AutoencoderApi service, and runs their weights files without it.

`Client` talks to a service; `Weights` reads a checkpoint's file; `reconstruct` runs it with NumPy. The PyTorch module is in
`autoencoder_api.torch_network`, which alone needs PyTorch.
"""

from .client import Client
from .numpy_network import activations, encode, reconstruct
from .transport import ApiError
from .weights import Weights

__all__ = ["ApiError", "Client", "Weights", "activations", "encode", "reconstruct"]
