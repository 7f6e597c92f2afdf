"""The vocabulary of medical cost prediction and its rules. Standard library only."""
