"""The platform's side: its customers, and its own record of what the brand really published."""

from __future__ import annotations

from typing import Any

import httpx


class Platform:
    """The sandbox's control API at `address`."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._client = httpx.Client(base_url=f"{address}/_control", timeout=60)

    def close(self) -> None:
        self._client.close()

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._client.post(path, json=body)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def writes(self, kind: str, account: str, customer: str, text: str, /, **more: Any) -> dict[str, Any]:
        """A customer's post, comment or message; `more` as the control API has it (kind, fields, picture)."""
        body = {"account": account, "customer": customer, "text": text, **more}
        return self.post(f"/customer/{kind}", body)

    def sent_with(self, words: str) -> list[dict[str, Any]]:
        """What brands published with these words in it."""
        answer = self._client.get("/sent", params={"limit": 5000})
        answer.raise_for_status()
        return [row for row in answer.json()["sent"] if words in row["text"]]

    def thread(self, account: str, customer: str) -> list[dict[str, Any]]:
        """What a customer and a brand wrote to each other in private, as the customer's page shows it."""
        params = {"account": account, "customer": customer, "kind": "dm"}
        answer = self._client.get("/customer/thread", params=params)
        answer.raise_for_status()
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages

    def accounts(self) -> dict[str, dict[str, Any]]:
        """All accounts with their credentials, by callback key."""
        return {account["callback_key"]: account for account in self._client.get("/accounts").json()}
