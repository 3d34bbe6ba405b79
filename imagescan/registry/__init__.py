"""Registries: who they are, who may have which credential, what they answer.

`hosts`, `addresses` and `urls` say whom we talk to, `credentials` who gets what, `challenge` and
`manifests` read the OCI distribution protocol. All pure; imagescan/adapters/registries.py talks.
"""
