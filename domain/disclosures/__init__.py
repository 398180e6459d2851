"""What a village owes its people to see: drafted, reviewed, posted, objected to, answered, corrected, archived."""
