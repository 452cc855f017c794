"""The bench of linkage: see tests/bench/linkage --help and __main__.py."""
