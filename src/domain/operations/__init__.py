"""Operations: jobs."""
