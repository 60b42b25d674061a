"""The kill campaign's parts: an installation to harm, traffic through it, harm, and the judgement."""
