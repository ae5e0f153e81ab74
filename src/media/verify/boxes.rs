//! The order and the size of a film's outermost boxes.

use std::fs::File;
use std::io::{BufReader, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::Path;

use mp4_atom::{Atom as _, FourCC, Header, Moov, ReadAtom as _, ReadFrom as _};

use super::{Broken, differs, same};

/// What stands outermost.
pub(super) struct Layout {
    pub(super) moov: Moov,
    /// Where `mdat` has its bytes.
    pub(super) data: Range<u64>,
    /// The file's length.
    pub(super) bytes: u64,
}

/// Reads `moov` and passes over the rest. Each box has to end inside the file.
pub(super) fn read(film: &Path) -> Result<Layout, Broken> {
    let file = File::open(film)?;
    let bytes = file.metadata()?.len();
    let mut reader = BufReader::new(file);
    let (mut order, mut moov, mut data) = (Vec::new(), None, 0..0);
    while reader.stream_position()? < bytes {
        let header = Header::read_from(&mut reader)?;
        let start = reader.stream_position()?;
        let end = header.size.map_or(bytes, |size| start.saturating_add(size as u64));
        if end > bytes {
            let found = format!("{bytes} bytes, {} needs {end}", header.kind);
            return differs("the file's length", "a whole file", found);
        }
        order.push(header.kind);
        if header.kind == Moov::KIND {
            moov = Some(Moov::read_atom(&header, &mut reader)?);
        } else if header.kind == FourCC::new(b"mdat") {
            data = start..end;
        }
        reader.seek(SeekFrom::Start(end))?;
    }
    let names: Vec<String> =
        order.iter().filter(|kind| **kind != FourCC::new(b"free")).map(FourCC::to_string).collect();
    same("the order of its boxes", "ftyp moov mdat".to_owned(), names.join(" "))?;
    match moov {
        Some(moov) => Ok(Layout { moov, data, bytes }),
        None => differs("its boxes", "moov", "none"),
    }
}
