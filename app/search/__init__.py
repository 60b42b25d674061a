"""Finding posts, messages and people: Chinese by character pairs, and by how words sound."""
