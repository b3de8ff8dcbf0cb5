-- The photo of theirs that members are shown with. No key holds it: one that is gone, hidden or somebody else's is passed over.
ALTER TABLE accounts ADD COLUMN avatar bigint;
