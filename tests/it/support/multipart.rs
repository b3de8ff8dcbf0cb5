//! A form with a file, as browsers send it.

/// Where the parts of a form end.
pub const BOUNDARY: &str = "----WobblyTeapot7";

/// One field or file.
pub enum Part<'p> {
    /// Name and value.
    Field(&'p str, &'p str),
    /// Name of the field, name of the file, content.
    File(&'p str, &'p str, &'p [u8]),
}

/// The body of a request.
pub fn body(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for part in parts {
        body.extend(format!("--{BOUNDARY}\r\n").into_bytes());
        match part {
            Part::Field(name, value) => {
                body.extend(format!("Content-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes());
            }
            Part::File(name, file, content) => {
                let head = format!(
                    "Content-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: image/jpeg\r\n\r\n"
                );
                body.extend(head.into_bytes());
                body.extend_from_slice(content);
                body.extend(b"\r\n");
            }
        }
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    body
}

/// The head that goes with it.
pub fn content_type() -> String {
    format!("multipart/form-data; boundary={BOUNDARY}")
}
