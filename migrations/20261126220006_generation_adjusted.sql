ALTER TABLE generation ADD adjusted boolean NOT NULL DEFAULT false; -- are scores those without biases?
