"""Deeds that bring points: community tasks, volunteer activities, commendations, inspections, party members' service.

What must not be broken: whatever confirms a deed brings its points in the same append, and whatever takes the
confirmation back takes them back.
"""
