-- Kinds that a process lets rest, since one attempt after the other failed alike. A default that is no volatile
-- expression rewrites no rows.
ALTER TABLE workers ADD COLUMN resting text[] NOT NULL DEFAULT '{}';
