"""The words every stream shares: money, places, time, ids, postings, events, refusals. It imports nothing of ours."""
