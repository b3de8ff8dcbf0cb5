-- By which words photos and members are found. Written by a job, which alone writes here.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE EXTENSION IF NOT EXISTS unaccent;

-- Words as they are, without accents and in small letters: names have no stems, and not all of them are English.
CREATE TEXT SEARCH CONFIGURATION photo_words (COPY = simple);

ALTER TEXT SEARCH CONFIGURATION photo_words ALTER MAPPING FOR word, numword WITH unaccent, simple;

-- The words of a text, each once. What cannot be seen is left out, apostrophes join what they stand between, and other signs part it: for the parser
-- "Mr.Fluff" would be a computer and "a-b" three words.
CREATE FUNCTION words_in(given text) RETURNS text[] STABLE LANGUAGE sql AS $$
    SELECT coalesce(array_agg(DISTINCT left(lexeme, 40)), '{}')
    FROM unnest(to_tsvector('photo_words', translate(
        regexp_replace(normalize(given, NFKC), '[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0''’`]', '', 'g'),
        '!"#$%&()*+,-./:;<=>?@[\]^_{|}~', repeat(' ', 31))))
$$;

-- By what a photo is found: its words with 3 where they stand in its name, 2 in its species, 1 in its description; and "=" before its
-- species in small letters, as the boards have it, with 0.
CREATE FUNCTION words_of_photo(title text, species text, description text) RETURNS TABLE (word text, weight smallint)
STABLE LANGUAGE sql AS $$
    SELECT word, max(weight)::smallint
    FROM (SELECT unnest(words_in(title)) AS word, 3 AS weight
          UNION ALL SELECT unnest(words_in(species)), 2
          UNION ALL SELECT unnest(words_in(description)), 1
          UNION ALL SELECT '=' || lower(species), 0) AS said
    GROUP BY word
$$;

CREATE TABLE photo_words (
    submission bigint NOT NULL,
    word text NOT NULL,
    weight smallint NOT NULL,
    PRIMARY KEY (submission, word)
);

CREATE INDEX photo_words_by_word ON photo_words (word, weight, submission);

-- The words of each member's two names.
CREATE TABLE member_words (
    account bigint NOT NULL,
    word text NOT NULL,
    PRIMARY KEY (account, word)
);

CREATE INDEX member_words_by_word ON member_words (word, account);

-- Every word that anything is found by, for those that are misspelt.
CREATE TABLE known_words (
    word text COLLATE "C" PRIMARY KEY
);

CREATE INDEX known_words_alike ON known_words USING gin (word gin_trgm_ops);

-- What has changed since its words were written down. One that changes meanwhile stands in here once more.
CREATE TABLE words_to_write (
    submission bigint,
    account bigint,
    CHECK (num_nonnulls(submission, account) = 1)
);

-- How far those photos and members are gone through that were there before; nothing is left when both are at their ends.
CREATE TABLE words_written (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    photos bigint NOT NULL DEFAULT 0,
    last_photo bigint NOT NULL DEFAULT 0,
    accounts bigint NOT NULL DEFAULT 0,
    last_account bigint NOT NULL DEFAULT 0
);

INSERT INTO words_written DEFAULT VALUES;
