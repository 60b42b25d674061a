"""E-mail to our own people: whose address it is, what is to be sent, and how it leaves."""
