"""Models: versions, cards, scores, the gate and the ledger."""
