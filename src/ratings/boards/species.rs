//! The species that there are photos of.

use sqlx::PgConnection;

/// Species on one page.
pub const PAGE: usize = 100;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Species {
    /// In small letters.
    pub name: String,
    /// How many photos of it are in the deck.
    pub photos: i64,
}

/// Those with the most photos first, after this one; one more than a page holds, if there are more.
pub async fn page(conn: &mut PgConnection, after: Option<&Species>) -> Result<Vec<Species>, sqlx::Error> {
    let (name, photos) = after.map_or(("", i64::MAX), |species| (species.name.as_str(), species.photos));
    sqlx::query_as!(
        Species,
        "SELECT name, photos FROM species WHERE photos > 0 AND photos <= $1 AND (photos < $1 OR name > $2)
         ORDER BY photos DESC, name LIMIT $3",
        photos,
        name,
        PAGE as i64 + 1
    )
    .fetch_all(conn)
    .await
}

/// One by its name, however that is written.
pub async fn find(conn: &mut PgConnection, name: &str) -> Result<Option<Species>, sqlx::Error> {
    sqlx::query_as!(Species, "SELECT name, photos FROM species WHERE name = lower($1) AND photos > 0", name)
        .fetch_optional(conn)
        .await
}
