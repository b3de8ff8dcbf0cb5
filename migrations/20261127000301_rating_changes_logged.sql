-- The other half of what `*_photos_to_rank_logged.sql` says.
ALTER TABLE rating_changes SET LOGGED;
