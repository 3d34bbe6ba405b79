"""The steps of a scan, one side effect each: decode, call a port, encode.

Durable runs an activity at least once, and again after a host was killed in the middle of it, so
each may be repeated. Bodies take an `App`, so that tests run them on fakes; what is decorated only
decodes. A step acts on Azure or on results only while its scan still holds the claim.
"""
