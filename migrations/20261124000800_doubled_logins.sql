-- What the browser was known as while it logged in, as a hash. A form that is sent twice comes from the same one, and is one
-- login.
ALTER TABLE sessions ADD begun_by uuid;
