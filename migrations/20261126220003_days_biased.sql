ALTER TABLE submission_days ADD bias bigint NOT NULL DEFAULT 0; -- of those who gave the ratings of that day, added up
