/// The request for the stream: its address and headers, checked.
library;

import 'errors.dart';

/// The stream's address: `streamUrl`, or `/stream` below `serverUrl`.
///
/// Throws a [SidekickError] with the code `INVALID_URL`.
Uri streamAddress(String serverUrl, String? streamUrl) {
  final given = Uri.tryParse(streamUrl ?? serverUrl);
  final isUsable =
      given != null &&
      (given.isScheme('http') || given.isScheme('https')) &&
      given.host != '' &&
      given.userInfo == '';
  if (!isUsable) {
    // Not with the value: it may be a key in the wrong place, or hold a
    // password.
    throw SidekickError(
      SidekickErrorCode.invalidUrl,
      '${streamUrl == null ? 'serverUrl' : 'streamUrl'} is no http(s) address '
      'like https://flags.example.com, without a user name',
    );
  }
  if (streamUrl != null) return given;
  return given.replace(path: given.path.replaceFirst(_lastSlashes, '/stream'));
}

/// What each request is sent with.
///
/// Throws a [SidekickError] with the code `INVALID_HEADER`.
Map<String, String> requestHeaders(String sdkKey, Map<String, String> headers) {
  final all = {
    'Accept': 'text/event-stream',
    if (sdkKey != '') 'Authorization': 'Bearer $sdkKey',
    ...headers,
  };
  final isSendable = all.entries.every(
    (header) => _name.hasMatch(header.key) && _value.hasMatch(header.value),
  );
  if (!isSendable) {
    // Not with the value: it may be a key.
    throw SidekickError(
      SidekickErrorCode.invalidHeader,
      'sdkKey or a header cannot be sent; use printable ASCII',
    );
  }
  return all;
}

final RegExp _lastSlashes = RegExp(r'/*$');

/// A token of RFC 9110.
final RegExp _name = RegExp(r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$");
final RegExp _value = RegExp(r'^[\t\x20-\x7e]*$');
