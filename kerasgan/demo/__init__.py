"""A page to play with in a browser."""

import os

# Read when Gradio and its Hugging Face client are imported: the page sends nothing out.
os.environ |= {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
