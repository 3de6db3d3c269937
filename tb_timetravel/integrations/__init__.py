"""The logging helper as a callback of the libraries that people train with: a module each, which imports its library.

``lightning`` PyTorch Lightning · ``huggingface`` the Trainer of transformers · ``keras`` Keras 3 on any backend. Each logs at the end of
every epoch, after every evaluation, or every n training steps (``every``), on rank zero alone.
"""
