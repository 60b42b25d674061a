"""What our own accounts publish: written down, sent once, followed until its end."""
