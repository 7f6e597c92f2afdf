"""PostgreSQL 15 to 18, by SQLAlchemy Core and asyncpg."""
