ALTER TABLE submissions VALIDATE CONSTRAINT submissions_sizes;

ALTER TABLE submissions VALIDATE CONSTRAINT submissions_near;

ALTER TABLE tallies VALIDATE CONSTRAINT tallies_submission_fkey;

ALTER TABLE accounts VALIDATE CONSTRAINT accounts_deleted;
