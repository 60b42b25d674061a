"""Accounts that others work with: contracts, grants, and what is asked before somebody acts by one."""
