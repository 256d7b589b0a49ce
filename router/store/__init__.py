"""The database: SQLAlchemy models, queries, migrations. Queries live here and nowhere else."""
