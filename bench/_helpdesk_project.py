"""Run by the peer's own interpreter, never by ours: a Django project around django-helpdesk, and its rows.

    python _helpdesk_project.py TICKETS

Below the current folder it finds `helpdesk_site` (settings, urls, wsgi), written beforehand from the texts
here. It migrates, adds what is missing of TICKETS tickets, and prints a JSON object: the session cookie of a
staff member and the ids of a few tickets. Only the peer's documented settings, models and addresses are used.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

SETTINGS = """
import os
from pathlib import Path
BASE = Path(__file__).resolve().parent.parent
SECRET_KEY = "only-for-a-comparison-on-this-machine"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "helpdesk_site.urls"
WSGI_APPLICATION = "helpdesk_site.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.sites", "django.contrib.messages", "django.contrib.staticfiles",
    "django.contrib.humanize", "rest_framework", "helpdesk",
]
MIDDLEWARE = [
    "django.middleware.common.CommonMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.debug", "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages",
    ]},
}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE / "helpdesk.db"}}
if os.environ.get("PEER_PG_HOST"):
    DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": os.environ["PEER_PG_NAME"],
                             "HOST": os.environ["PEER_PG_HOST"], "USER": os.environ["PEER_PG_USER"],
                             "CONN_MAX_AGE": 60}}
SITE_ID = 1
USE_TZ = True
STATIC_URL = "/static/"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
HELPDESK_TEAMS_MODE_ENABLED = False
"""
URLS = """
from django.contrib import admin
from django.urls import include, path
urlpatterns = [path("admin/", admin.site.urls), path("", include("helpdesk.urls", namespace="helpdesk"))]
"""
WSGI = """
import os
from django.core.wsgi import get_wsgi_application
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk_site.settings")
application = get_wsgi_application()
"""
FILES = {"__init__.py": "", "settings.py": SETTINGS, "urls.py": URLS, "wsgi.py": WSGI}


def write_site(folder: Path) -> None:
    site = folder / "helpdesk_site"
    site.mkdir(parents=True, exist_ok=True)
    for name, content in FILES.items():
        (site / name).write_text(content.lstrip(), encoding="utf-8")


def main() -> None:
    sys.path.insert(0, os.getcwd())
    os.environ["DJANGO_SETTINGS_MODULE"] = "helpdesk_site.settings"
    import django  # noqa: PLC0415 - the peer's

    django.setup()
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from helpdesk.models import Queue, Ticket  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    staff, _ = get_user_model().objects.get_or_create(username="peer", is_staff=True, is_superuser=True)
    queue, _ = Queue.objects.get_or_create(title="客服", slug="care")
    missing = int(sys.argv[1]) - Ticket.objects.count()
    Ticket.objects.bulk_create(
        (
            Ticket(
                title=f"宽带断了第{number}次，怎么办",
                queue=queue,
                submitter_email=f"customer{number}@example.com",
                description="请尽快处理",
                status=1 if number % 10 == 0 else 4,
                priority=1 + number % 5,
                assigned_to=staff if number % 3 else None,
            )
            for number in range(missing)
        ),
        batch_size=1000,
    )
    client = Client()
    client.force_login(staff)
    found = list(Ticket.objects.order_by("-id").values_list("id", flat=True)[:20])
    print(json.dumps({"session": client.cookies["sessionid"].value, "tickets": found, "queue": queue.id}))


if __name__ == "__main__":
    main()
