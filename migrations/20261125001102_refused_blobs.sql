-- A blob that was to be deleted, and that a photo or a draft names after all, is kept; its row is put aside.
ALTER TABLE discarded_blobs ADD COLUMN refused_at timestamptz;

DROP INDEX discarded_blobs_due;

CREATE INDEX discarded_blobs_due ON discarded_blobs (due_at) WHERE refused_at IS NULL;
