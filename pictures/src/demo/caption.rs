//! What a picture shows, in a sentence for those who cannot see it.

use super::animal::Species;
use super::scene;
use super::traits::{Ears, Extra, Eyes, Finish, Mouth, Pattern, Pose, Traits};

/// Such as "Ginger striped cat with crossed eyes and its tongue out, wearing a sock on its head, on a sofa".
pub fn caption(traits: &Traits) -> String {
    let mut words = vec![traits.coat.name];
    match traits.pattern {
        Pattern::Plain => {}
        Pattern::Striped => words.push("striped"),
        Pattern::Patched => words.push("patched"),
        Pattern::Spotted => words.push("spotted"),
    }
    words.push(traits.species.name());
    let face = match mouth(traits) {
        Some(mouth) => format!("{} and {mouth}", eyes(traits.eyes)),
        None => eyes(traits.eyes).to_owned(),
    };
    let mut parts = vec![format!("{} with {face}", words.join(" "))];
    let border = (traits.finish == Finish::Polaroid).then_some("an instant photo with a white border");
    let more = [ears(traits), extra(traits.extra), posture(traits), place(traits), border];
    parts.extend(more.into_iter().flatten().map(str::to_owned));
    let sentence = parts.join(", ");
    sentence.chars().next().into_iter().flat_map(char::to_uppercase).chain(sentence.chars().skip(1)).collect()
}

fn eyes(eyes: Eyes) -> &'static str {
    match eyes {
        Eyes::Crossed => "crossed googly eyes",
        Eyes::Walled => "googly eyes looking away from each other",
        Eyes::UpAndDown => "one eye looking up, one looking down",
        Eyes::OddSizes => "one huge eye, one small eye",
        Eyes::HalfClosed => "sleepy, unevenly half-closed eyes",
        Eyes::Startled => "big startled eyes with tiny pupils",
        Eyes::Winking => "one eye squeezed shut, the other wide open",
        Eyes::RolledUp => "eyes rolled up to the sky",
    }
}

/// What the mouth does, unless something hides it.
fn mouth(traits: &Traits) -> Option<&'static str> {
    let out = matches!(traits.mouth, Mouth::TongueOut | Mouth::TongueAside);
    if traits.extra == Extra::Spoon && !out {
        return None;
    }
    Some(match traits.mouth {
        Mouth::TongueOut => "its tongue out",
        Mouth::TongueAside => "its tongue hanging out sideways",
        Mouth::Underbite => "two lower teeth sticking up",
        Mouth::BuckTeeth => "two big front teeth",
        Mouth::Grin => "a wide gap-toothed grin",
        Mouth::Wobbly => "a wobbly, drooling mouth",
    })
}

fn ears(traits: &Traits) -> Option<&'static str> {
    use Species::{Duck, Frog, Owl, Seal, Sloth};
    let hidden = matches!(traits.extra, Extra::Bread | Extra::Cone) || traits.pose == Pose::TooClose;
    if hidden || matches!(traits.species, Duck | Frog | Owl | Seal | Sloth) {
        return None;
    }
    match traits.ears {
        Ears::Neat => None,
        Ears::OneFlopped => Some("one ear going its own way"),
        Ears::Aeroplane => Some("ears out like the wings of an aeroplane"),
    }
}

fn extra(extra: Extra) -> Option<&'static str> {
    match extra {
        Extra::Nothing => None,
        Extra::Cone => Some("wearing a cone of shame"),
        Extra::Bread => Some("its face poking through a slice of bread"),
        Extra::Spoon => Some("a spoon hanging from its nose"),
        Extra::Bow => Some("a big bow on its head"),
        Extra::Sock => Some("a striped sock on its head"),
        Extra::PartyHat => Some("wearing a party hat"),
        Extra::Pancakes => Some("a stack of pancakes on its head"),
        Extra::Colander => Some("wearing a colander as a helmet"),
        Extra::Butterfly => Some("a butterfly on its nose"),
        Extra::Scarf => Some("wearing a striped scarf"),
        Extra::FriedEgg => Some("a fried egg on its head"),
    }
}

fn posture(traits: &Traits) -> Option<&'static str> {
    if traits.finish == Finish::Sticker {
        return None;
    }
    match traits.pose {
        Pose::TooClose => Some("much too close to the camera"),
        Pose::Peeking => Some(scene::hidden(traits.place)),
        Pose::Sideways => Some("leaning in from the side"),
        Pose::UpsideDown => Some("hanging upside down"),
        Pose::Sitting | Pose::Portrait if traits.tilt.abs() > 10.0 => Some("head tilted"),
        Pose::Sitting | Pose::Portrait => None,
    }
}

fn place(traits: &Traits) -> Option<&'static str> {
    match traits.finish {
        Finish::Sticker => Some("cut out as a sticker"),
        // Where it peeks out of says where it is.
        Finish::Photo | Finish::Polaroid if traits.pose == Pose::Peeking => None,
        Finish::Photo | Finish::Polaroid => Some(scene::words(traits.place)),
    }
}
