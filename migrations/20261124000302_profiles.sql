-- What a profile lists: the photos of one owner that are on show, newest first, however many others there are.
CREATE INDEX submissions_shown ON submissions (owner, id) WHERE ordinal IS NOT NULL;
