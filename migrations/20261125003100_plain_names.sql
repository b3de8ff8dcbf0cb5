-- One word for each thing. Nothing is released yet: a process of before this step does not find its columns, so web and jobs
-- are stopped first.
ALTER TABLE submissions RENAME near_duplicate_of TO similar_to;

ALTER INDEX submissions_near RENAME TO submissions_similar_to;

ALTER TABLE weeks RENAME TO weekly_photos;

ALTER INDEX weeks_pkey RENAME TO weekly_photos_pkey;

ALTER TABLE mails RENAME letter TO notification;

UPDATE mails SET notification = notification - 'letter' || jsonb_build_object('kind', notification -> 'letter');
