-- Free for votes, unlike one on ratings: the key of a tally never changes.
ALTER TABLE tallies
    ADD CONSTRAINT tallies_submission_fkey FOREIGN KEY (submission) REFERENCES submissions NOT VALID;
