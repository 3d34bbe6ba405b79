"""`make bench`: what the local Durable engine costs, measured on this machine.

Reading order: `__main__` runs the sections (`throughput`, `episodes`, `fan_out`, `start_up`,
`memory`), each of which gives a table (`tables`). Every measurement has a process of its own
(`apart`). `engine` is the workload (`app/`) on the local engine, `in_memory` the same on the
in-memory backend of Microsoft's durabletask, which keeps nothing.

Nothing is asserted about time here: a machine that is busy with something else is no failure.
"""
