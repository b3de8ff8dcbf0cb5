-- Where the file of a photo was that failed through our fault. It is deleted some time later (`discarded_blobs`); until then
-- the photo can be made after all.
ALTER TABLE submissions ADD failed_original_key uuid;
