"""A stand-in for qscanner: real arguments, console lines, files and exit codes; invented findings.

It scans nothing, and its first line says so; it pulls where it is told of a registry stand-in.
Shapes follow what is known of the real tool from programs that read its output: no verbatim report
of it is public, so they are true in shape, not captured.

Reading order: `arguments` (the command line), `pull`, `behaviour` (what it was told of the image),
`findings` and `catalogue` (what it finds), `scan` (the run), `exit_codes`, and the files:
`inventory`, `sarif`, `report_json`, `table`. `legacy` is all of the predecessor's contract.
"""
