"""What the product says of itself and of others: published cases computed again, and public claims answered."""
