"""What runs where: the images of every container group, container app and job in a scope."""
