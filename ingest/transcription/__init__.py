"""The Transcriber seam: speech to text, and what is made of it before it is stored. Nobody is told of it.

ONNX Runtime, with which voices are found, tells its maker of each process and model that it runs (since 1.29,
by https), and the library of the model hub says what it runs on. Both look at the environment when they are
loaded, and no package but this one may load them.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
