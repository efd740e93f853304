// A server's silence, above the networking of iOS.

import { silenceTests } from './support/silence_tests.js';

silenceTests('ios');
