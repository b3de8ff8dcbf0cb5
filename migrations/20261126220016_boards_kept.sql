-- Boards of single days are kept for some three months, and those of weeks for a year. Months and years stay.
CREATE FUNCTION board_kept(period board_period, since date, today date) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN
    CASE period WHEN 'day' THEN since >= today - 92 WHEN 'week' THEN since >= today - 371 ELSE true END;
