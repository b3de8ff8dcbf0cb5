-- Whose rating it is. The row of photo 0 has one too where a program left it that keeps up biases.
ALTER TABLE rating_changes ADD rater uuid;
