"""The Security Hub Lambda: findings of the tracker, as findings of Security Hub."""
