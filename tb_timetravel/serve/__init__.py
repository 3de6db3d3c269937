"""TensorBoard's side: the plugin, its HTTP API (``http_api.md``) and the child processes that fit.

It reads what the store holds and computes nothing that a fit can store; neither torch nor scikit-learn nor pynndescent is imported here.
"""
