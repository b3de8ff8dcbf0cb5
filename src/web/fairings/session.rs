//! The session is looked up before anything else, so that whatever is answered, an error page too, knows who is asking.

use rocket::fairing::AdHoc;

use crate::web::guards::session;

/// Static files and photos are the same for everybody: they cost no look-up.
pub fn lookup() -> AdHoc {
    AdHoc::on_request("session lookup", |request, _| {
        Box::pin(async move {
            let path = request.uri().path();
            if !path.starts_with("/static/") && !path.starts_with("/images/") {
                session::current(request).await;
            }
        })
    })
}
