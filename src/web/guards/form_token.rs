//! The token in every form, bound to one browser. It is masked afresh each time, so that compressed pages do not give it away.

use crate::secret::mac;

const LENGTH: usize = 16;

/// A token in hex for the browser with this secret.
pub fn fresh(key: &[u8; 32], browser: &[u8; 16]) -> String {
    let mask: [u8; LENGTH] = rand::random();
    let masked: Vec<u8> = mask.iter().zip(secret(key, browser)).map(|(mask, secret)| mask ^ secret).collect();
    hex::encode(mask) + &hex::encode(masked)
}

/// Is this a token of that browser? Takes as long for any answer.
pub fn matches(sent: &str, key: &[u8; 32], browser: &[u8; 16]) -> bool {
    let mut bytes = [0; 2 * LENGTH];
    if hex::decode_to_slice(sent, &mut bytes).is_err() {
        return false;
    }
    let (mask, masked) = bytes.split_at(LENGTH);
    let secret = secret(key, browser);
    let difference =
        mask.iter().zip(masked).zip(secret).fold(0, |all, ((mask, masked), secret)| all | (mask ^ masked ^ secret));
    difference == 0
}

fn secret(key: &[u8; 32], browser: &[u8; 16]) -> [u8; LENGTH] {
    let mut secret = [0; LENGTH];
    secret.copy_from_slice(&mac(key, browser)[..LENGTH]);
    secret
}
