//! The C library for apps, laid out as the packages for Flutter and React Native take it: an archive for each of Android's
//! processors, and an XCFramework for iOS. None of them has run on a device here.

use std::fs;
use std::path::{Path, PathBuf};

use super::phones;
use crate::failure::{Failure, Outcome};
use crate::repository;

const FLUTTER: &str = "flutter";
const REACT_NATIVE: &str = "mobile";
const BOTH: &[&str] = &[FLUTTER, REACT_NATIVE];
const ARCHIVE: &str = "libsidekick_ffi.a";
const HEADER: &str = "ffi/include/sidekick.h";

/// Android's processors, by Rust's name and by Android's, and who builds apps for them.
const ANDROID: [(&str, &str, &[&str]); 4] = [
    ("aarch64-linux-android", "arm64-v8a", BOTH),
    ("armv7-linux-androideabi", "armeabi-v7a", BOTH),
    ("x86_64-linux-android", "x86_64", BOTH),
    // Flutter has nothing for it; React Native builds for it unless an app says otherwise.
    ("i686-linux-android", "x86", &[REACT_NATIVE]),
];
const DEVICE: &str = "aarch64-apple-ios";
/// A simulator's library is one file for both kinds of Mac. With Mach-O's numbers of the processor and its kind.
const SIMULATORS: [(&str, [u32; 2]); 2] =
    [("aarch64-apple-ios-sim", [0x0100_000c, 0]), ("x86_64-apple-ios", [0x0100_0007, 3])];

/// Builds all of them and puts them where the packages look for them.
pub(crate) fn build() -> Outcome {
    for (target, processor, packages) in ANDROID {
        put(packages, &format!("native/android/{processor}/{ARCHIVE}"), &archive(target)?)?;
    }
    // Dart needs none.
    put(&[REACT_NATIVE], "native/include/sidekick.h", &read(&repository::root().join(HEADER))?)?;
    let framework = "ios/SidekickFfi.xcframework";
    put(BOTH, &format!("{framework}/Info.plist"), INFO.as_bytes())?;
    put(BOTH, &format!("{framework}/ios-arm64/{ARCHIVE}"), &archive(DEVICE)?)?;
    let mut simulators = Vec::new();
    for (target, processor) in SIMULATORS {
        simulators.push((processor, archive(target)?));
    }
    put(BOTH, &format!("{framework}/ios-arm64_x86_64-simulator/{ARCHIVE}"), &universal(&simulators))
}

/// What Android's apps get of it, in a folder as the package for React Native has it.
pub(crate) fn build_for_android() -> Outcome<PathBuf> {
    let native = repository::scratch("c-abi").join("native");
    for (target, processor, _) in ANDROID {
        write(&native.join("android").join(processor).join(ARCHIVE), &archive(target)?)?;
    }
    write(&native.join("include/sidekick.h"), &read(&repository::root().join(HEADER))?)?;
    Ok(native)
}

fn archive(target: &str) -> Outcome<Vec<u8>> {
    read(&phones::stripped(target)?)
}

fn put(packages: &[&str], name: &str, bytes: &[u8]) -> Outcome {
    for package in packages {
        let path = repository::root().join(package).join(name);
        write(&path, bytes)?;
        println!("{}: {} bytes", path.display(), bytes.len());
    }
    Ok(())
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| Failure::step(format!("{} cannot be read: {error}", path.display())))
}

fn write(path: &Path, bytes: &[u8]) -> Outcome {
    fs::create_dir_all(path.parent().unwrap_or(path))
        .and_then(|()| fs::write(path, bytes))
        .map_err(|error| Failure::step(format!("{} cannot be written: {error}", path.display())))
}

/// One file for several processors, as `mach-o/fat.h` describes it: how many there are and, for each, what it is and where
/// it lies; all numbers have their highest byte first.
fn universal(archives: &[([u32; 2], Vec<u8>)]) -> Vec<u8> {
    const MAGIC: u32 = 0xcafe_babe;
    const HEAD: usize = 8;
    const ENTRY: usize = 20;
    /// The power of two that each archive's place is a multiple of; more than any object in it needs.
    const ALIGNMENT: u32 = 3;
    let mut words = vec![MAGIC, archives.len() as u32];
    let mut bytes: Vec<u8> = Vec::new();
    let start = HEAD + archives.len() * ENTRY;
    for (processor, archive) in archives {
        let place = (start + bytes.len()).next_multiple_of(1 << ALIGNMENT);
        bytes.resize(place - start, 0);
        words.extend([processor[0], processor[1], place as u32, archive.len() as u32, ALIGNMENT]);
        bytes.extend(archive);
    }
    words.iter().flat_map(|word| word.to_be_bytes()).chain(bytes).collect()
}

/// What Xcode reads of an XCFramework: which library is for which platform.
const INFO: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>CFBundlePackageType</key>
  <string>XFWK</string>
  <key>XCFrameworkFormatVersion</key>
  <string>1.0</string>
  <key>AvailableLibraries</key>
  <array>
    <dict>
      <key>LibraryIdentifier</key>
      <string>ios-arm64</string>
      <key>LibraryPath</key>
      <string>libsidekick_ffi.a</string>
      <key>SupportedArchitectures</key>
      <array>
        <string>arm64</string>
      </array>
      <key>SupportedPlatform</key>
      <string>ios</string>
    </dict>
    <dict>
      <key>LibraryIdentifier</key>
      <string>ios-arm64_x86_64-simulator</string>
      <key>LibraryPath</key>
      <string>libsidekick_ffi.a</string>
      <key>SupportedArchitectures</key>
      <array>
        <string>arm64</string>
        <string>x86_64</string>
      </array>
      <key>SupportedPlatform</key>
      <string>ios</string>
      <key>SupportedPlatformVariant</key>
      <string>simulator</string>
    </dict>
  </array>
</dict>
</plist>
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_for_several_processors_says_where_each_archive_lies() {
        let file = universal(&[([7, 3], b"abc".to_vec()), ([12, 0], b"defg".to_vec())]);
        let words: Vec<u32> =
            file.chunks(4).take(12).map(|word| u32::from_be_bytes(word.try_into().unwrap())).collect();
        assert_eq!(words, [0xcafe_babe, 2, 7, 3, 48, 3, 3, 12, 0, 56, 4, 3]);
        assert_eq!(file[48..51], *b"abc");
        assert_eq!(file[56..], *b"defg");
    }
}
