//! Values of tags: what is told apart.

use strum::{IntoStaticStr, VariantArray};

/// An enum whose variants are values of a tag.
macro_rules! tag {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
        #[strum(serialize_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant),* }
    };
}

tag! {
    /// Who votes.
    By {
        /// Somebody without a name here.
        Visitor,
        /// Somebody who is logged in.
        Member,
    }
}

tag! {
    /// How a vote was sent.
    Via {
        /// By a script that swaps the card.
        Htmx,
        /// By a plain form.
        Form,
    }
}

tag! {
    /// What happens to accounts.
    AccountEvent {
        /// Somebody has joined.
        Joined,
        /// An address was confirmed.
        Verified,
        /// Somebody has logged in.
        LoggedIn,
        /// Name, password or code was wrong.
        LoginRefused,
        /// A forgotten password was replaced.
        PasswordReset,
        /// Votes without a name have come along to an account.
        Merged,
        /// Somebody has asked for their account to go.
        Left,
    }
}

tag! {
    /// What happens to photos.
    PhotoEvent {
        /// It was handed in.
        Submitted,
        /// It is on show.
        Ready,
        /// It was not taken: the picture, or a brake.
        Refused,
        /// It was taken and cannot be shown.
        Failed,
        /// A moderator has hidden it.
        Hidden,
        /// It was deleted.
        Removed,
    }
}

tag! {
    /// Why an upload is not taken.
    Refusal {
        /// It is no picture that we know.
        NoPicture,
        /// It ends before its end, or contradicts itself.
        Damaged,
        /// The file or the picture is too large.
        TooLarge,
        /// The picture is too small.
        TooSmall,
        /// It is here already.
        Duplicate,
        /// Its sender has sent too many.
        TooMany,
        /// There was no room for it.
        NoRoom,
        /// It was taken, and no pictures could be made of it.
        Unusable,
    }
}

tag! {
    /// What visitors see or do without voting.
    VisitEvent {
        /// A photo to vote on was shown, to somebody who has been here.
        Card,
        /// The same, to somebody who has not.
        FirstCard,
        /// A photo's own page was shown.
        View,
        /// A photo was shared.
        Share,
        /// Somebody came by a shared link.
        Arrival,
        /// A photo was reported.
        Report,
    }
}

tag! {
    /// How it went with a mail.
    Letter {
        /// A server has it.
        Sent,
        /// It is owed to nobody any more.
        Skipped,
        /// It was refused for now, and is tried again.
        Postponed,
        /// It was refused for good.
        Failed,
    }
}

tag! {
    /// How an attempt of a job ended.
    Ending {
        /// It is done.
        Finished,
        /// It is tried again.
        Retried,
        /// It was not the time.
        Postponed,
        /// It has failed for good.
        Failed,
        /// It is no longer ours.
        Lost,
    }
}
