"""The whole ledger at a revision, as an SQLite file."""

from app.web.http.answers import Form

FORM = Form("sqlite", "application/vnd.sqlite3", binary=True)
