//! A Go module as a proxy keeps it: a list of versions, and for each its information, its `go.mod` and its archive.
//!
//! <https://go.dev/ref/mod#goproxy-protocol>, <https://go.dev/ref/mod#zip-files>

use std::fs;
use std::path::Path;

/// Adds a version of a module to the files of a proxy below `directory`: the module `path`, in lower case, with these
/// files and a `go.mod`. No public database knows its checksum, so `go` wants `GOSUMDB=off`.
///
/// # Panics
///
/// Where the files cannot be written.
pub fn go_module(directory: &Path, path: &str, version: &str, files: &[(&str, &str)]) {
    let place = directory.join(path).join("@v");
    fs::create_dir_all(&place).expect("a directory can be made");
    let write = |name: &str, content: &[u8]| {
        fs::write(place.join(name), content).expect("a file can be written");
    };
    let known = fs::read_to_string(place.join("list")).unwrap_or_default();
    write("list", format!("{known}{version}\n").as_bytes());
    let info = serde_json::json!({ "Version": version, "Time": "2026-01-02T03:04:05Z" });
    write(&format!("{version}.info"), info.to_string().as_bytes());
    let definition = format!("module {path}\n\ngo 1.21\n");
    write(&format!("{version}.mod"), definition.as_bytes());
    let mut all = vec![("go.mod", definition.as_str())];
    all.extend(files);
    let named = all
        .into_iter()
        .map(|(name, text)| (format!("{path}@{version}/{name}"), text));
    write(
        &format!("{version}.zip"),
        &archive(&named.collect::<Vec<_>>()),
    );
}

/// A ZIP archive whose members are stored as they are.
fn archive(members: &[(String, &str)]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in members {
        let offset = length(archive.len());
        // version, flags, method, time, date, checksum, both sizes, length of the name, no extra field
        let mut common = Vec::new();
        for field in [20_u16, 0, 0, 0, 0x21] {
            common.extend(field.to_le_bytes());
        }
        for field in [
            checksum(text.as_bytes()),
            length(text.len()),
            length(text.len()),
        ] {
            common.extend(field.to_le_bytes());
        }
        common.extend(
            u16::try_from(name.len())
                .expect("a short name")
                .to_le_bytes(),
        );
        common.extend([0; 2]);
        archive.extend(b"PK\x03\x04");
        archive.extend(&common);
        archive.extend(name.as_bytes());
        archive.extend(text.as_bytes());
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        // no comment, the first disk, no attributes
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let count = u16::try_from(members.len())
        .expect("few members")
        .to_le_bytes();
    let (start, size) = (length(archive.len()), length(directory.len()));
    archive.extend(directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([count, count].concat());
    archive.extend([size.to_le_bytes(), start.to_le_bytes()].concat());
    archive.extend([0; 2]);
    archive
}

fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("a small archive")
}

/// CRC-32, as ZIP has it.
fn checksum(content: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| match sum & 1 {
            1 => (sum >> 1) ^ 0xedb8_8320,
            _ => sum >> 1,
        })
    };
    !content.iter().fold(!0, step)
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn the_checksum_is_that_of_the_usual_nine_digits() {
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
    }
}
