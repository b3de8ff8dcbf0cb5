-- How photos did in a week, for members who want to be told: added up once, when the week is over, since finding the ratings
-- of a week means reading all of them.
CREATE TABLE weeks (
    week date NOT NULL, -- its Monday, in UTC
    submission bigint NOT NULL,
    ratings bigint NOT NULL CHECK (ratings >= 1),
    sum bigint NOT NULL,
    PRIMARY KEY (week, submission)
);
