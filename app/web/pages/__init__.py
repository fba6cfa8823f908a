"""What people look at: pages, their words, links and templates."""
