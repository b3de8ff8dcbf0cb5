-- How many points a store would not take, and why nothing is sent to it, while nothing is.
ALTER TABLE metric_cursors
    ADD COLUMN refused bigint NOT NULL DEFAULT 0,
    ADD COLUMN trouble text,
    ADD COLUMN trouble_since timestamptz;
