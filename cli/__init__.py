"""The command line: everything that it does, it does by asking an app over HTTP."""
