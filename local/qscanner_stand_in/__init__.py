"""A stand-in for qscanner: real arguments, console lines, files and exit codes; invented findings.

It pulls no image and scans nothing, and its first line says so. Shapes follow what is known of the
real tool: no verbatim report of it is public.
"""
