"""What public pages, staff pages and the JSON API share: words, errors, sessions, templates. No command lives here."""
