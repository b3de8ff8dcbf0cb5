-- Who was counted today as having shared a photo or come to it by a link, as keyed hashes of all that: each person counts once a photo a day,
-- in whichever process, and however often what was gathered is written. Deleted two days later.
CREATE TABLE reached (
    day date NOT NULL, -- UTC
    mark uuid NOT NULL,
    PRIMARY KEY (day, mark)
);
