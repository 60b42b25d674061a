"""The special lists: who is blocked, cared for, left alone, or one of ours."""
