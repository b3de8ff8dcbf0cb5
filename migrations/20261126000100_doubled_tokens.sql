-- Of a form that was sent twice the browser may take the answers in either order, and keep the cookie of the first: it is as good
-- as the second.
ALTER TABLE sessions ADD doubled_token_hash bytea CHECK (octet_length(doubled_token_hash) = 32);
