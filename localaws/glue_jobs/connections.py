"""Glue connections changed and deleted, which moto's cannot be."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.glue.exceptions import EntityNotFoundException
from moto.glue.responses import GlueResponse


class ConnectionResponse(GlueResponse):
    """moto's Glue API with UpdateConnection and DeleteConnection."""

    def update_connection(self) -> ActionResult:
        """Replace what a connection is, all of it."""
        connection = self._find_connection(self.parameters["Name"])
        connection.connection_input = self.parameters["ConnectionInput"]
        return ActionResult({})

    def delete_connection(self) -> ActionResult:
        """Delete a connection."""
        name = self.parameters["ConnectionName"]
        self._find_connection(name)
        del self.glue_backend.connections[name]
        return ActionResult({})

    def _find_connection(self, name: str) -> Any:
        connection = self.glue_backend.connections.get(name)
        if connection is None:
            raise EntityNotFoundException(f"Connection {name} not found")
        return connection
