"""Alembic runs this file at each upgrade; the connection comes from `history.py`."""

from alembic import context

from gesso.core.catalogue.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
