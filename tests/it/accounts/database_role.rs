//! A database role for the application that can add to the logs and change nothing in them.

use ratemyderp_jobs::Context;
use rocket::http::Status;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, PgPool};

use crate::support::{PASSWORD, World};
use crate::web::page::{get, log_in, rate, submit};

/// The address at which the application comes in as a role of its own.
async fn application(world: &World) -> (PgPool, String) {
    let role = format!("application_{}", hex::encode(rand::random::<[u8; 6]>()));
    for sql in [
        format!("CREATE ROLE {role} LOGIN PASSWORD 'derp'"),
        format!("SELECT grant_to_application('{role}')"),
        // Safe to repeat.
        format!("SELECT grant_to_application('{role}')"),
    ] {
        sqlx::raw_sql(&sql).execute(&world.pool).await.unwrap();
    }
    let options: PgConnectOptions = world.url().parse().unwrap();
    let options = options.username(&role).password("derp");
    let url = options.to_url_lossy().to_string();
    (PgPoolOptions::new().max_connections(4).connect_with(options).await.unwrap(), url)
}

#[rocket::async_test]
async fn the_site_works_with_a_role_that_owns_nothing() {
    let world = World::new().await;
    world.photo("Marmalade").await;
    let (pool, url) = application(&world).await;
    let client = world.client_with(world.figment().merge(("databases.main.url", url))).await;
    let page = get(&client, "/").await;
    assert_eq!(rate(&client, &page, "7").await.status, Status::SeeOther);
    let fields = [
        ("username", "noodle"),
        ("display_name", "Noodle"),
        ("email", "noodle@example.com"),
        ("password", PASSWORD),
        ("next", ""),
    ];
    assert_eq!(submit(&client, "/join", "/join", &fields).await.status, Status::SeeOther);
    submit(&client, "/logout", "/logout", &[]).await;
    assert_eq!(log_in(&client, "noodle").await.status, Status::SeeOther);
    let context = Context::new(pool.clone(), world.storage.clone(), world.mailer(), world.config().jobs);
    for job in [ratemyderp::queue::Job::RankPhotos, ratemyderp::queue::Job::DeleteOldRecords] {
        world.enqueue(job).await;
    }
    ratemyderp_jobs::drain(&context).await.expect("every job succeeds");
    world.whole().await;
}

#[rocket::async_test]
async fn the_applications_role_adds_to_the_logs_and_changes_nothing_in_them() {
    let world = World::new().await;
    let noodle = world.member("noodle").await;
    world.grant(noodle, ratemyderp::accounts::Role::Moderator).await;
    let (pool, _) = application(&world).await;
    for log in ["audit_log", "security_log"] {
        for sql in [
            format!("UPDATE {log} SET account = NULL"),
            format!("DELETE FROM {log}"),
            format!("TRUNCATE {log}"),
            format!("DROP TABLE {log}"),
            format!("ALTER TABLE {log} DISABLE TRIGGER ALL"),
            format!("ALTER TABLE {log} OWNER TO CURRENT_USER"),
            format!("GRANT ALL ON {log} TO CURRENT_USER"),
            format!("CREATE TRIGGER t BEFORE INSERT ON {log} EXECUTE FUNCTION suppress_redundant_updates_trigger()"),
        ] {
            let refused = sqlx::raw_sql(&sql).execute(&pool).await;
            // A grant without the right to give it away is a warning that grants nothing.
            if let Err(error) = &refused {
                let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned();
                assert_eq!(code, "42501", "{sql}: {error}");
            } else {
                assert!(sql.starts_with("GRANT"), "{sql}");
            }
        }
    }
    assert!(sqlx::raw_sql("DELETE FROM audit_log").execute(&pool).await.is_err(), "nor after the grant");
    for sql in [
        "CREATE TABLE public.x (y int)",
        "SELECT grant_to_application('postgres')",
        "DELETE FROM _sqlx_migrations",
        "SELECT delete_old_security_events(1)",
    ] {
        assert!(sqlx::raw_sql(sql).execute(&pool).await.is_err(), "{sql}");
    }
    for sql in ["INSERT INTO audit_log (action) VALUES ('x')", "INSERT INTO security_log (event) VALUES ('x')"] {
        sqlx::raw_sql(sql).execute(&pool).await.unwrap();
    }
    assert_eq!(world.count("audit_log").await, 2);
}
