//! What the markers of a JPEG say (ITU-T T.81, B.1), which its decoder keeps to itself.

/// Starts of a frame that is stored in one pass.
const PLAIN: [u8; 2] = [0xc0, 0xc1];
const START_OF_SCAN: u8 = 0xda;
const END: [u8; 2] = [0xff, 0xd9];

/// Whether it is stored in passes; so is taken what hides it.
pub(super) fn is_progressive(jpeg: &[u8]) -> bool {
    !markers(jpeg).any(|(marker, _)| PLAIN.contains(&marker))
}

/// Whether it reaches its end. Of one that was cut off, the decoder shows what is there above grey.
pub(super) fn is_whole(jpeg: &[u8]) -> bool {
    let scan = markers(jpeg).find(|(marker, _)| *marker == START_OF_SCAN);
    scan.is_some_and(|(_, rest)| rest.windows(2).any(|pair| pair == END))
}

/// The markers up to the first scan, each with what stands behind it; ends early at what cannot be one.
fn markers(jpeg: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = jpeg.get(2..).unwrap_or_default();
    std::iter::from_fn(move || {
        while let [0xff, 0xff, ..] = rest {
            rest = &rest[1..];
        }
        let [0xff, marker @ 0xc0..=0xfe, behind @ ..] = rest else { return None };
        rest = match behind {
            [high, low, ..] if *marker != START_OF_SCAN => {
                behind.get(usize::from(u16::from_be_bytes([*high, *low]))..).unwrap_or_default()
            }
            _ => &[],
        };
        Some((*marker, behind))
    })
}
