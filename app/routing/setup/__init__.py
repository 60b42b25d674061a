"""What people set up of routing: queues, rules, skills; and the same as the router asks it."""
