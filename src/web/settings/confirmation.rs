//! What is dear is confirmed: with the password, and with a code where two-factor is on, as whoever finds a browser that is
//! logged in has neither.

use chrono::Utc;
use rocket::form::FromForm;
use sqlx::{Postgres, Transaction};

use crate::accounts::login;
use crate::accounts::proof::{Confirmation, Proof};
use crate::accounts::two_factor::{self, Code};
use crate::error::{Error, FieldError};
use crate::web::answers::form::FormView;
use crate::web::guards::app::App;
use crate::web::guards::member::Member;
use crate::web::login::code::complaint;

/// What forms send that want no more than that.
#[derive(FromForm)]
pub struct ConfirmForm<'r> {
    password: &'r str,
    code: Option<&'r str>,
}

impl<'r> ConfirmForm<'r> {
    /// As it was typed.
    pub fn typed(&self) -> Typed<'r> {
        Typed { field: "password", password: self.password, code: self.code }
    }
}

/// What was typed into a form.
#[derive(Clone, Copy)]
pub struct Typed<'r> {
    /// In which field the password stands; the code stands in `code`.
    pub field: &'static str,
    /// The password.
    pub password: &'r str,
    /// The code; nothing when the form did not ask for one.
    pub code: Option<&'r str>,
}

/// A right password, and a code that is still to be compared.
pub struct Shown {
    field: &'static str,
    proof: Proof,
    code: Option<Code>,
}

/// Do this member's forms ask for a code?
pub async fn wants_code(member: &Member, app: App<'_>) -> Result<bool, Error> {
    Ok(two_factor::is_on(&mut *app.db.acquire().await?, member.account().id).await?)
}

/// A transaction in which what was typed is right, and the code used up; otherwise the form says what is wrong.
pub async fn confirm(
    typed: Typed<'_>,
    view: &mut FormView,
    member: &Member,
    app: App<'_>,
) -> Result<Option<Transaction<'static, Postgres>>, Error> {
    match compare(typed, view, member, app).await? {
        Some(shown) if view.is_valid() => shown.begin(view, member, app).await,
        _ => Ok(None),
    }
}

/// The first half, which takes a while: compares the password, and reads the code.
pub async fn compare(
    typed: Typed<'_>,
    view: &mut FormView,
    member: &Member,
    app: App<'_>,
) -> Result<Option<Shown>, Error> {
    let App { db, config, passwords, .. } = app;
    let Typed { field, password, code } = typed;
    let proof = login::confirm(db.pool(), passwords, &config.accounts, member.account().id, password).await?;
    if proof.is_none() {
        view.add_error(FieldError { field, message: "This is not your password.".into() });
    }
    let guarded = wants_code(member, app).await?;
    let code = if guarded { view.check(Code::parse(code.unwrap_or_default()))? } else { None };
    Ok(proof.filter(|_| code.is_some() == guarded).map(|proof| Shown { field, proof, code }))
}

impl Shown {
    /// The second half: begins the transaction that the member has confirmed.
    pub async fn begin(
        self,
        view: &mut FormView,
        member: &Member,
        app: App<'_>,
    ) -> Result<Option<Transaction<'static, Postgres>>, Error> {
        let App { db, config, keys, .. } = app;
        if self.code.is_some() {
            let (mut conn, allowance) = (db.acquire().await?, config.accounts.codes_per_account);
            two_factor::throttle_codes(&mut conn, member.account().id, allowance).await?;
        }
        let mut tx = db.begin().await?;
        let confirmed = self.proof.confirm(&mut tx, member.id, &keys.vault, self.code.as_ref(), Utc::now()).await?;
        match confirmed {
            Confirmation::Right => return Ok(Some(tx)),
            Confirmation::Code(refused) => view.add_error(complaint(refused)),
            Confirmation::Changed => {
                let message = "Something about your account has changed just now. Load this page again.".into();
                view.add_error(FieldError { field: self.field, message });
            }
        }
        Ok(None)
    }
}
