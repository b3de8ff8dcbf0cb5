//! `errors`, `note`, `mute`, `unmute`: errors by group, and what operators say about them.

use std::process::ExitCode;

use ratemyderp::charts::spark;
use ratemyderp::config::Config;
use ratemyderp::queue::board::{self, ErrorGroupRow, ErrorSort, Known};
use ratemyderp::steering::{Reason, errors};
use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::Error;
use super::acting::{Acting, answer};
use super::status::time;
use super::table::table;

/// Hours of the trend.
const HOURS: i32 = 24;

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// One group, with all that is known of it
    #[arg(allow_hyphen_values = true)]
    group: Option<i64>,
    /// Only errors of this kind of job
    #[arg(long)]
    kind: Option<String>,
    /// newest, most (failed jobs) or rising
    #[arg(long, default_value = "newest")]
    sort: String,
    /// Those that nobody is alerted of, instead of the others
    #[arg(long)]
    muted: bool,
    /// At most so many
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=1000))]
    limit: i64,
    /// Print JSON: an array, or one object for one group
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  ratemyderp-jobs errors --sort rising
  ratemyderp-jobs errors -6262344215443721
  ratemyderp-jobs retry --error -6262344215443721 --canary --count 312";

#[derive(clap::Args)]
pub struct NoteArgs {
    /// The group, as in `errors`
    #[arg(allow_hyphen_values = true)]
    group: i64,
    /// What you know about it; nothing takes the note away
    #[arg(default_value = "")]
    note: String,
    #[command(flatten)]
    acting: Acting,
}

#[derive(clap::Args)]
pub struct MuteArgs {
    /// The group, as in `errors`
    #[arg(allow_hyphen_values = true)]
    group: i64,
    /// Why, for the audit log
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    acting: Acting,
}

/// Lists them, or tells of one.
pub async fn run(config: &Config, args: &Args) -> Result<ExitCode, Error> {
    let mut conn = super::connect(config).await?;
    if let Some(id) = args.group {
        return show(&mut conn, id, args.json).await;
    }
    let known = Known::load(&mut conn).await?;
    let complaint = match (&args.kind, args.sort.parse::<ErrorSort>()) {
        (Some(kind), _) if !known.kinds.contains(kind) => {
            let all: Vec<&str> = known.kinds.iter().map(String::as_str).collect();
            format!("--kind: There is no kind “{kind}”. There are: {}.", all.join(", "))
        }
        (_, Err(_)) => "--sort: The order is one of newest, most and rising.".to_owned(),
        (kind, Ok(sort)) => {
            let groups = board::error_groups(&mut conn, kind.as_deref(), sort, args.muted, (args.limit, 0)).await?;
            return list(&mut conn, &groups, args.json).await;
        }
    };
    eprintln!("{complaint}");
    Ok(ExitCode::from(2))
}

async fn list(conn: &mut PgConnection, groups: &[ErrorGroupRow], as_json: bool) -> Result<ExitCode, Error> {
    if as_json {
        println!("{}", json!(groups));
        return Ok(ExitCode::SUCCESS);
    }
    if groups.is_empty() {
        println!("No such errors.");
        return Ok(ExitCode::SUCCESS);
    }
    let ids: Vec<i64> = groups.iter().map(|group| group.id).collect();
    let trends = board::error_trends(conn, &ids, HOURS).await?;
    let row = |group: &ErrorGroupRow| {
        vec![
            group.id.to_string(),
            group.kind.clone(),
            failed(group),
            group.day.to_string(),
            spark(trends.get(&group.id).map_or(&[][..], Vec::as_slice)),
            group.last_seen_at.map_or("not counted".to_owned(), time),
            group.versions.join(","),
            group.normalised.chars().take(100).collect(),
        ]
    };
    let rows: Vec<_> = groups.iter().map(row).collect();
    print!("{}", table(&["group", "kind", "failed", "24 h", "by hour", "last seen", "versions", "error"], &rows));
    Ok(ExitCode::SUCCESS)
}

async fn show(conn: &mut PgConnection, id: i64, as_json: bool) -> Result<ExitCode, Error> {
    let group = board::error_group(conn, id).await?.ok_or_else(|| format!("there is no error group {id}"))?;
    let versions = board::error_versions(conn, id).await?;
    if as_json {
        println!("{}", json!({ "group": group, "versions": versions }));
        return Ok(ExitCode::SUCCESS);
    }
    println!("Error group {id} of {}\n  {}\n", group.kind, group.normalised);
    for (name, value) in [
        ("failed", failed(&group)),
        ("put aside", group.aside.to_string()),
        ("24 hours", format!("{} attempts", group.day)),
        ("first seen", format!("{} (job {})", time(group.first_seen_at), group.first_job)),
        ("last seen", group.last_seen_at.map(time).unwrap_or_default()),
        ("muted", muted(&group)),
        ("note", group.note.clone().unwrap_or_default()),
    ] {
        if !value.is_empty() {
            println!("  {name:<10} {value}");
        }
    }
    println!("\nThe first one in full:\n{}", group.sample);
    let row = |seen: &board::VersionSeen| {
        let deployed = seen.deployed_at.map_or("not known".to_owned(), time);
        vec![seen.version.clone(), seen.n.to_string(), deployed, time(seen.first_at), time(seen.last_at)]
    };
    if !versions.is_empty() {
        let rows: Vec<_> = versions.iter().map(row).collect();
        print!("\n{}", table(&["version", "attempts", "at work since", "first failed", "last failed"], &rows));
    }
    println!("\nIts jobs: ratemyderp-jobs list --error {id}");
    Ok(ExitCode::SUCCESS)
}

fn failed(group: &ErrorGroupRow) -> String {
    format!("{}{}", group.failed, if group.more { "+" } else { "" })
}

fn muted(group: &ErrorGroupRow) -> String {
    match (group.muted_at, group.unmuted_at) {
        (Some(since), _) => format!(
            "since {} by {}: {}",
            time(since),
            group.muted_by.as_deref().unwrap_or_default(),
            group.muted_reason.as_deref().unwrap_or_default()
        ),
        (None, Some(until)) => {
            format!("until {}; then {}", time(until), group.unmuted_why.as_deref().unwrap_or_default())
        }
        (None, None) => String::new(),
    }
}

/// Writes a note.
pub async fn note(config: &Config, args: &NoteArgs) -> Result<ExitCode, Error> {
    let mut conn = super::connect(config).await?;
    let mut tx = conn.begin().await?;
    let done = errors::note(&mut tx, &args.acting.actor(), args.group, &args.note, None).await;
    if done.is_ok() {
        tx.commit().await?;
    }
    answer(&args.acting, done, &format!("there is no error group {}", args.group))
}

/// Nobody is alerted of it until it changes; or they are again.
pub async fn mute(config: &Config, args: &MuteArgs, muted: bool) -> Result<ExitCode, Error> {
    let reason = match Reason::parse(&args.reason) {
        Ok(reason) => reason,
        Err(wrong) => return answer(&args.acting, Err(wrong), ""),
    };
    let mut conn = super::connect(config).await?;
    let mut tx = conn.begin().await?;
    let actor = args.acting.actor();
    let done = match muted {
        true => errors::mute(&mut tx, &actor, args.group, &reason).await,
        false => errors::unmute(&mut tx, &actor, args.group, &reason).await,
    };
    if done.is_ok() {
        tx.commit().await?;
    }
    answer(&args.acting, done, &format!("there is no error group {}", args.group))
}
