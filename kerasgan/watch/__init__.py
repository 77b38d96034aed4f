"""Web page of `kerasgan watch`, without TensorFlow, NumPy or other servers than Python's own.

`watched_runs` selects the runs, `run_content` reads one of them for the page, `thinning` limits the
points of its curves, `server` answers the browser. `page/` has the page itself.
"""
