"""A stand-in for a container registry: the pulling half of OCI distribution 1.1 over HTTP.

It serves any OCI image layout, real images too. Errors, negotiation and challenges are those of
the distribution project's registry (github.com/distribution/distribution, registry/handlers and
registry/auth). It takes no pushes, and its tokens are random words that it remembers.

Under other registries' names (`?ns=docker.io`, as containerd asks a mirror) it makes up a small
image for every tag that is asked for, which says so in itself; under its own name it has what the
layouts hold and nothing else.

Reading order: `layouts` (what is served), `images` (makes layouts), `made_up`, `access` and
`tokens` (who may pull), `faults` (what goes wrong), `registry` (the routes), `server`.
"""
