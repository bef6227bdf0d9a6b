//! The smallest image that a client takes for one: a configuration, one layer with one file, a manifest.
//!
//! <https://github.com/opencontainers/image-spec/blob/main/manifest.md>

use serde_json::{Value, json};

use crate::digest::sha256;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIGURATION: &str = "application/vnd.oci.image.config.v1+json";
/// A layer may be a plain archive.
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// Some content of a registry.
pub(super) struct Content {
    pub(super) kind: &'static str,
    pub(super) digest: String,
    pub(super) bytes: Vec<u8>,
}

impl Content {
    fn new(kind: &'static str, bytes: Vec<u8>) -> Self {
        let digest = format!("sha256:{}", sha256(&bytes));
        Self {
            kind,
            digest,
            bytes,
        }
    }

    fn descriptor(&self) -> Value {
        json!({ "mediaType": self.kind, "digest": self.digest, "size": self.bytes.len() })
    }
}

/// The image.
pub(super) struct Image {
    manifest: Content,
    blobs: [Content; 2],
}

impl Image {
    pub(super) const TAG: &'static str = "latest";

    pub(super) fn new() -> Self {
        let layer = Content::new(LAYER, archive("hello.txt", b"hello\n"));
        let configuration = json!({
            "created": "2026-01-02T03:04:05Z",
            "architecture": "amd64",
            "os": "linux",
            "config": { "Cmd": ["/hello"] },
            "rootfs": { "type": "layers", "diff_ids": [layer.digest] },
        });
        let configuration = Content::new(CONFIGURATION, configuration.to_string().into_bytes());
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": configuration.descriptor(),
            "layers": [layer.descriptor()],
        });
        Self {
            manifest: Content::new(MANIFEST, manifest.to_string().into_bytes()),
            blobs: [configuration, layer],
        }
    }

    /// The manifest, by its tag or its digest.
    pub(super) fn manifest(self, name: &str) -> Option<Content> {
        let known = name == Self::TAG || name == self.manifest.digest;
        known.then_some(self.manifest)
    }

    pub(super) fn blob(self, digest: &str) -> Option<Content> {
        let mut blobs = self.blobs.into_iter();
        blobs.find(|blob| blob.digest == digest)
    }
}

/// A tar archive of one file, as POSIX.1-1988 lays it out.
fn archive(name: &str, content: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 512;
    let mut header = [0; BLOCK];
    let mut put = |at: usize, field: &[u8]| header[at..at + field.len()].copy_from_slice(field);
    put(0, name.as_bytes());
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{:011o}\0", content.len()).as_bytes());
    put(136, b"00000000000\0");
    // the checksum is made with blanks in its own place
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut archive = header.to_vec();
    archive.extend_from_slice(content);
    archive.resize(archive.len().next_multiple_of(BLOCK) + 2 * BLOCK, 0);
    archive
}
