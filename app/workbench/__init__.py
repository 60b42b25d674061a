"""Where operators answer: conversations, replies and their delivery, notes, who is looking."""
