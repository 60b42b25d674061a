"""Extension objects, unbound: the factory binds them to an application."""

from __future__ import annotations

from flask_login import LoginManager
from flask_socketio import SocketIO
from flask_wtf import CSRFProtect

login_manager = LoginManager()
csrf = CSRFProtect()
socketio = SocketIO()
