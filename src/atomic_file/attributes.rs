//! The extended attributes of a file, access control lists among them (`xattr(7)`), for the file that takes its place.

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{XattrFlags, fsetxattr, getxattr, listxattr};
use rustix::io::Errno;

/// The longest list of names, and the longest value (Linux's own limits).
const LONGEST: usize = 64 * 1024;

/// Copies the attributes of the file at `from` to `to`. Those that the system itself gives to each file are left to it.
pub(super) fn copy(from: &Path, to: &File) -> io::Result<()> {
    for name in names(from)? {
        let copied = copy_one(from, to, &name);
        let is_systems = [c"security.", c"trusted."]
            .iter()
            .any(|prefix| name.to_bytes().starts_with(prefix.to_bytes()));
        if let (Err(error), false) = (copied, is_systems) {
            let name = name.to_string_lossy().into_owned();
            let message = format!("its attribute {name} cannot be kept: {error}");
            return Err(io::Error::new(error.kind(), message));
        }
    }
    Ok(())
}

/// The names of the attributes; none where the file system has no attributes.
fn names(path: &Path) -> io::Result<Vec<CString>> {
    let mut list = vec![0; LONGEST];
    let length = match listxattr(path, &mut list[..]) {
        Err(Errno::NOTSUP | Errno::NOSYS) => 0,
        length => length?,
    };
    let names = list[..length].split_inclusive(|byte| *byte == 0);
    let names = names.filter_map(|name| CStr::from_bytes_with_nul(name).ok());
    Ok(names.map(CStr::to_owned).collect())
}

fn copy_one(from: &Path, to: &File, name: &CStr) -> io::Result<()> {
    let mut value = vec![0; LONGEST];
    let length = match getxattr(from, name, &mut value[..]) {
        // It was removed meanwhile.
        Err(Errno::NODATA) => return Ok(()),
        length => length?,
    };
    Ok(fsetxattr(to, name, &value[..length], XattrFlags::empty())?)
}

#[cfg(test)]
mod tests {
    use super::names;
    use crate::atomic_file::{Owner, replace};
    use rustix::fs::{XattrFlags, getxattr, setxattr};

    /// `u::rw,u:1000:r,g::r,m::rw,o::r`, as the kernel has it.
    const LIST: &[u8] = b"\x02\0\0\0\x01\0\x06\0\xff\xff\xff\xff\x02\0\x04\0\xe8\x03\0\0\x04\0\x04\0\xff\xff\xff\xff\
        \x10\0\x06\0\xff\xff\xff\xff\x20\0\x04\0\xff\xff\xff\xff";

    #[test]
    fn a_replaced_file_keeps_its_attributes_and_its_access_control_list() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("file");
        std::fs::write(&path, "old").expect("it is written");
        let given = [
            (c"user.note", b"mine".as_slice()),
            (c"system.posix_acl_access", LIST),
        ];
        for (name, value) in given {
            // A file system may have none.
            let _ = setxattr(&path, name, value, XattrFlags::empty());
        }
        let before = names(&path).expect("they can be listed");
        replace(&path, b"new", Owner::AsBefore, &|| true).expect("it is replaced");
        assert_eq!(std::fs::read(&path).expect("it is there"), b"new");
        assert_eq!(names(&path).expect("they can be listed"), before);
        for (name, value) in given
            .iter()
            .filter(|(name, _)| before.iter().any(|kept| kept.as_c_str() == *name))
        {
            let mut kept = [0; 64];
            let length = getxattr(&path, *name, &mut kept[..]).expect("it is kept");
            assert_eq!(&kept[..length], *value);
        }
        replace(&path, b"own", Owner::Private, &|| true).expect("it is replaced");
        assert!(names(&path).expect("they can be listed").is_empty());
    }
}
