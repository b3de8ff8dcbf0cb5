-- How many photos have ten ratings or more, kept with the other sums; and of how many ratings that is, since a program from before
-- leaves it as it is while it changes the others.
ALTER TABLE rating_moments ADD often bigint, ADD often_of bigint;
