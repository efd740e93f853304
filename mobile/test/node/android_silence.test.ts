// A server's silence, above the networking of Android.

import { silenceTests } from './support/silence_tests.js';

silenceTests('android');
