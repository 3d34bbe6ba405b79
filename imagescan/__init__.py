"""The core: what a scan is, what its results mean, and the ports through which it meets Azure.

Standard library only, save for `adapters/` (the Azure SDKs) and `bootstrap` (which joins them).
"""
