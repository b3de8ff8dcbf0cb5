//! Looking at candidates, along one index, until a page is full or enough were looked at.

use sqlx::PgConnection;

use super::{Mark, PAGE, Wanted};

/// What was found on the way.
pub(super) struct Walked {
    pub found: Vec<i64>,
    pub next: Option<Mark>,
    /// So many were looked at, and more follow.
    pub tired: Option<usize>,
}

/// A candidate that is wanted, or the last one that was looked at.
struct Candidate {
    place: i64,
    weight: i16,
    submission: i64,
    matches: bool,
}

/// A word in all its spellings, or "=" and the species.
type Term = Vec<String>;

/// `$from` gives the candidates in their order, `$9` of them at most. Lines of a common table are made as they are asked for, so that nothing is
/// looked up behind the last photo of the page; what is looked up for each stands in subqueries of its own, so that no plan can begin
/// anywhere else.
macro_rules! look {
    ($conn:expr, $wanted:expr, $terms:expr, $spellings:expr, $mark:expr, $floor:expr, $from:tt $(, $bind:expr)*) => {{
        let (words, numbers) = numbered($terms);
        let terms = $terms.len() as i64;
        sqlx::query_as!(
            Candidate,
            r#"
            WITH looked AS MATERIALIZED (
                SELECT row_number() OVER () AS place, w.weight, w.submission, w.word FROM ("# + $from + r#") AS w
            ), matching AS MATERIALIZED (
                SELECT l.place, l.weight, l.submission
                FROM looked l CROSS JOIN LATERAL (
                    SELECT * FROM submissions s WHERE s.id = l.submission AND s.ordinal IS NOT NULL OFFSET 0) AS s
                WHERE ($1::timestamptz IS NULL OR s.created_at >= $1) AND ($2::bigint IS NULL OR s.owner = $2)
                  AND ($3::double precision IS NULL OR (SELECT g.score FROM standings g WHERE g.submission = l.submission) >= $3)
                  AND ($4::bigint = 0 OR (
                      SELECT count(DISTINCT term.number) FROM unnest($5::text[], $6::integer[]) AS term (word, number)
                          CROSS JOIN LATERAL (
                              SELECT FROM photo_words p WHERE p.submission = l.submission AND p.word = term.word OFFSET 0) AS said
                      ) = $4)
                  AND (cardinality($7::text[]) < 2 OR (
                      SELECT max(ARRAY[p.weight::text, p.word]) FROM unnest($7::text[]) AS spelling (word)
                          CROSS JOIN LATERAL (
                              SELECT p.weight, p.word FROM photo_words p
                              WHERE p.submission = l.submission AND p.word = spelling.word OFFSET 0) AS p
                      ) = ARRAY[l.weight::text, l.word])
                LIMIT $8
            )
            SELECT place AS "place!", weight AS "weight!", submission AS "submission!", true AS "matches!" FROM matching
            UNION ALL
            (
                SELECT place, weight, submission, false FROM looked
                WHERE (SELECT count(*) FROM matching) < $8 AND $9::bigint > 0 AND $10::bigint IS NOT NULL AND $11::bigint IS NOT NULL
                ORDER BY place DESC LIMIT 1
            )
            "#,
            $wanted.since,
            $wanted.owner,
            $wanted.least,
            terms,
            &words,
            &numbers,
            $spellings,
            PAGE as i64 + 1,
            $wanted.walk() as i64,
            $mark.submission,
            $floor
            $(, $bind)*
        )
        .fetch_all($conn)
        .await?
    }};
}

/// What is wanted behind a mark, as far as it goes.
pub(super) async fn walk(conn: &mut PgConnection, wanted: &Wanted, after: Mark) -> Result<Walked, sqlx::Error> {
    let mut terms: Vec<Term> = wanted.words.iter().map(|word| word.spellings.clone()).collect();
    terms.extend(wanted.species.iter().map(|species| vec![format!("={species}")]));
    let floor = floor(conn, wanted).await?;
    let none: &[String] = &[];
    let candidates = if terms.is_empty() {
        match wanted.owner {
            Some(owner) => look!(
                conn,
                wanted,
                &terms,
                none,
                after,
                floor,
                r#"
                SELECT 0::smallint AS weight, t.id AS submission, '' AS word FROM submissions t
                WHERE t.owner = ANY(ARRAY[$12::bigint]) AND t.ordinal IS NOT NULL AND t.id < $10 AND t.id > $11
                ORDER BY t.owner DESC, t.id DESC LIMIT $9
                "#,
                owner
            ),
            None => look!(
                conn,
                wanted,
                &terms,
                none,
                after,
                floor,
                r#"
                SELECT 0::smallint AS weight, t.id AS submission, '' AS word FROM submissions t
                WHERE t.id < $10 AND t.id > $11 ORDER BY t.id DESC LIMIT $9
                "#
            ),
        }
    } else {
        let rarest = terms.swap_remove(rarest(conn, &terms, wanted.walk() as i64).await?);
        let (weights, bounds) = ahead(&rarest, after);
        look!(
            conn,
            wanted,
            &terms,
            &rarest,
            after,
            floor,
            r#"
            SELECT c.weight, c.submission, c.word
            FROM unnest($7::text[]) AS w (word), unnest($12::smallint[], $13::bigint[]) AS v (weight, bound), LATERAL (
                SELECT p.weight, p.submission, p.word FROM photo_words p
                WHERE p.word = ANY(ARRAY[w.word]) AND p.weight = v.weight AND p.submission < v.bound AND p.submission > $11
                ORDER BY p.word DESC, p.weight DESC, p.submission DESC LIMIT $9) AS c
            ORDER BY c.weight DESC, c.submission DESC, c.word DESC LIMIT $9
            "#,
            &weights,
            &bounds
        )
    };
    Ok(Walked::of(&candidates, wanted.walk()))
}

impl Walked {
    fn of(candidates: &[Candidate], most: usize) -> Self {
        let mark = |candidate: &Candidate| Mark { weight: candidate.weight, submission: candidate.submission };
        let matching: Vec<&Candidate> = candidates.iter().filter(|candidate| candidate.matches).collect();
        let last = candidates.iter().find(|candidate| !candidate.matches).filter(|last| last.place == most as i64);
        let next = if matching.len() > PAGE { Some(mark(matching[PAGE - 1])) } else { last.map(mark) };
        let found = matching.iter().take(PAGE).map(|candidate| candidate.submission).collect();
        Walked { found, next, tired: last.map(|_| most) }
    }
}

/// All spellings, each with the number of its term.
fn numbered(terms: &[Term]) -> (Vec<String>, Vec<i32>) {
    (0..).zip(terms).flat_map(|(at, term)| term.iter().map(move |word| (word.clone(), at))).unzip()
}

/// What of each weight is still ahead.
fn ahead(term: &Term, after: Mark) -> (Vec<i16>, Vec<i64>) {
    let species = term.iter().any(|word| word.starts_with('='));
    let weights = if species { vec![0] } else { vec![3, 2, 1] };
    let bound = |weight: i16| if weight < after.weight { i64::MAX } else { after.submission };
    weights.into_iter().filter(|&weight| weight <= after.weight).map(|weight| (weight, bound(weight))).unzip()
}

/// Photos up to this number were sent in earlier than is wanted. Numbers and moments may differ by some that were under way at once.
async fn floor(conn: &mut PgConnection, wanted: &Wanted) -> Result<i64, sqlx::Error> {
    const UNDER_WAY: i64 = 1000;
    let Some(since) = wanted.since else { return Ok(0) };
    let first =
        sqlx::query_scalar!("SELECT id FROM submissions WHERE created_at >= $1 ORDER BY created_at LIMIT 1", since);
    Ok(first.fetch_optional(conn).await?.map_or(i64::MAX, |first| first - UNDER_WAY))
}

/// Which term the fewest photos are found by, as far as one page looks; of those that many are, the longest.
async fn rarest(conn: &mut PgConnection, terms: &[Term], most: i64) -> Result<usize, sqlx::Error> {
    if terms.len() == 1 {
        return Ok(0);
    }
    let (words, numbers) = numbered(terms);
    let photos = sqlx::query!(
        r#"SELECT w.number AS "number!", sum(found.photos)::bigint AS "photos!"
           FROM unnest($1::text[], $2::integer[]) AS w (word, number), LATERAL (
               SELECT count(*) AS photos FROM (
                   SELECT FROM photo_words p WHERE p.word = ANY(ARRAY[w.word])
                   ORDER BY p.word, p.weight, p.submission LIMIT $3) AS few) AS found
           GROUP BY w.number"#,
        &words,
        &numbers,
        most + 1
    );
    let photos = photos.fetch_all(conn).await?;
    let rank = |at: &usize| {
        let found = photos.iter().find(|row| usize::try_from(row.number) == Ok(*at)).map_or(0, |row| row.photos);
        let longest = terms[*at].iter().map(String::len).max().unwrap_or(0);
        (found.min(most + 1), usize::MAX - longest)
    };
    Ok((0..terms.len()).min_by_key(rank).unwrap_or(0))
}
