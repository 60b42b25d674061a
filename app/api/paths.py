"""What a variable of a path may be."""

from __future__ import annotations

from typing import Any

from werkzeug.routing import BaseConverter, ValidationError

from app.core.inputs import LARGEST_ID


class RowIdConverter(BaseConverter):
    """`<int:…>`: the id of a row. A number that no row can have is no address of ours (404)."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number > LARGEST_ID:
            raise ValidationError
        return number

    def to_url(self, value: Any) -> str:
        return str(int(value))
