"""Azure on one machine: stand-ins for what the app meets there. They share no code with it."""
