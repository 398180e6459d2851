"""What villagers read: months, amounts, whether the money arrived, and how to check it. Nothing here can record."""
