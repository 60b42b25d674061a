"""Placeholder until the language helper's own lands (uncommitted)."""
import xxhash
def exact_hash(text: str) -> int:
    return xxhash.xxh3_64_intdigest(text.encode("utf-8", "surrogatepass")) - (1 << 63)
