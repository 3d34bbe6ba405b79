"""Looks for secrets in whatever a run left behind, however they are packed.

`spellings` is how a secret may be written, `unpacking` what may be wrapped around it, `places`
where to look; `search` puts them together.
"""
