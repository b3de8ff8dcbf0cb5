ALTER TABLE board_state
    ADD adjusted boolean NOT NULL DEFAULT false, -- are scores those without biases?
    ADD looks bigint NOT NULL DEFAULT 0; -- ratings that may be looked at for the biases of raters whose turn it is
