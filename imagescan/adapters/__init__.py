"""The ports on the real Azure SDKs; these live here and nowhere else.

Nothing is built or contacted at import. Clients are kept for the life of the process and used from
several threads, which the SDKs allow. Each retries once: waiting is the orchestrators' business.
"""
