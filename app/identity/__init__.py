"""Who works here: login, sessions, roles, and how far each person's data reaches."""
