-- What is there has its sizes: a page cannot be drawn without. And nothing looks like itself.
ALTER TABLE submissions
    ADD CONSTRAINT submissions_sizes
        CHECK (rendition_key IS NULL OR (cardinality(rendition_sizes) > 0 AND 0 < ALL (rendition_sizes))) NOT VALID,
    ADD CONSTRAINT submissions_near CHECK (near_duplicate_of <> id) NOT VALID;
