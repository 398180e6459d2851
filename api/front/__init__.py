"""The door of the service: a process of its own that hands out public pages and lets everybody else in."""
