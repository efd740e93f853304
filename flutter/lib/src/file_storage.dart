/// A storage in a file, which is replaced as a whole: whoever reads it sees
/// the old flags or the new ones.
library;

import 'dart:io';
import 'dart:math';

import 'storage.dart';

/// Keeps the last-known flags in a file; its folder is made where it is
/// missing. In an app, take a path in its own folder of data, such as
/// `path_provider` names.
final class FileStorage implements SnapshotStorage {
  /// The path is looked at now: the process may change its folder later.
  FileStorage(String path) : _file = File(path).absolute;

  final File _file;

  @override
  Future<String?> load() async {
    try {
      return await _file.readAsString();
    } on PathNotFoundException {
      return null;
    }
  }

  @override
  Future<void> save(String snapshot) async {
    await _file.parent.create(recursive: true);
    // In the same folder, for a rename does not cross file systems; its own
    // name, for several processes may share it.
    final part = Random.secure().nextInt(1 << 32).toRadixString(16);
    final temporary = File('${_file.path}.$part.tmp');
    try {
      await temporary.writeAsString(snapshot, flush: true);
      await temporary.rename(_file.path);
    } catch (_) {
      await temporary.delete().catchError((Object _) => temporary);
      rethrow;
    }
  }
}
