-- How often attempts failed with each error, by hour and version. Whoever fails adds a row to `error_hits`, where nobody waits for
-- anybody, and the schedules' ticker adds those up into `error_hours`; both together are what there was.
CREATE TABLE error_hits (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    error_group bigint NOT NULL,
    version text NOT NULL, -- of the program that ran the attempt
    at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE error_hours (
    hour timestamptz NOT NULL,
    error_group bigint NOT NULL,
    version text NOT NULL,
    n bigint NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (error_group, hour, version)
);

CREATE INDEX error_hours_hour ON error_hours (hour);
