"""Web page of `kerasgan demo`, built with Gradio.

`page` joins the tabs, `server` and `guard` restrict who may use it. Each `*_tab` module has the
layout and events of a tab, and `*_images` the images in it, without Gradio.
"""
