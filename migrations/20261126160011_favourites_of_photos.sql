-- The table is new and empty: there is nothing to be read.
ALTER TABLE favourites ADD FOREIGN KEY (submission) REFERENCES submissions (id);
