"""Runs migrations on the connection that app.record.database.migrate hands over, inside its
transaction and lock.
"""

from alembic import context

from app.record.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
