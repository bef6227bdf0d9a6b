//! The frames of the pipe: one JSON text, then one NUL byte, both ways.

/// The longest frame that is kept. The browser tells more than we ask for, and events about targets are short.
const LONGEST: usize = 1024 * 1024;

/// Cuts bytes into frames, however they are split. A frame that is too long is skipped without being kept.
#[derive(Debug, Default)]
pub(super) struct Frames {
    begun: Vec<u8>,
    is_skipping: bool,
}

impl Frames {
    /// Takes the next `bytes`, and gives each frame that is whole to `each`.
    pub(super) fn take(&mut self, mut bytes: &[u8], mut each: impl FnMut(&[u8])) {
        while let Some(end) = bytes.iter().position(|byte| *byte == 0) {
            self.keep(&bytes[..end]);
            if !self.is_skipping {
                each(&self.begun);
            }
            self.is_skipping = false;
            self.begun.clear();
            bytes = &bytes[end + 1..];
        }
        self.keep(bytes);
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.is_skipping |= self.begun.len() + bytes.len() > LONGEST;
        match self.is_skipping {
            true => self.begun = Vec::new(),
            false => self.begun.extend_from_slice(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Frames, LONGEST};
    use proptest::prelude::*;

    fn cut(pieces: &[&[u8]]) -> Vec<Vec<u8>> {
        let mut frames = Frames::default();
        let mut found = Vec::new();
        for piece in pieces {
            frames.take(piece, |frame| found.push(frame.to_vec()));
        }
        found
    }

    #[test]
    fn a_frame_may_come_in_bytes_and_two_at_once() {
        let expected = [b"{\"id\":1}".to_vec(), b"".to_vec(), b"{}".to_vec()];
        let all = b"{\"id\":1}\0\0{}\0{\"unfinished";
        assert_eq!(cut(&[all]), expected);
        assert_eq!(cut(&all.chunks(1).collect::<Vec<_>>()), expected);
    }

    #[test]
    fn a_frame_that_is_too_long_is_skipped_and_not_kept() {
        let mut frames = Frames::default();
        let mut found = Vec::new();
        let piece = vec![b'x'; 64 * 1024];
        for _ in 0..1600 {
            frames.take(&piece, |frame| found.push(frame.to_vec()));
            assert!(frames.begun.capacity() <= 2 * LONGEST);
        }
        assert!(frames.begun.is_empty());
        frames.take(b"end\0{}\0", |frame| found.push(frame.to_vec()));
        assert_eq!(found, [b"{}".to_vec()]);
        let longest = [vec![b'x'; LONGEST], vec![0]].concat();
        assert_eq!(cut(&[&longest])[0].len(), LONGEST);
    }

    proptest! {
        #[test]
        fn where_the_bytes_are_split_does_not_matter(
            bytes in prop::collection::vec(prop_oneof![Just(0_u8), any::<u8>()], 0..200),
            size in 1_usize..50,
        ) {
            let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
            let mut expected: Vec<Vec<u8>> = bytes.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect();
            expected.pop();
            prop_assert_eq!(cut(&pieces), expected);
        }
    }
}
