"""What several adapters share: calls that go together, processes, locks, disks. Adapters share nothing else."""
