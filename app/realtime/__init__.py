"""The Socket.IO kernel: who is connected, what they may hear, and catching up after a cut."""
