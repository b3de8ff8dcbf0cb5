//! Pages of a board, which stay put while votes come in.

use chrono::Utc;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::{Board, COUNTED, Order, Period, reached};
use crate::db::along_indexes;

/// Photos on one page; the last page on the way up has up to twice as many.
pub const PAGE: usize = 20;

/// One line of a board.
#[derive(Debug, Clone, FromRow)]
pub struct Listed {
    pub submission: i64,
    /// 1 is the first; photos with equal figures share a rank. Nothing on boards without ranks, and,
    /// but for the derpiest of all time, behind the first ten thousand.
    #[sqlx(skip)]
    pub rank: Option<i64>,
    /// What it is ordered by: a score, how much people disagree, how viral it is, its [trend](super::reached) as it is stored, or its place in the deck.
    pub figure: f64,
    /// Ratings that it was worked out from.
    pub ratings: i64,
    pub title: String,
    /// What kind of animal.
    pub species: String,
    /// The owner's description; may be empty.
    pub alt_text: String,
    /// Where its renditions are.
    pub rendition_key: Uuid,
    /// Sides of its renditions, in pixels, ascending.
    pub rendition_sizes: Vec<i32>,
}

/// A place between two photos.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Figure of the photo beside it.
    pub figure: f64,
    pub submission: i64,
}

/// Which one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Page {
    /// From the top.
    First,
    /// What comes after a mark.
    After(Mark),
    /// What comes before a mark: everything that does, when that would leave less than a page above it.
    Before(Mark),
}

/// A page.
#[derive(Debug, Clone)]
pub struct Listing {
    pub photos: Vec<Listed>,
    /// Is there anything before the first?
    pub more_before: bool,
    /// Is there anything after the last?
    pub more_after: bool,
}

impl Listed {
    /// Its place.
    pub fn mark(&self) -> Mark {
        Mark { figure: self.figure, submission: self.submission }
    }
}

/// One page, of photos that are on show. Reads along an index from the mark on, and counts up to ten thousand entries for the ranks.
pub async fn page(conn: &mut PgConnection, board: &Board, page: Page) -> Result<Listing, sqlx::Error> {
    let mut tx = along_indexes(conn).await?;
    let listing = along_the_index(&mut tx, board, page).await?;
    tx.rollback().await?;
    Ok(listing)
}

async fn along_the_index(conn: &mut PgConnection, board: &Board, page: Page) -> Result<Listing, sqlx::Error> {
    let source = Source::of(board);
    let mut listing = match page {
        Page::First => down(source.read(conn, board, None, false, PAGE + 1).await?, false),
        Page::After(mark) => down(source.read(conn, board, Some(mark), false, PAGE + 1).await?, true),
        Page::Before(mark) => up(source.read(conn, board, Some(mark), true, 2 * PAGE).await?),
    };
    if source.laddered {
        climb(conn, &mut listing.photos).await?;
    } else if source.ranked {
        give_ranks(conn, &source, board, &mut listing.photos).await?;
    }
    Ok(listing)
}

fn down(mut photos: Vec<Listed>, more_before: bool) -> Listing {
    let more_after = photos.len() > PAGE;
    photos.truncate(PAGE);
    Listing { photos, more_before, more_after }
}

/// What is left above a page and fills none of its own comes along, so that the way up ends at the top.
fn up(mut photos: Vec<Listed>) -> Listing {
    let more_before = photos.len() >= 2 * PAGE;
    if more_before {
        photos.truncate(PAGE);
    }
    photos.reverse();
    Listing { photos, more_before, more_after: true }
}

/// Where a board is read from. Words of ours alone; what people send is bound.
struct Source {
    table: &'static str,
    id: &'static str,
    figure: &'static str,
    ratings: &'static str,
    /// Highest figure first?
    falling: bool,
    ranked: bool,
    /// Does the ladder know its ranks, however many there are?
    laddered: bool,
    /// Is its index in the order of (figure, photo) as it stands, without the photo?
    alone: bool,
    /// What is listed at least.
    least: Option<f64>,
}

impl Source {
    fn of(board: &Board) -> Self {
        let boards = |figure, falling| Source {
            table: "board_photos b",
            id: "b.submission",
            figure,
            ratings: "b.ratings",
            falling,
            ranked: true,
            laddered: false,
            alone: false,
            least: None,
        };
        let standings = Source { table: "standings b", ratings: "b.count", ..boards("b.score", true) };
        let whole = board.period == Period::All && board.species.is_none();
        match board.order {
            Order::Derpiest if whole => Source { laddered: true, ..standings },
            Order::LeastDerpy if whole => Source { falling: false, ..standings },
            Order::Derpiest => boards("b.score", true),
            Order::LeastDerpy => boards("b.score", false),
            Order::Divisive => boards("b.spread", true),
            Order::Trending => {
                Source { least: Some(reached::least(Utc::now().date_naive())), ..boards("b.trend", true) }
            }
            Order::MostViral => boards("b.viral", true),
            Order::Newest => Source {
                table: "submissions b JOIN tallies t ON t.submission = b.id",
                id: "b.id",
                ratings: "t.count",
                ranked: false,
                alone: true,
                ..boards("b.ordinal", true)
            },
        }
    }

    /// The rows of this board, up to the conditions on their place.
    fn rows(&self, query: &mut QueryBuilder<'_, Postgres>, board: &Board) {
        query.push(" WHERE ").push(self.figure).push(" IS NOT NULL");
        let species = board.species.clone();
        if self.table.starts_with("board_photos") {
            query.push(" AND b.period = ").push_bind(board.period).push(" AND b.since = ").push_bind(board.since);
            match species {
                Some(species) => query.push(" AND b.species = ").push_bind(species),
                None => query.push(" AND b.ratings > 0"),
            };
        } else if let Some(species) = species {
            query.push(" AND lower(b.species) = ").push_bind(species);
        }
        if let Some(least) = self.least {
            query.push(format!(" AND {} >= ", self.figure)).push_bind(least);
        }
    }

    /// Behind this mark, or before it.
    fn beyond(&self, query: &mut QueryBuilder<'_, Postgres>, mark: Mark, before: bool) {
        let (figure, lower) = (self.figure, self.falling != before);
        if self.alone {
            query.push(format!(" AND {figure} {} ", if lower { "<" } else { ">" })).push_bind(mark.figure as i64);
            return;
        }
        let (less, than) = if lower { ("<", ">") } else { (">", "<") };
        query.push(format!(" AND {figure} {less}= ")).push_bind(mark.figure);
        query.push(format!(" AND ({figure} {less} ")).push_bind(mark.figure);
        query.push(format!(" OR {} {than} ", self.id)).push_bind(mark.submission).push(")");
    }

    async fn read(
        &self,
        conn: &mut PgConnection,
        board: &Board,
        mark: Option<Mark>,
        before: bool,
        most: usize,
    ) -> Result<Vec<Listed>, sqlx::Error> {
        let Source { table, id, figure, ratings, .. } = self;
        let mut query = QueryBuilder::new(format!(
            "SELECT {id} AS submission, {figure}::float8 AS figure, {ratings} AS ratings,
                    s.title, s.species, s.alt_text, s.rendition_key, s.rendition_sizes
             FROM {table} JOIN submissions s ON s.id = {id}"
        ));
        self.rows(&mut query, board);
        query.push(" AND s.ordinal IS NOT NULL");
        if let Some(mark) = mark {
            self.beyond(&mut query, mark, before);
        }
        let (figures, photos) = if self.falling != before { ("DESC", "") } else { ("", "DESC") };
        query.push(format!(" ORDER BY {figure} {figures}"));
        if !self.alone {
            query.push(format!(", {id} {photos}"));
        }
        query.push(" LIMIT ").push_bind(most as i64);
        query.build_query_as().fetch_all(conn).await
    }

    /// Photos before this mark, as far as ten thousand; with a photo, those that share its figure too.
    async fn ahead(&self, conn: &mut PgConnection, board: &Board, mark: Mark, ties: bool) -> Result<i64, sqlx::Error> {
        let mut query = QueryBuilder::new(format!("SELECT count(*) FROM (SELECT FROM {}", self.table));
        self.rows(&mut query, board);
        if ties {
            self.beyond(&mut query, mark, true);
        } else {
            query
                .push(format!(" AND {} {} ", self.figure, if self.falling { ">" } else { "<" }))
                .push_bind(mark.figure);
        }
        query.push(" LIMIT ").push_bind(COUNTED).push(") AS ahead");
        query.build_query_scalar().fetch_one(conn).await
    }
}

async fn climb(conn: &mut PgConnection, photos: &mut [Listed]) -> Result<(), sqlx::Error> {
    let figures: Vec<f64> = photos.iter().map(|photo| photo.figure).collect();
    let ranks = sqlx::query_scalar!(
        r#"SELECT rank_of(f.figure) AS "rank!" FROM unnest($1::float8[]) WITH ORDINALITY AS f (figure, place) ORDER BY place"#,
        &figures
    );
    for (photo, rank) in photos.iter_mut().zip(ranks.fetch_all(conn).await?) {
        photo.rank = Some(rank);
    }
    Ok(())
}

async fn give_ranks(
    conn: &mut PgConnection,
    source: &Source,
    board: &Board,
    photos: &mut [Listed],
) -> Result<(), sqlx::Error> {
    let Some(first) = photos.first().map(Listed::mark) else { return Ok(()) };
    let mut rank = 1 + source.ahead(conn, board, first, false).await?;
    let place = 1 + source.ahead(conn, board, first, true).await?;
    let mut figure = first.figure;
    for (photo, place) in photos.iter_mut().zip(place..) {
        if photo.figure != figure {
            (rank, figure) = (place, photo.figure);
        }
        photo.rank = Some(rank).filter(|&rank| rank <= COUNTED);
    }
    Ok(())
}
