"""What staff use: pages and the JSON API. Both call the same commands and the same queries."""
