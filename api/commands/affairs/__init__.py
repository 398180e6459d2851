"""Commands of the village's affairs: notices, suggestions, commitments, meetings and micro-projects."""
