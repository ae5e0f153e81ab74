//! Pictures inside of the request: `data:` URLs, in base64 or percent encoding.

use data_url::DataUrl;
use data_url::forgiving_base64::DecodeError;

use super::failure::too_large;
use crate::ports::{Class, PortError, PortResult};

/// The bytes of a data URL, at most `cap`. Its media type is ignored, as a server's is.
pub(super) fn decode(source: &str, cap: usize) -> PortResult<Vec<u8>> {
    let bad = |why: &str| {
        PortError::permanent(Class::Request, "BAD_DATA_URL", format!("the data URL cannot be decoded: {why}"))
    };
    let url = DataUrl::process(source).map_err(|error| bad(&error.to_string()))?;
    let mut bytes = Vec::new();
    let decoded = url.decode(|part| {
        bytes.extend_from_slice(part);
        if bytes.len() > cap { Err(too_large("the data URL", cap)) } else { Ok(()) }
    });
    match decoded {
        Ok(_) => Ok(bytes),
        Err(DecodeError::WriteError(too_large)) => Err(too_large),
        Err(DecodeError::InvalidBase64(_)) => Err(bad("its data is not base64")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_are_read() {
        assert_eq!(decode("data:image/png;base64,iVBORw==", 99).unwrap(), b"\x89PNG");
        assert_eq!(decode("data:image/png,%89PNG", 99).unwrap(), b"\x89PNG");
        assert_eq!(decode("data:;base64,iVBO\nRw", 99).unwrap(), b"\x89PNG");
        assert_eq!(decode("DATA:,a", 1).unwrap(), b"a");
    }

    #[test]
    fn bad_and_large_ones_are_refused() {
        for (source, code) in [("data:image/png;base64,@@@", "BAD_DATA_URL"), ("data:nocomma", "BAD_DATA_URL")] {
            assert_eq!(decode(source, 99).expect_err(source).code, code);
        }
        let error = decode("data:,abcd", 3).unwrap_err();
        assert_eq!((error.class, error.code), (Class::Request, "TOO_LARGE"));
    }
}
