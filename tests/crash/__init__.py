"""`make crash`: the Functions host is killed again and again in the midst of a mixed workload.

Reading order: `places` says where a host can be told to die and kills it there; `launcher` is the
real host with those places watched; `app/` is the workload and `workload` what has to come of it;
`client` gives the work, `lives` lets hosts live and die until all is done, `proof` looks at what
they left behind. tests/local_host/test_kill.py runs a short one.
"""
