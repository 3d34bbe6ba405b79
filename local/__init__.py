"""Azure on one machine: stand-ins for what the app meets there. Nothing here imports the app's code."""
