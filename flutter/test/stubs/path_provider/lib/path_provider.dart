/// The declaration of `package:path_provider` that the example uses.
library;

import 'dart:io';

Future<Directory> getApplicationSupportDirectory() =>
    throw UnsupportedError('a declaration');
