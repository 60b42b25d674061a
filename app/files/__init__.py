"""Files that people bring: taken in, looked into, handed out, hung on what carries them."""
