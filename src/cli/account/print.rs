//! Accounts in plain words.

use chrono::{DateTime, Utc};
use ratemyderp::accounts::audit::AuditEntry;
use ratemyderp::accounts::directory::AccountSummary;

/// One line for each, in columns.
pub fn list(lines: &[AccountSummary]) -> String {
    if lines.is_empty() {
        return "No such accounts.\n".into();
    }
    let heading = ["username", "role", "two-factor", "state", "email", "joined"].map(String::from);
    let rows: Vec<[String; 6]> = std::iter::once(heading).chain(lines.iter().map(row)).collect();
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..6).map(width).collect();
    let line = |row: &[String; 6]| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}")).collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

/// Everything about one.
pub fn show(line: &AccountSummary, history: &[AuditEntry]) -> String {
    let mut text = format!("{} ({})\n", line.username, line.role.name());
    let seen = line.seen_at.map(|at| format!(", last seen {}", time(at))).unwrap_or_default();
    for (name, value) in [
        ("name", line.display_name.clone()),
        ("email", email(line)),
        ("two-factor", on_off(line.two_factor).to_owned()),
        ("joined", time(line.created_at)),
        ("logged in", format!("{} browsers{seen}", line.sessions)),
        ("suspended", line.suspension.clone().unwrap_or_default()),
        ("leaves", line.deletion_due_at.map(time).unwrap_or_default()),
    ] {
        if !value.is_empty() {
            text += &format!("  {name:<10} {value}\n");
        }
    }
    if !history.is_empty() {
        text += "\n";
    }
    for entry in history {
        let by = entry.actor.as_deref().unwrap_or("the command line");
        let whom = entry.account.as_deref().unwrap_or_default();
        let line = format!("{}  {whom} {} by {by}: {}", time(entry.at), entry.action, entry.detail);
        text += line.trim_end_matches([':', ' ']);
        text += "\n";
    }
    text
}

fn row(line: &AccountSummary) -> [String; 6] {
    let state = match (&line.suspension, line.deletion_due_at) {
        (Some(_), _) => "suspended",
        (None, Some(_)) => "leaving",
        (None, None) => "",
    };
    [
        line.username.clone(),
        line.role.name().to_owned(),
        on_off(line.two_factor).to_owned(),
        state.to_owned(),
        email(line),
        time(line.created_at),
    ]
}

fn email(line: &AccountSummary) -> String {
    let address = line.email.clone().unwrap_or_default();
    if address.is_empty() || line.email_verified { address } else { format!("{address} (not verified)") }
}

fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}
