//! `send_mail`: sending what we owe.

use log::info;
use ratemyderp::mail::{self, Mail, PendingMail, Refusal};
use ratemyderp::metrics::{Letter, recorder};
use ratemyderp::notifications::{self, Composed};
use ratemyderp::secret::redact;

use crate::{Claim, Context, Failure};

/// Writes a mail, then hands it over. Nothing is lost and, unless the answer of a server is, nothing goes out twice.
pub(super) async fn run(ctx: &Context, claim: &Claim, id: i64) -> Result<(), Failure> {
    let mut tx = ctx.pool.begin().await?;
    let Some(pending) = mail::begin_attempt(&mut tx, id).await? else {
        claim.say("the mail has been dealt with");
        info!("mail {id} has been dealt with");
        return Ok(());
    };
    match notifications::compose(&mut tx, &ctx.mailer, &pending).await? {
        Composed::Mail(mail) => {
            // A link must be good before anybody can have it.
            tx.commit().await?;
            hand_over(ctx, claim, id, &pending, &mail).await
        }
        Composed::Skipped(reason) => {
            claim.say(format!("sent to nobody: {reason}"));
            mail::give_up(&mut tx, id, reason).await?;
            claim.commit(tx).await?;
            recorder().mail((&pending.notification.0).into(), Letter::Skipped);
            info!("mail {id} is sent to nobody: {reason}");
            Ok(())
        }
    }
}

/// The mail stays locked while it is handed over, so that of two workers one sends it and the other finds it sent. That it
/// was sent is true even for a worker that has lost its job meanwhile, so this is committed first, and the job ends after it.
async fn hand_over(ctx: &Context, claim: &Claim, id: i64, pending: &PendingMail, mail: &Mail) -> Result<(), Failure> {
    let mut tx = ctx.pool.begin().await?;
    if !mail::lock(&mut tx, id).await? {
        info!("mail {id} has been dealt with");
        return Ok(());
    }
    if !claim.held(&mut tx).await? {
        return Err(Failure::Lost);
    }
    // Servers may quote what they refuse.
    let letter = (&pending.notification.0).into();
    claim.say(format!("hands over a {letter}, for the {}. time", pending.attempts));
    ctx.mailer.deliver(mail, pending.message_id, pending.created_at).await.map_err(|refusal| match refusal {
        Refusal::Permanent(why) => {
            recorder().mail(letter, Letter::Failed);
            Failure::Hopeless(redact(&why))
        }
        Refusal::Temporary(why) => {
            recorder().mail(letter, Letter::Postponed);
            Failure::Retry(redact(&why))
        }
    })?;
    claim.say("the mail server took it");
    mail::mark_sent(&mut tx, id).await?;
    tx.commit().await?;
    recorder().mail(letter, Letter::Sent);
    Ok(())
}
